// SPDX-License-Identifier: Apache-2.0
//
// Which limit of a request passes next.

import Testing

@testable import CurlTransport

@Suite struct TimeLimitsTests {
    private let start = Moment.now
    private let limits = TimeLimits(queue: .seconds(4), connect: .seconds(3), firstByte: .seconds(2), idle: .seconds(1))

    @Test func `Each stage has its limit, and the total holds in all but a rest`() {
        let late = start + .seconds(100)
        let stages: [(TimeLimits.Stage, TimeLimits.Limit, Int)] = [
            (.queued(since: start), .queue, 4), (.connecting(since: start), .connect, 3),
            (.sent(at: start), .firstByte, 2), (.receiving(lastByte: start), .idle, 1),
        ]
        for (stage, limit, seconds) in stages {
            #expect(limits.due(in: stage, total: late) == .init(instant: start + .seconds(seconds), limit: limit))
            #expect(limits.due(in: stage, total: start)?.limit == .total)
            #expect(limits.due(in: stage, total: nil)?.limit == limit)
        }
        #expect(limits.due(in: .paused, total: late)?.limit == .total)
        #expect(limits.due(in: .paused, total: nil) == nil)
    }

    @Test func `A stage without a limit has the total`() {
        let limits = TimeLimits(queue: nil, connect: .seconds(3), firstByte: nil, idle: nil)
        for stage in [TimeLimits.Stage.queued(since: start), .sent(at: start), .receiving(lastByte: start)] {
            #expect(limits.due(in: stage, total: start)?.limit == .total)
            #expect(limits.due(in: stage, total: nil) == nil)
        }
    }

    @Test func `No limit of a later stage passes before it is looked at`() {
        let due = TimeLimits.Due(instant: start + .seconds(4), limit: .queue)
        #expect(limits.nextCheck(due, now: start) == start + .seconds(1))
        #expect(limits.nextCheck(due, now: start + .seconds(3.5)) == start + .seconds(4))
        #expect(limits.nextCheck(nil, now: start) == start + .seconds(1))
    }

    @Test func `A large body is looked at every second, however long the limits are`() {
        let limits = TimeLimits(queue: nil, connect: .seconds(3), firstByte: nil, idle: nil)
        #expect(limits.nextCheck(nil, now: start) == start + .seconds(3))
        #expect(limits.nextCheck(nil, isLarge: true, now: start) == start + .seconds(1))
    }
}
