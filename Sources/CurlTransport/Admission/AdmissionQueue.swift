// SPDX-License-Identifier: Apache-2.0
//
// Who may start now and who waits: limits of places, and a bounded queue before them.

/// The books of admission; it starts nothing itself.
///
/// Each origin has a number of places, and all origins together a number of connections. A place takes a connection; those
/// of an origin that is multiplexed share one. A newcomer takes a free place (`start`), or waits in its origin's line
/// (`wait`), or, if too many wait already at all origins together, is turned away (`refuse`). When a place becomes free,
/// whoever is next has it: the first of a line, the lines taking turns. Whoever waits may withdraw. So as long as anyone
/// waits at an origin, all its places are taken, or all connections.
///
/// - Complexity: O(1) amortized for every operation.
struct AdmissionQueue<Element> {
    struct Limits {
        /// How many places an origin has.
        var placesPerOrigin: Int
        /// How many places an origin has whose connections carry many requests at once.
        var placesPerMultiplexedOrigin: Int
        /// How many connections all origins have together.
        var connections: Int
        /// How many may wait at all origins together.
        var waiting: Int
    }

    enum Decision {
        case start
        case wait(Ticket)
        case refuse
    }

    /// A place in an origin's line, with which it can be left.
    struct Ticket: Hashable {
        fileprivate let origin: String
        fileprivate let number: UInt64
    }

    private let limits: Limits
    private var lines: [String: Line] = [:]
    /// The line that was last asked for: the next question is mostly about the same, and the origin's text need not be
    /// hashed again.
    private var recent: Line?
    /// Origins whose line may have somebody to start who needs a connection, in their turn.
    private var turns = Turns()
    /// Origins whose line may have somebody to start on the connection that there is.
    private var sharingTurns = Turns()
    /// Origins that were multiplexed when last heard of.
    private var multiplexedOrigins: Set<String> = []
    private var connectionCount = 0
    /// How many wait, at all origins together.
    private(set) var waitingCount = 0
    /// How many origins it has books of: those with somebody in flight or waiting.
    var originCount: Int { lines.count }

    init(limits: Limits) {
        self.limits = limits
    }

    /// Takes a place at the origin, or a ticket, for a newcomer.
    mutating func admit(_ element: Element, at origin: String) -> Decision {
        let line = line(of: origin) ?? openLine(of: origin)
        if line.waiting.isEmpty, canStart(line) {
            take(line)
            return .start
        }
        guard waitingCount < limits.waiting else {
            closeIfEmpty(line)
            return .refuse
        }
        waitingCount += 1
        let number = line.append(element)
        giveTurn(to: origin, line)
        return .wait(Ticket(origin: origin, number: number))
    }

    /// Gives a place back; see who is ``next()``.
    mutating func release(at origin: String) {
        guard let line = line(of: origin) else { return }
        let before = line.connectionCount
        line.placesTaken -= 1
        connectionCount += line.connectionCount - before
        giveTurn(to: origin, line)
        closeIfEmpty(line)
    }

    /// Who has a place from now on, and is to be started. To be asked until there is nobody.
    mutating func next() -> Element? {
        while let origin = sharingTurns.first {
            sharingTurns.removeFirst()
            guard let line = lines[origin] else { continue }
            if canStart(line), let element = start(at: origin, line) { return element }
            if !line.isSharing { giveTurn(to: origin, line) }
        }
        while let origin = turns.first {
            guard let line = lines[origin], line.placesTaken < places(of: line), !line.waiting.isEmpty else {
                turns.removeFirst()
                continue
            }
            guard canStart(line) else { return nil }
            turns.removeFirst()
            if let element = start(at: origin, line) { return element }
        }
        return nil
    }

    private mutating func start(at origin: String, _ line: Line) -> Element? {
        guard let element = line.removeFirst() else { return nil }
        waitingCount -= 1
        take(line)
        giveTurn(to: origin, line)
        return element
    }

