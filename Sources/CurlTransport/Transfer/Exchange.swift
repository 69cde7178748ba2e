// SPDX-License-Identifier: Apache-2.0
//
// One request and the caller who waits for its response: what the caller's side and the loop share.

import HTTPTransport

/// A request with its waiter, who is resumed exactly once: by the loop with a result or by cancellation, whichever
/// comes first.
///
/// It is new until its caller waits; then waiting; then finished. Cancelling a new one finishes it, so that its caller
/// never begins to wait. If its body is streamed, the head alone finishes it, and the body has a channel of its own.
final class Exchange: Sendable {
    /// A caller who waits. Unchecked: the state below resumes it once, and checking costs an allocation a request.
    @safe struct Waiter: Sendable {
        private let continuation: UnsafeContinuation<HTTPResponse, any Error>

        init(_ continuation: UnsafeContinuation<HTTPResponse, any Error>) {
            unsafe self.continuation = unsafe continuation
        }

        fileprivate func resume(returning response: consuming HTTPResponse) {
            unsafe continuation.resume(returning: response)
        }

        fileprivate func resume(throwing error: any Error) {
            unsafe continuation.resume(throwing: error)
        }
    }

    private enum State {
        case new
        case waiting(Waiter)
        case finished
    }

    let request: HTTPRequest
    /// What is sent in place of the request's body, if it is a form.
    let form: HTTPMultipartForm?
    let timeout: Duration
    /// When the caller came.
    let start: Moment
    let deadline: Moment
    /// Where the body goes if it is streamed.
    let channel: BodyChannel?

    /// What the loop knows of it from its acceptance to its end; for the loop's thread alone.
    nonisolated(unsafe) var job: Job?
    /// What it has come to, until its caller is told; for the loop's thread alone.
    nonisolated(unsafe) var outcome: Result<HTTPResponse, HTTPTransportError>?

    private let state = Lock(State.new)

    /// The time-out counts from here.
    init(_ request: HTTPRequest, form: HTTPMultipartForm? = nil, timeout: Duration, channel: BodyChannel? = nil) {
        self.request = request
        self.form = form
        self.timeout = timeout
        start = .now
        deadline = start.advanced(byAtMost: timeout)
        self.channel = channel
    }

    /// Makes the caller wait, and says whether the request is to be sent. If it is cancelled already, the waiter is
    /// resumed here.
    func begin(_ waiter: Waiter) -> Bool {
        let begins = state.withLock { state in
            guard case .new = state else { return false }
            state = .waiting(waiter)
            return true
        }
        if !begins { waiter.resume(throwing: CancellationError()) }
        return begins
    }

    /// Resumes the waiter, if one still waits, with the head of a response whose body goes its own way.
    func deliverHead(_ head: consuming HTTPResponse) {
        takeWaiter()?.resume(returning: head)
    }

    /// Tells the caller what it has come to. For the loop's thread alone.
    func finish() {
        if let outcome = unsafe outcome.take() { finish(outcome) }
    }

    /// Resumes the waiter, if one still waits, and ends the body's channel, if there is one.
    func finish(_ result: consuming Result<HTTPResponse, HTTPTransportError>) {
        let waiter = takeWaiter()
        switch consume result {
        case .success(let response):
            waiter?.resume(returning: response)
            channel?.finish()
        case .failure(let error):
            waiter?.resume(throwing: error)
            channel?.finish(throwing: error)
        }
    }

    /// Resumes the waiter with `CancellationError`, if one still waits, and says whether the loop must be told.
    func cancel() -> Bool {
        guard let waiter = takeWaiter() else { return false }
        waiter.resume(throwing: CancellationError())
        return true
    }

    /// Whether its body is larger than what a connection takes before the server says that it wants more.
    var isLarge: Bool { form != nil || request.body.count > 32 << 10 }

    /// Whether the caller still waits.
    var isWaiting: Bool {
        state.withLock { state in
            if case .waiting = state { true } else { false }
        }
    }

    /// An error about a response that is there.
    func describing(_ error: HTTPTransportError) -> HTTPTransportError {
        var error = error
        error.isRequestIdempotent = request.isIdempotent
        error.phase = .receive
        error.attempts = max(1, error.attempts)
        error.elapsed = start.duration(to: .now)
        return error
    }

    private func takeWaiter() -> Waiter? {
        state.withLock { state in
            defer { state = .finished }
            guard case .waiting(let waiter) = state else { return nil }
            return waiter
        }
    }
}
