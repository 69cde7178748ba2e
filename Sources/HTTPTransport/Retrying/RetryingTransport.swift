// SPDX-License-Identifier: Apache-2.0
//
// Sends again what may be sent again, over any transport.

/// A transport that sends a request again when it failed, if that does no harm.
///
/// ```swift
/// import HTTPTransport
///
/// func resilient(_ transport: some HTTPClientTransport) -> some HTTPClientTransport {
///     RetryingTransport(transport)
/// }
/// ```
///
/// - Only a request that is ``HTTPRequest/isIdempotent``, or of which provably nothing has left, is sent again: after an
///   error that is ``HTTPTransportError/isRetriable``, and if it is idempotent after the statuses 429, 502, 503 and 504.
/// - All attempts and waits share one deadline. If the next wait would pass it, what there is is the outcome: the last
///   response, or the last error.
/// - Waits follow ``Backoff``, and `Retry-After` up to a bound.
/// - All requests share a budget: a server that is down is not asked three times as much.
///
/// A caller who is cancelled returns at once, also from a wait.
public struct RetryingTransport<Base: HTTPClientTransport>: HTTPClientTransport {
    private let base: Base
    private let policy: RetryPolicy
    private let budget: RetryBudget
    private let clock: any Clock<Duration>
    private let makeGenerator: @Sendable () -> any RandomNumberGenerator

    /// Wraps a transport.
    ///
    /// - Parameters:
    ///   - base: What sends.
    ///   - policy: What may be sent again, and when.
    ///   - clock: What waits are measured with; the system's by default.
    ///   - generator: Makes the source of a request's jitter; the system's by default.
    public init(
        _ base: Base,
        policy: RetryPolicy = RetryPolicy(),
        clock: any Clock<Duration> = ContinuousClock(),
        generator: @escaping @Sendable () -> any RandomNumberGenerator = { SystemRandomNumberGenerator() }
    ) {
        self.base = base
        self.policy = policy
        self.clock = clock
        budget = RetryBudget(share: policy.budget)
        makeGenerator = generator
    }

    /// Sends a request, and again where the policy allows, and returns the last response.
    ///
    /// - Throws: The last error, with the attempts and the time of all; `CancellationError`.
    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await perform(request, on: clock, head: { ($0.status, $0.headers) }) { try await base.send($0) }
    }

    private func perform<Response>(
        _ request: HTTPRequest,
        on clock: some Clock<Duration>,
        head: (Response) -> (status: Int, headers: HTTPHeaders),
        send: (HTTPRequest) async throws -> Response
    ) async throws -> Response {
        var generator = AnyGenerator(base: makeGenerator())
        var history = RetryHistory(policy: policy, isIdempotent: request.isIdempotent)
        let start = clock.now
        let timeout = request.timeout ?? policy.timeout
        var request = request
        budget.noteRequest()
        while true {
            let left = timeout - start.duration(to: clock.now)
            request.timeout = min(left, policy.attemptTimeout ?? left)
            let outcome: Result<Response, HTTPTransportError>
            let delay: Duration?
            do {
                let response = try await send(request)
                let (status, headers) = head(response)
                delay = history.delay(afterStatus: status, headers, using: &generator)
                outcome = .success(response)
            } catch let error as HTTPTransportError {
                delay = history.delay(after: error, using: &generator)
                outcome = .failure(history.describing(error, elapsed: start.duration(to: clock.now)))
            }
            guard let delay, start.duration(to: clock.now) + delay < timeout, budget.takeToken() else {
                return try outcome.get()
            }
            try await clock.sleep(for: delay)
        }
    }
}

extension RetryingTransport: HTTPStreamingTransport where Base: HTTPStreamingTransport {
    /// Sends a request, and again where the policy allows, until the head of a response is there. Once a body has been
    /// handed out, nothing is sent again.
    ///
    /// - Throws: The last error, with the attempts and the time of all; `CancellationError`.
    public func stream(_ request: HTTPRequest) async throws -> HTTPStreamedResponse {
        try await perform(request, on: clock, head: { ($0.status, $0.headers) }) { try await base.stream($0) }
    }
}

/// A generator of any kind where a generic one is asked for.
private struct AnyGenerator: RandomNumberGenerator {
    var base: any RandomNumberGenerator

    mutating func next() -> UInt64 { base.next() }
}
