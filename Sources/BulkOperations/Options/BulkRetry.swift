// SPDX-License-Identifier: Apache-2.0
//
// What is tried again, how often and when.

internal import HTTPTransport

/// When an item is tried again.
///
/// Only what was certainly not done and may be later, and what does no harm if it is done twice: see ``BulkOutcome``.
/// The delay before attempt *n* + 1 is a random time between zero and ``base`` · 2ⁿ⁻¹, at most ``maximum``
/// ([full jitter](https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/)), and never less than a
/// server asks for.
public struct BulkRetry: Hashable, Sendable {
    /// How often an item is sent at most, the first time included; at least 1, 4 by default.
    public var maxAttempts = 4
    /// The longest delay before the second attempt; 100 ms by default.
    public var base = Duration.milliseconds(100)
    /// The longest delay before any attempt; 10 s by default.
    public var maximum = Duration.seconds(10)
    /// The longest time that a server may ask for; 2 min by default. An item of which more is asked fails.
    public var longestRetryAfter = Duration.seconds(120)

    /// The defaults.
    public init() {}

    /// Chooses how often and when; a ``BulkRunner`` checks it.
    public init(maxAttempts: Int, base: Duration = .milliseconds(100), maximum: Duration = .seconds(10)) {
        self.maxAttempts = maxAttempts
        self.base = base
        self.maximum = maximum
    }

    /// Nothing is tried again.
    public static let never = BulkRetry(maxAttempts: 1)

    func check() throws(BulkError) {
        if maxAttempts < 1 { throw .invalidOption("retry.maxAttempts", is: "\(maxAttempts)", mustBe: "at least 1") }
        if base < .zero { throw .invalidOption("retry.base", is: "\(base)", mustBe: "zero or more") }
        if maximum < base { throw .invalidOption("retry.maximum", is: "\(maximum)", mustBe: "no less than the base") }
        if longestRetryAfter < .zero {
            throw .invalidOption("retry.longestRetryAfter", is: "\(longestRetryAfter)", mustBe: "zero or more")
        }
    }

    /// The delay after an attempt.
    func delay(after attempt: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        // Options that were checked have no other fault than a base of zero.
        (try? Backoff(base: base, maximum: maximum))?.delay(attempt: attempt, using: &generator) ?? .zero
    }
}