    private mutating func giveTurn(to origin: String, _ line: Line) {
        guard !line.waiting.isEmpty else { return }
        if line.isSharing { sharingTurns.append(origin) } else { turns.append(origin) }
    }

    /// Leaves the line.
    mutating func withdraw(_ ticket: Ticket) {
        guard let line = line(of: ticket.origin), line.withdraw(ticket.number) else { return }
        waitingCount -= 1
        closeIfEmpty(line)
    }

    /// Learns whether the connections to an origin carry many requests at once; see who is ``next()``.
    mutating func setMultiplexed(_ isMultiplexed: Bool, at origin: String) {
        guard let line = line(of: origin), line.isMultiplexed != isMultiplexed else { return }
        let before = line.connectionCount
        line.isMultiplexed = isMultiplexed
        connectionCount += line.connectionCount - before
        if isMultiplexed {
            // What is forgotten is learnt again from the next response.
            if multiplexedOrigins.count >= 10_000 { multiplexedOrigins = [] }
            multiplexedOrigins.insert(origin)
        } else {
            multiplexedOrigins.remove(origin)
        }
        giveTurn(to: origin, line)
    }

    private mutating func line(of origin: String) -> Line? {
        if let recent, recent.origin == origin { return recent }
        recent = lines[origin]
        return recent
    }

    private mutating func openLine(of origin: String) -> Line {
        let line = Line(origin: origin, isMultiplexed: multiplexedOrigins.contains(origin))
        lines[origin] = line
        recent = line
        return line
    }

    private mutating func closeIfEmpty(_ line: Line) {
        guard line.isEmpty else { return }
        lines[line.origin] = nil
        recent = nil
    }

    private func places(of line: Line) -> Int {
        line.isMultiplexed ? limits.placesPerMultiplexedOrigin : limits.placesPerOrigin
    }

    private func canStart(_ line: Line) -> Bool {
        line.placesTaken < places(of: line) && (line.isSharing || connectionCount < limits.connections)
    }

    private mutating func take(_ line: Line) {
        let before = line.connectionCount
        line.placesTaken += 1
        connectionCount += line.connectionCount - before
    }
}

extension AdmissionQueue {
    /// The line of one origin. Tickets count up; those that withdrew leave holes, which `removeFirst` steps over.
    /// (An object, so that it is changed where it is: a copy would copy all who wait.)
    private final class Line {
        let origin: String
        var isMultiplexed: Bool
        var placesTaken = 0
        private(set) var waiting: [UInt64: Element] = [:]
        private var nextNumber: UInt64 = 0
        private var firstNumber: UInt64 = 0

        init(origin: String, isMultiplexed: Bool) {
            self.origin = origin
            self.isMultiplexed = isMultiplexed
        }

        /// Whether another place takes no other connection.
        var isSharing: Bool { isMultiplexed && placesTaken > 0 }

        var isEmpty: Bool { placesTaken == 0 && waiting.isEmpty }

        var connectionCount: Int { isMultiplexed ? min(1, placesTaken) : placesTaken }

        func append(_ element: Element) -> UInt64 {
            defer { nextNumber += 1 }
            waiting[nextNumber] = element
            return nextNumber
        }

        func withdraw(_ number: UInt64) -> Bool { waiting.removeValue(forKey: number) != nil }

        func removeFirst() -> Element? {
            guard !waiting.isEmpty else { return nil }
            while firstNumber < nextNumber {
                defer { firstNumber += 1 }
                if let element = waiting.removeValue(forKey: firstNumber) { return element }
            }
            return nil
        }
    }
}

/// Origins in their turn, each at most once.
private struct Turns {
    private var queue: [String] = []
    private var start = 0
    private var members: Set<String> = []

    var first: String? { start < queue.count ? queue[start] : nil }

    mutating func append(_ origin: String) {
        if members.insert(origin).inserted { queue.append(origin) }
    }

    mutating func removeFirst() {
        members.remove(queue[start])
        start += 1
        guard start == queue.count || start > 1_000 else { return }
        queue.removeFirst(start)
        start = 0
    }
}
