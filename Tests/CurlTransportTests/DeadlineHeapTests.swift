// SPDX-License-Identifier: Apache-2.0
//
// Who runs out of time next.

import Testing

@testable import CurlTransport

@Suite struct DeadlineHeapTests {
    private final class Timer: DeadlineHeapElement {
        let deadline: Moment
        var heapIndex: Int?

        init(_ deadline: Moment) { self.deadline = deadline }
    }

    private let start = Moment.now

    @Test(arguments: [1, 2, 42, 4711])
    func `Timers expire in order, and those taken out do not`(seed: UInt64) {
        var generator = SplitMix64(state: seed)
        let timers = (0..<500).map { _ in Timer(start + .milliseconds(Int.random(in: 0..<200, using: &generator))) }
        var heap = DeadlineHeap<Timer>()
        for timer in timers { heap.insert(timer) }
        let removed = Set(timers.indices.shuffled(using: &generator).prefix(200))
        for index in removed { heap.remove(timers[index]) }

        var expired: [Moment] = []
        while let timer = heap.popExpired(at: start + .seconds(1)) { expired.append(timer.deadline) }
        let expected = timers.indices.filter { !removed.contains($0) }.map { timers[$0].deadline }.sorted()
        #expect(expired == expected)
        #expect(timers.allSatisfy { $0.heapIndex == nil })
    }

    @Test func `Only what is due expires`() {
        var heap = DeadlineHeap<Timer>()
        for seconds in [3, 1, 2] { heap.insert(Timer(start + .seconds(seconds))) }
        #expect(heap.earliest == start + .seconds(1))
        let pops = [0, 1, 1].map { heap.popExpired(at: start + .seconds($0))?.deadline }
        #expect(pops == [nil, start + .seconds(1), nil])
        #expect(heap.earliest == start + .seconds(2))
    }

    @Test func `A timer that is taken out twice is taken out once`() {
        var heap = DeadlineHeap<Timer>()
        let timers = [Timer(start), Timer(start)]
        for timer in timers { heap.insert(timer) }
        heap.remove(timers[0])
        heap.remove(timers[0])
        #expect(heap.first === timers[1])
        heap.remove(timers[1])
        #expect(heap.isEmpty)
    }

    @Test func `A limit of less than a nanosecond lies in the future, so that no check of it repeats for ever`() {
        let moment = Duration(secondsComponent: 0, attosecondsComponent: 1)
        #expect(start.advanced(byAtMost: moment) > start)
        let limits = TimeLimits(queue: nil, connect: moment, firstByte: nil, idle: nil)
        #expect(limits.nextCheck(nil, now: start) > start)
    }

    @Test(arguments: [Duration.seconds(Int64.max), .seconds(-1), .zero, .seconds(1)])
    func `No duration makes a deadline overflow`(duration: Duration) {
        #expect(start.advanced(byAtMost: duration) >= start)
    }
}

/// A generator whose numbers are the same in every run.
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
