// SPDX-License-Identifier: Apache-2.0
//
// When a request may be sent again, and how often at most.

/// What a ``RetryingTransport`` may do.
///
/// ```swift
/// import HTTPTransport
///
/// func policy() throws -> RetryPolicy {
///     try RetryPolicy(maximumAttempts: 4, backoff: Backoff(base: .milliseconds(50), maximum: .seconds(1)), timeout: .seconds(10))
/// }
/// ```
public struct RetryPolicy: Hashable, Sendable {
    /// How often one request is sent at most, the first time included; 3 by default.
    public let maximumAttempts: Int
    /// How long to wait before the next attempt.
    public let backoff: Backoff
    /// The longest wait that a server's `Retry-After` is granted; 30 seconds by default.
    public let maximumRetryAfter: Duration
    /// The time for all attempts of a request together, waits included, if the request has no `timeout` of its own;
    /// 60 seconds by default.
    public let timeout: Duration
    /// The time for one attempt; `nil`, the default, for all that is left. With a limit, an attempt that hangs leaves
    /// time for another.
    public let attemptTimeout: Duration?
    /// How many attempts there may be beyond the first, as a share of the requests; 0.2 by default. When most requests
    /// fail, more attempts only keep the server down.
    public let budget: Double

    /// The defaults.
    public init() {
        maximumAttempts = Defaults.maximumAttempts
        backoff = Backoff()
        maximumRetryAfter = Defaults.maximumRetryAfter
        timeout = Defaults.timeout
        attemptTimeout = nil
        budget = Defaults.budget
    }

    /// Checks and keeps the options given, with defaults for the others.
    ///
    /// - Throws: ``HTTPTransportError`` with ``HTTPTransportError/Code/invalidConfiguration`` that names the option.
    public init(
        maximumAttempts: Int = Defaults.maximumAttempts,
        backoff: Backoff = Backoff(),
        maximumRetryAfter: Duration = Defaults.maximumRetryAfter,
        timeout: Duration = Defaults.timeout,
        attemptTimeout: Duration? = nil,
        budget: Double = Defaults.budget
    ) throws(HTTPTransportError) {
        guard maximumAttempts >= 1 else { throw .invalidConfiguration("maximumAttempts", "is less than 1") }
        guard maximumRetryAfter >= .zero else { throw .invalidConfiguration("maximumRetryAfter", "is negative") }
        guard timeout > .zero else { throw .invalidConfiguration("timeout", "is not positive") }
        if let attemptTimeout, attemptTimeout <= .zero {
            throw .invalidConfiguration("attemptTimeout", "is not positive")
        }
        guard (0...1).contains(budget) else { throw .invalidConfiguration("budget", "is not between 0 and 1") }
        self.maximumAttempts = maximumAttempts
        self.backoff = backoff
        self.maximumRetryAfter = maximumRetryAfter
        self.timeout = timeout
        self.attemptTimeout = attemptTimeout
        self.budget = budget
    }

    @usableFromInline
    enum Defaults {
        @usableFromInline static let maximumAttempts = 3
        @usableFromInline static let maximumRetryAfter = Duration.seconds(30)
        @usableFromInline static let timeout = Duration.seconds(60)
        @usableFromInline static let budget = 0.2
    }
}
