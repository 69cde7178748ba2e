// SPDX-License-Identifier: Apache-2.0
//
// How long to wait before the next attempt.

/// Waits that grow with the attempts and differ between clients, so that those who failed together do not come back
/// together.
///
/// Before attempt *n* + 1 the wait is drawn evenly from zero to `base` · 2ⁿ⁻¹, at most `maximum`: exponential backoff
/// with full jitter ([the reason](https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/)).
///
/// ```swift
/// import HTTPTransport
///
/// func waits() throws -> [Duration] {
///     let backoff = try Backoff(base: .milliseconds(50), maximum: .seconds(2))
///     var generator = SystemRandomNumberGenerator()
///     return (1...5).map { backoff.delay(attempt: $0, using: &generator) }
/// }
/// ```
public struct Backoff: Hashable, Sendable {
    /// The longest wait behind the first attempt; 100 milliseconds by default.
    public let base: Duration
    /// The longest wait behind any attempt; 10 seconds by default.
    public let maximum: Duration

    /// The defaults.
    public init() {
        base = .milliseconds(100)
        maximum = .seconds(10)
    }

    /// Checks and keeps the bounds.
    ///
    /// - Throws: ``HTTPTransportError`` with ``HTTPTransportError/Code/invalidConfiguration`` if the base is not positive
    ///   or the maximum is less than the base.
    public init(base: Duration, maximum: Duration) throws(HTTPTransportError) {
        guard base > .zero else { throw .invalidConfiguration("base", "is not positive") }
        guard maximum >= base else { throw .invalidConfiguration("maximum", "is less than the base") }
        self.base = base
        self.maximum = maximum
    }

    /// The wait behind an attempt that failed.
    ///
    /// - Parameters:
    ///   - attempt: Which attempt it was, counted from 1.
    ///   - generator: Where the jitter comes from.
    public func delay(attempt: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        Duration(attoseconds: .random(in: 0...ceiling(ofAttempt: attempt).attoseconds, using: &generator))
    }

    /// `base` · 2^(`attempt` - 1), or the maximum if that is less.
    private func ceiling(ofAttempt attempt: Int) -> Duration {
        var ceiling = base
        var doublings = max(1, attempt) - 1
        while doublings > 0, ceiling < maximum {
            ceiling = ceiling <= maximum / 2 ? ceiling * 2 : maximum
            doublings -= 1
        }
        return ceiling
    }
}
