// SPDX-License-Identifier: Apache-2.0
//
// Who may start now and who waits: a limit of places an origin, and a bounded queue before them.

/// The books of admission; it starts nothing itself.
///
/// Each origin has a number of places. A newcomer takes a free place (`start`), or waits in its origin's line
/// (`wait`), or, if too many wait already at all origins together, is turned away (`refuse`). Whoever ends gives the
/// place to the first in line, who then has it; whoever waits may withdraw. So as long as anyone waits at an origin,
/// all its places are taken.
///
/// - Complexity: O(1) amortized for every operation.
struct AdmissionQueue<Element> {
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

    /// The line of one origin. Tickets count up; those that withdrew leave holes, which `removeFirst` steps over.
    private struct Line {
        var placesTaken = 0
        var waiting: [UInt64: Element] = [:]
        var nextNumber: UInt64 = 0
        var firstNumber: UInt64 = 0

        mutating func append(_ element: Element) -> UInt64 {
            defer { nextNumber += 1 }
            waiting[nextNumber] = element
            return nextNumber
        }

        mutating func removeFirst() -> Element? {
            guard !waiting.isEmpty else { return nil }
            while firstNumber < nextNumber {
                defer { firstNumber += 1 }
                if let element = waiting.removeValue(forKey: firstNumber) { return element }
            }
            return nil
        }
    }

    private let placesPerOrigin: Int
    private let maximumWaiting: Int
    private var lines: [String: Line] = [:]
    /// How many wait, at all origins together.
    private(set) var waitingCount = 0
    /// How many origins it has books of: those with a request in flight.
    var originCount: Int { lines.count }

    init(placesPerOrigin: Int, maximumWaiting: Int) {
        self.placesPerOrigin = placesPerOrigin
        self.maximumWaiting = maximumWaiting
    }

    /// Takes a place at the origin, or a ticket, for a newcomer.
    mutating func admit(_ element: Element, at origin: String) -> Decision {
        if lines[origin, default: Line()].placesTaken < placesPerOrigin {
            lines[origin, default: Line()].placesTaken += 1
            return .start
        }
        guard waitingCount < maximumWaiting else { return .refuse }
        waitingCount += 1
        let number = lines[origin, default: Line()].append(element)
        return .wait(Ticket(origin: origin, number: number))
    }

    /// Gives a place back. The first in line, if there is one, has it from now on and is returned, to be started.
    mutating func release(at origin: String) -> Element? {
        if let next = lines[origin]?.removeFirst() {
            waitingCount -= 1
            return next
        }
        lines[origin]?.placesTaken -= 1
        if lines[origin]?.placesTaken == 0 { lines[origin] = nil }
        return nil
    }

    /// Leaves the line.
    mutating func withdraw(_ ticket: Ticket) {
        if lines[ticket.origin]?.waiting.removeValue(forKey: ticket.number) != nil { waitingCount -= 1 }
    }
}
