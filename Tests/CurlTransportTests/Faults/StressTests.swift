// SPDX-License-Identifier: Apache-2.0
//
// Very many requests that end in all possible ways, and nothing that is left of them.

import Foundation
import Testing

@Suite(.timeLimit(.minutes(10))) struct StressTests {
    // In a process of its own, for the other tests open descriptors and threads at the same time.
    @Test func `Requests cancelled in every phase all end once, and leave nothing behind`() async {
        let result = await #expect(
            processExitsWith: .success,
            observing: [\.standardOutputContent, \.standardErrorContent]
        ) {
            // 100,000 is the number to run now and then; it takes a minute or so.
            let requests = ProcessInfo.processInfo.environment["TRANSPORT_STRESS_REQUESTS"].flatMap { Int($0) } ?? 6_400
            let storm = try CancellationStorm(capacity: 2 * requests)
            _ = try await storm.run(requests: requests / 10, seed: 1)
            try await ProcessCensus.settle(at: nil)
            let before = ProcessCensus.now
            let seenBefore = storm.seenCount
            let tally = try await storm.run(requests: requests, seed: 2)
            #expect(tally.total == requests / 64 * 64)
            #expect(min(tally.responses, tally.cancellations, tally.timeouts) > 0)
            #expect(storm.repetitions == 0)
            // Some were cancelled before the server saw them, some after.
            let seen = storm.seenCount - seenBefore
            #expect(seen < tally.total)
            #expect(seen > tally.responses)
            try await ProcessCensus.settle(at: before)
            let after = ProcessCensus.now
            #expect(after.residentBytes - before.residentBytes < ProcessCensus.allowedGrowth)
            print("\(tally), \(seen) seen, \(before) -> \(after)")
        }
        print(String(decoding: result?.standardOutputContent ?? [], as: UTF8.self))
        // What it threw, or what a sanitizer saw.
        print(String(decoding: result?.standardErrorContent ?? [], as: UTF8.self))
    }
}
