// SPDX-License-Identifier: Apache-2.0
//
// Whether one request is sent once more. Decisions alone; nothing is sent or waited for here.

/// The attempts of one request.
struct RetryHistory {
    /// Statuses of a server that may answer otherwise a moment later.
    private static let retriableStatuses = [429, 502, 503, 504]

    private let policy: RetryPolicy
    private let isIdempotent: Bool
    /// Which attempt is under way.
    private var attempt = 1
    /// How often the request has been sent, where the transport below may have sent it more than once in one attempt.
    private var sent = 0

    init(policy: RetryPolicy, isIdempotent: Bool) {
        self.policy = policy
        self.isIdempotent = isIdempotent
    }

    /// How long to wait until a request that was answered so is sent again; `nil` to be content with the answer.
    ///
    /// An answer that says "later" does not say "nothing was done": a request that is not idempotent is not sent again.
    mutating func delay(
        afterStatus status: Int,
        _ headers: HTTPHeaders,
        using generator: inout some RandomNumberGenerator
    ) -> Duration? {
        sent += 1
        guard isIdempotent, Self.retriableStatuses.contains(status) else { return nil }
        let asked = min(headers.retryAfter(now: .sinceEpoch) ?? .zero, policy.maximumRetryAfter)
        return nextDelay(using: &generator).map { max(asked, $0) }
    }

    /// How long to wait until a request that failed so is sent again; `nil` to be content with the failure.
    mutating func delay(
        after error: HTTPTransportError,
        using generator: inout some RandomNumberGenerator
    ) -> Duration? {
        sent += error.attempts
        var error = error
        error.isRequestIdempotent = isIdempotent
        return error.isRetriable ? nextDelay(using: &generator) : nil
    }

    /// An error that tells of all attempts.
    func describing(_ error: HTTPTransportError, elapsed: Duration) -> HTTPTransportError {
        var error = error
        error.attempts = sent
        error.elapsed = elapsed
        error.isRequestIdempotent = isIdempotent
        return error
    }

    private mutating func nextDelay(using generator: inout some RandomNumberGenerator) -> Duration? {
        guard attempt < policy.maximumAttempts else { return nil }
        defer { attempt += 1 }
        return policy.backoff.delay(attempt: attempt, using: &generator)
    }
}
