// SPDX-License-Identifier: Apache-2.0
//
// What a response says of limits, in the dialects that are about.

internal import HTTPTransport

/// What a response says of its server's limits.
struct RateLimitHeaders: Equatable, Sendable {
    /// How many requests are left.
    var remaining: Int?
    /// How long until there are more.
    var reset: Duration?

    /// Reads `RateLimit` ([draft](https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/), old and new
    /// forms), `RateLimit-Remaining` with `RateLimit-Reset`, and those with `X-` before them.
    ///
    /// - Parameter epoch: The seconds since 1970, as some servers tell the time of the reset and not how long it is until
    ///   then.
    init(_ headers: HTTPHeaders, epoch: Double) {
        if let field = headers["RateLimit"] {
            remaining = Self.parameter(["r", "remaining"], of: field).flatMap { Int($0) }
            reset = Self.parameter(["t", "reset"], of: field).flatMap { Self.time($0, epoch: epoch) }
        }
        for prefix in ["RateLimit-", "X-RateLimit-", "X-Rate-Limit-"] {
            remaining = remaining ?? headers[prefix + "Remaining"].flatMap { Int($0) }
            reset = reset ?? headers[prefix + "Reset"].flatMap { Self.time($0[...], epoch: epoch) }
        }
    }

    private static func parameter(_ names: Set<String>, of field: String) -> Substring? {
        for part in field.split(whereSeparator: { ";, ".contains($0) }) {
            guard let equals = part.firstIndex(of: "="), names.contains(part[..<equals].lowercased()) else { continue }
            return part[part.index(after: equals)...]
        }
        return nil
    }

    /// Seconds, or a time since 1970 if there are too many of them.
    private static func time(_ text: some StringProtocol, epoch: Double) -> Duration? {
        guard let seconds = Double(text), seconds >= 0, seconds < 1e12 else { return nil }
        return .seconds(seconds > 100_000_000 ? max(seconds - epoch, 0) : seconds)
    }
}
