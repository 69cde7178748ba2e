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
        case queued(since: Moment)
        case connecting(since: Moment)
        case sent(at: Moment)
        case receiving(lastByte: Moment)
        /// Its reader takes a rest; no limit counts.
        case paused
    }

    struct Due: Hashable {
        var instant: Moment
        var limit: Limit
    }

    /// How often the body of a request is looked at whose response may be there before it has left.
    static let uploadCheck = Duration.seconds(1)

    let queue: Duration?
    let connect: Duration
    let firstByte: Duration?
    let idle: Duration?
    /// The shortest that begins when a request is sent or later, or that of a connection.
    private let shortest: Duration

    init(queue: Duration?, connect: Duration, firstByte: Duration?, idle: Duration?) {
        self.queue = queue
        self.connect = connect
        self.firstByte = firstByte
        self.idle = idle
        shortest = min(connect, firstByte ?? connect, idle ?? connect)
    }

    /// The next limit that passes if nothing changes; `nil` if none does.
    ///
    /// - Parameter total: When the whole exchange must have ended, if it must.
    func due(in stage: Stage, total: Moment?) -> Due? {
        let stageLimit: (start: Moment, duration: Duration?, limit: Limit)? =
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
    func nextCheck(_ due: Due?, isLarge: Bool = false, now: Moment) -> Moment {
        let soonest = now.advanced(byAtMost: isLarge ? min(shortest, Self.uploadCheck) : shortest)
        return due.map { min($0.instant, soonest) } ?? soonest
    }
}
