// SPDX-License-Identifier: Apache-2.0
//
// One pace for all runs against a host.

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif
public import HTTPTransport
internal import Synchronization

/// How fast requests to one server may follow each other, whoever makes them.
///
/// It has a rate that is declared, if any, and learns from responses: after `429`, or `503` with `Retry-After`, nobody
/// passes until the time that the server asks for, or for as long as ``BulkRetry`` waits after a `429` that names none;
/// `RateLimit` headers, in all their dialects, say how many may pass until when. Nobody waits longer than an hour for a
/// single word of a server. Give the same limiter to all runs against a host, and they keep the limits together:
///
/// ```swift
/// import BulkOperations
///
/// func options(for limiter: BulkRateLimiter) -> BulkOptions {
///     var options = BulkOptions()
///     options.rateLimiter = limiter
///     return options
/// }
///
/// func limiter() throws -> BulkRateLimiter {
///     try BulkRateLimiter(10, per: .seconds(1))
/// }
/// ```
///
/// One attempt of a chunk is one turn.
public final class BulkRateLimiter: Sendable {
    /// The longest pause that a server can ask for: more is taken for an error of its.
    private static let longestPause = Duration.seconds(3_600)

    private let clock: RunClock
    private let state: Mutex<RateLimiterState>

    /// Makes a limiter.
    ///
    /// - Parameters:
    ///   - count: How many turns there are in a time, at least 1; `nil`, the default, for what the server allows. They are
    ///     spread evenly.
    ///   - time: The time, more than zero.
    ///   - burst: How many turns may come at once after a quiet time, at least 1.
    ///   - clock: What measures times.
    /// - Throws: ``BulkError`` with ``BulkError/Code/invalidOption`` that names the option.
    public init(
        _ count: Int? = nil,
        per time: Duration = .seconds(1),
        burst: Int = 1,
        clock: any Clock<Duration> = ContinuousClock()
    ) throws(BulkError) {
        if let count, count < 1 {
            throw .invalidOption("count", is: "\(count)", mustBe: "at least 1, or nil for no limit")
        }
        if time <= .zero { throw .invalidOption("time", is: "\(time)", mustBe: "more than zero") }
        if burst < 1 { throw .invalidOption("burst", is: "\(burst)", mustBe: "at least 1") }
        self.clock = RunClock(clock)
        state = Mutex(RateLimiterState(spacing: count.map { time / $0 } ?? .zero, burst: burst))
    }

    /// One without a declared rate.
    init(learningOn clock: any Clock<Duration>) {
        self.clock = RunClock(clock)
        state = Mutex(RateLimiterState())
    }

    /// Returns when it is this caller's turn.
    ///
    /// - Throws: `CancellationError`. The turn is lost then.
    public func waitForTurn() async throws {
        let now = clock.now()
        let (turn, isFree) = state.withLock { state in
            let turn = state.reserve(at: now)
            return (turn, turn <= now && state.admit(at: now) == nil)
        }
        guard !isFree else { return }
        try await clock.sleep(for: turn - now)
        while let next = state.withLock({ [now = clock.now()] in $0.admit(at: now) }) {
            try await clock.sleep(for: next - clock.now())
        }
    }

    /// Lets nobody pass for a while.
    public func pause(for time: Duration) {
        let end = clock.now() + min(time, Self.longestPause)
        state.withLock { $0.pause(until: end) }
    }

    /// Learns what a response says of the server's limits.
    public func learn(from response: HTTPResponse) {
        let epoch = Date().timeIntervalSince1970
        if response.status == 429 || response.status == 503, let time = response.retryAfter() {
            pause(for: time)
        }
        let heard = RateLimitHeaders(response.headers, epoch: epoch)
        guard let remaining = heard.remaining, let reset = heard.reset, reset <= Self.longestPause else { return }
        let end = clock.now() + reset
        state.withLock { $0.learn(RateLimiterState.Window(remaining: remaining, end: end)) }
    }
}
