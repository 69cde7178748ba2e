// SPDX-License-Identifier: Apache-2.0
//
// So many requests in so much time, and what the header fields tell of it.

/// A limit of requests in fixed windows of time.
package struct RateLimit: Hashable, Sendable {
    /// How many requests a window has.
    package var requests: Int
    /// How long a window is. Header fields tell of it in seconds, rounded up.
    package var window: Duration

    package init(requests: Int, window: Duration) {
        (self.requests, self.window) = (requests, window)
    }
}

/// The window that is running.
struct RateWindow {
    private var end: ContinuousClock.Instant?
    private var used = 0

    /// Counts a request. Gives the header fields of its reply, and whether it is within the limit.
    mutating func admit(
        at now: ContinuousClock.Instant,
        under limit: RateLimit
    ) -> (isWithin: Bool, headers: [(name: String, value: String)]) {
        if end.map({ now >= $0 }) ?? true { (end, used) = (now + limit.window, 0) }
        let seconds = Int((end.map { now.duration(to: $0) / .seconds(1) } ?? 0).rounded(.up))
        let isWithin = used < limit.requests
        if isWithin { used += 1 }
        var headers = [
            (name: "RateLimit-Limit", value: String(limit.requests)),
            (name: "RateLimit-Remaining", value: String(limit.requests - used)),
            (name: "RateLimit-Reset", value: String(seconds)),
        ]
        if !isWithin { headers.append(("Retry-After", String(seconds))) }
        return (isWithin, headers)
    }
}
