// SPDX-License-Identifier: Apache-2.0
//
// What bulk is for: how much faster it is than one by one, at a latency of 5 ms.

import BulkOperations
import LoopbackServer
import Testing

@Suite("Bulk headlines", .timeLimit(.minutes(2)), .serialized)
struct HeadlineTests {
    /// Whether one of three tries takes no more than a share of the time that it is compared to: the machine is shared.
    private func holds(_ share: Double, _ measure: () async throws -> (Duration, against: Duration)) async throws
        -> Bool
    {
        for _ in 0..<3 {
            let (time, other) = try await measure()
            if time <= other * share { return true }
        }
        return false
    }

    private func time(_ work: () async throws -> Void) async throws -> Duration {
        let clock = ContinuousClock()
        let start = clock.now
        try await work()
        return clock.now - start
    }

    @Test func `100 items, ten at a time, are at least 85 % faster than one after another`() async throws {
        try await withDesk(latency: .milliseconds(5)) { desk in
            let creation = try desk.creation()
            let isFaster = try await holds(0.15) {
                let sequential = try await time {
                    _ = try await BulkRunner(creation, options: .test(concurrency: 1)).run(records(100)).get()
                }
                let concurrent = try await time {
                    _ = try await BulkRunner(creation, options: .test(concurrency: 10)).run(records(100)).get()
                }
                return (concurrent, against: sequential)
            }
            #expect(isFaster)
        }
    }

    /// How many times faster envelopes are, at least, where nothing is optimised and the server of the tests takes its time to
    /// read JSON. `Scripts/bench bulk` shows what they are beside a server that takes none.
    private static let speedup = 25

    /// One by one is measured on 100 and taken a hundred times.
    @Test func `10,000 creations in envelopes are many times faster than one by one`() async throws {
        try await withDesk(latency: .milliseconds(5)) { desk in
            let creation = try desk.creation()
            let envelope = try desk.envelope()
            let isFaster = try await holds(1 / Double(Self.speedup)) {
                let hundred = try await time {
                    _ = try await BulkRunner(creation, options: .test(concurrency: 1)).run(records(100)).get()
                }
                let bulk = try await time {
                    _ = try await BulkRunner(envelope, options: .test(chunk: 1_000)).run(records(10_000)).get()
                }
                return (bulk, against: hundred * 100)
            }
            #expect(isFaster)
        }
    }
}
