// SPDX-License-Identifier: Apache-2.0
//
// One request and the caller who waits for its response: what the caller's side and the loop share.

import HTTPTransport

/// A request with its waiter, who is resumed exactly once: by the loop with a result or by cancellation, whichever
/// comes first.
///
/// It is new until its caller waits; then waiting; then finished. Cancelling a new one finishes it, so that its caller
/// never begins to wait.
final class Exchange: Sendable {
    typealias Waiter = CheckedContinuation<ReceivedResponse, any Error>

    private enum State {
        case new
        case waiting(Waiter)
        case finished
    }

    let request: HTTPRequest
    let timeout: Duration
    let deadline: ContinuousClock.Instant

    private let state = Lock(State.new)

    /// The time-out counts from here.
    init(_ request: HTTPRequest, timeout: Duration) {
        self.request = request
        self.timeout = timeout
        deadline = ContinuousClock.now.advanced(byAtMost: timeout)
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

    /// Resumes the waiter, if one still waits.
    func finish(_ result: Result<ReceivedResponse, HTTPTransportError>) {
        takeWaiter()?.resume(with: result.mapError { $0 })
    }

    /// Resumes the waiter with `CancellationError`, if one still waits, and says whether the loop must be told.
    func cancel() -> Bool {
        guard let waiter = takeWaiter() else { return false }
        waiter.resume(throwing: CancellationError())
        return true
    }

    /// Whether the caller still waits.
    var isWaiting: Bool {
        state.withLock { state in
            if case .waiting = state { true } else { false }
        }
    }

    private func takeWaiter() -> Waiter? {
        state.withLock { state in
            defer { state = .finished }
            guard case .waiting(let waiter) = state else { return nil }
            return waiter
        }
    }
}
