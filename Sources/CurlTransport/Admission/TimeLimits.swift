// SPDX-License-Identifier: Apache-2.0
//
// Which time limit of a request passes next. Ours, because curl's sleep while a request waits for a connection.

/// The limits that hold for every request of a transport, besides its total.
struct TimeLimits {
    /// What may take too long.
    enum Limit: Hashable {
        case total, queue, connect, firstByte, idle
    }

    /// Where a request is, and since when.
    enum Stage: Hashable {
        case queued(since: ContinuousClock.Instant)
        case connecting(since: ContinuousClock.Instant)
        case sent(at: ContinuousClock.Instant)
        case receiving(lastByte: ContinuousClock.Instant)
        /// Its reader takes a rest; no limit counts.
        case paused
    }

    struct Due: Hashable {
        var instant: ContinuousClock.Instant
        var limit: Limit
    }

    /// How often the body of a request is looked at whose response may be there before it has left.
    static let uploadCheck = Duration.seconds(1)

    let queue: Duration?
    let connect: Duration
    let firstByte: Duration?
    let idle: Duration?

    /// The next limit that passes if nothing changes; `nil` if none does.
    ///
    /// - Parameter total: When the whole exchange must have ended, if it must.
    func due(in stage: Stage, total: ContinuousClock.Instant?) -> Due? {
        let stageLimit: (start: ContinuousClock.Instant, duration: Duration?, limit: Limit)? =
            switch stage {
            case .queued(let since): (since, queue, .queue)
            case .connecting(let since): (since, connect, .connect)
            case .sent(let instant): (instant, firstByte, .firstByte)
            case .receiving(let lastByte): (lastByte, idle, .idle)
            case .paused: nil
            }
        let total = total.map { Due(instant: $0, limit: .total) }
        guard let stageLimit, let duration = stageLimit.duration else { return total }
        let stageDue = Due(instant: stageLimit.start.advanced(byAtMost: duration), limit: stageLimit.limit)
        guard let total, total.instant <= stageDue.instant else { return stageDue }
        return total
    }

    /// When to look again: no limit passes before, even if the request moves on to another stage meanwhile, whose own
    /// limit is shorter.
    ///
    /// - Parameter isLarge: Whether its body is larger than what goes without the server's leave.
    func nextCheck(_ due: Due?, isLarge: Bool = false, now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        let shortest = min(connect, firstByte ?? connect, idle ?? connect, isLarge ? Self.uploadCheck : connect)
        let soonest = now.advanced(byAtMost: shortest)
        return due.map { min($0.instant, soonest) } ?? soonest
    }
}
