// SPDX-License-Identifier: Apache-2.0
//
// How fast requests may follow each other: what was declared, and what the server said.

/// The account of a rate limiter. Times are durations since it was made.
struct RateLimiterState: Sendable {
    /// What is left until a server's window ends.
    struct Window: Equatable, Sendable {
        var remaining: Int
        var end: Duration
    }

    /// The time from one turn to the next; zero for no limit.
    private let spacing: Duration
    /// How much earlier than its time a turn may come, after others that were not used.
    private let tolerance: Duration
    private var nextTurn = Duration.zero
    private var pauseEnd = Duration.zero
    private(set) var window: Window?

    init(spacing: Duration = .zero, burst: Int = 1) {
        self.spacing = spacing
        tolerance = spacing * (burst - 1)
    }

    /// Takes a turn: when it comes by the declared rate. What the server said is for ``admit(at:)``.
    mutating func reserve(at now: Duration) -> Duration {
        nextTurn = max(nextTurn, now)
        let turn = max(nextTurn - tolerance, now)
        nextTurn += spacing
        return turn
    }

    /// Whether a turn that has come may be used now; if not, when to ask again.
    mutating func admit(at now: Duration) -> Duration? {
        if now < pauseEnd { return pauseEnd }
        guard var window, now < window.end else {
            self.window = nil
            return nil
        }
        guard window.remaining > 0 else { return window.end }
        window.remaining -= 1
        self.window = window
        return nil
    }

    /// Lets nobody pass for a while.
    mutating func pause(until end: Duration) {
        pauseEnd = max(pauseEnd, end)
    }

    /// Learns what is left of a server's window.
    ///
    /// Responses overtake each other: of two that speak of the same window, the one that leaves less is the later.
    mutating func learn(_ heard: Window) {
        if let window, abs(window.end - heard.end) < .seconds(1.5) {
            self.window = Window(remaining: min(window.remaining, heard.remaining), end: max(window.end, heard.end))
        } else if heard.end > window?.end ?? .zero {
            window = heard
        }
    }
}

private func abs(_ duration: Duration) -> Duration { max(duration, .zero - duration) }
