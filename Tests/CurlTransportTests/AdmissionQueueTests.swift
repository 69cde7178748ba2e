// SPDX-License-Identifier: Apache-2.0
//
// Who starts and who waits.

import Testing

@testable import CurlTransport

@Suite struct AdmissionQueueTests {
    @Test func `Newcomers start until an origin has no place left, and origins do not share places`() {
        let queue = Admission(placesPerOrigin: 2, maximumWaiting: 10)
        #expect(queue.admit(1, at: "a").starts)
        #expect(queue.admit(2, at: "a").starts)
        #expect(queue.admit(3, at: "a").ticket != nil)
        #expect(queue.admit(4, at: "b").starts)
        #expect(queue.waitingCount == 1)
    }

    @Test func `A place that becomes free goes to the first in line`() {
        let queue = Admission(placesPerOrigin: 1, maximumWaiting: 10)
        for element in 1...3 { _ = queue.admit(element, at: "a") }
        #expect(queue.release(at: "a") == 2)
        #expect(!queue.admit(4, at: "a").starts)
        #expect(queue.release(at: "a") == 3)
        #expect(queue.release(at: "a") == 4)
        #expect(queue.release(at: "a") == nil)
        #expect(queue.admit(5, at: "a").starts)
    }

    @Test func `Who withdraws is passed over`() throws {
        let queue = Admission(placesPerOrigin: 1, maximumWaiting: 10)
        _ = queue.admit(1, at: "a")
        let tickets = (2...4).map { queue.admit($0, at: "a").ticket }
        queue.withdraw(try #require(tickets[0]))
        queue.withdraw(try #require(tickets[2]))
        queue.withdraw(try #require(tickets[2]))
        #expect(queue.waitingCount == 1)
        #expect(queue.release(at: "a") == 3)
        #expect(queue.release(at: "a") == nil)
    }

    @Test func `No more wait than may, at all origins together`() throws {
        let queue = Admission(placesPerOrigin: 1, maximumWaiting: 2)
        for origin in ["a", "b"] { _ = queue.admit(0, at: origin) }
        let ticket = try #require(queue.admit(1, at: "a").ticket)
        #expect(queue.admit(2, at: "b").ticket != nil)
        #expect(queue.admit(3, at: "b").isRefused)
        queue.withdraw(ticket)
        #expect(queue.admit(4, at: "b").ticket != nil)
        #expect(queue.release(at: "b") == 2)
        #expect(queue.admit(5, at: "a").ticket != nil)
    }

    @Test func `When all connections are taken, origins take turns for those that become free`() {
        let queue = Admission(placesPerOrigin: 5, connections: 2)
        #expect(queue.admit(1, at: "a").starts && queue.admit(2, at: "a").starts)
        for (element, origin) in [(3, "a"), (4, "a"), (5, "b"), (6, "c")] {
            #expect(queue.admit(element, at: origin).ticket != nil)
        }
        #expect([0, 0].map { _ in queue.release(at: "a") } == [3, 5])
        #expect(queue.release(at: "b") == 6)
        #expect(queue.release(at: "c") == 4)
        #expect([0, 0].map { _ in queue.release(at: "a") } == [nil, nil])
        #expect(queue.originCount == 0)
    }

    @Test func `Requests over connections that carry many have places of their own and count as one connection`() {
        let queue = Admission(placesPerOrigin: 1, multiplexed: 3, connections: 2)
        #expect(queue.admit(1, at: "a").starts)
        for element in 2...5 { #expect(queue.admit(element, at: "a").ticket != nil) }
        queue.setMultiplexed(true, at: "a")
        #expect([0, 0, 0].map { _ in queue.next() } == [2, 3, nil])
        #expect(queue.admit(6, at: "b").starts)
        #expect(queue.admit(7, at: "c").ticket != nil)
        #expect(queue.release(at: "a") == 4)
        #expect(queue.release(at: "b") == 7)
        #expect(queue.release(at: "a") == 5)
    }

    @Test func `An origin that was multiplexed still is when it is used again`() {
        let queue = Admission(placesPerOrigin: 1, multiplexed: 2)
        #expect(queue.admit(1, at: "a").starts)
        queue.setMultiplexed(true, at: "a")
        #expect(queue.release(at: "a") == nil)
        #expect(queue.admit(2, at: "a").starts && queue.admit(3, at: "a").starts)
        #expect(!queue.admit(4, at: "a").starts)
        queue.setMultiplexed(false, at: "a")
        #expect(queue.release(at: "a") == nil)
        #expect(queue.release(at: "a") == 4)
    }

    @Test func `An origin that nobody uses any more leaves nothing behind`() {
        let queue = Admission(placesPerOrigin: 1, maximumWaiting: 2)
        for number in 0..<100 {
            _ = queue.admit(number, at: "origin \(number)")
            #expect(queue.release(at: "origin \(number)") == nil)
        }
        #expect(queue.originCount == 0)
    }
}

/// A queue that an expectation can change.
private final class Admission {
    private var queue: AdmissionQueue<Int>

    init(placesPerOrigin: Int, multiplexed: Int = 8, connections: Int = 100, maximumWaiting: Int = 100) {
        let limits = AdmissionQueue<Int>.Limits(
            placesPerOrigin: placesPerOrigin,
            placesPerMultiplexedOrigin: multiplexed,
            connections: connections,
            waiting: maximumWaiting
        )
        queue = AdmissionQueue(limits: limits)
    }

    var waitingCount: Int { queue.waitingCount }
    var originCount: Int { queue.originCount }

    func admit(_ element: Int, at origin: String) -> AdmissionQueue<Int>.Decision { queue.admit(element, at: origin) }
    func next() -> Int? { queue.next() }
    func setMultiplexed(_ isMultiplexed: Bool, at origin: String) {
        queue.setMultiplexed(isMultiplexed, at: origin)
    }

    func release(at origin: String) -> Int? {
        queue.release(at: origin)
        return queue.next()
    }
    func withdraw(_ ticket: AdmissionQueue<Int>.Ticket) { queue.withdraw(ticket) }
}

extension AdmissionQueue.Decision {
    fileprivate var starts: Bool {
        if case .start = self { true } else { false }
    }

    fileprivate var isRefused: Bool {
        if case .refuse = self { true } else { false }
    }

    fileprivate var ticket: AdmissionQueue.Ticket? {
        if case .wait(let ticket) = self { ticket } else { nil }
    }
}
