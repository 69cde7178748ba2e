// SPDX-License-Identifier: Apache-2.0
//
// Chunks whose size follows a live server, whose cost a row changes while they come.

import BulkOperations
import LoopbackServer
import Testing

@Suite("Bulk: adaptive chunks", .timeLimit(.minutes(2)), .serialized)
struct AdaptiveTests {
    /// A chunk as it was: how many rows it had, and how long it took.
    private struct Sent: Sendable {
        var count: Int
        var time: Duration
    }

    /// Notes what chunks take, and changes what a row costs at the server after some of them.
    private struct Changing<Base: BulkOperation>: BulkOperation {
        let base: Base
        let sent: Locked<[Sent]>
        let change: @Sendable () -> Void

        func perform(_ chunk: BulkChunk<Base.Input>) async throws -> [BulkOutcome<Base.Output>] {
            let clock = ContinuousClock()
            let start = clock.now
            let outcomes = try await base.perform(chunk)
            let count = sent.withLock { sent in
                sent.append(Sent(count: chunk.items.count, time: clock.now - start))
                return sent.count
            }
            if count == AdaptiveTests.change { change() }
            return outcomes
        }
    }

    /// After how many chunks the cost changes, and after how many more the test ends.
    private static let change = 24

    /// The middle one of some values.
    private func median<Value: Comparable>(_ values: some Sequence<Value>) throws -> Value {
        let sorted = values.sorted()
        return try #require(sorted.isEmpty ? nil : sorted[sorted.count / 2])
    }

    /// A chunk is to take 200 ms, of which 160 to 240 are left alone. On a machine that has more to do chunks take longer
    /// than their rows, so that they are smaller: the bounds are of the time, and the sizes are compared to each other.
    @Test(arguments: [
        (from: Duration.milliseconds(4), to: Duration.milliseconds(16)),
        (from: .milliseconds(16), to: .milliseconds(4)),
    ])
    func `settle near the target, and again when the cost of a row changes in mid-run`(
        from: Duration,
        to: Duration
    ) async throws {
        try await withDesk { desk in
            desk.service.settings.rowCost = from
            let sent = Locked<[Sent]>([])
            let operation = Changing(base: try desk.envelope(), sent: sent) { desk.service.settings.rowCost = to }
            var options = BulkOptions.test(concurrency: 2)
            options.chunking = .adaptive(target: .milliseconds(200), from: 20, between: 1...500)
            let summary = try await BulkRunner(operation, options: options).forEach(of: Endless()) { _ in
                if sent.value.count >= 2 * Self.change { throw TestError() }
            }
            #expect(summary.failed == 0 && summary.unknown == 0)
            let before = sent.value[..<Self.change].suffix(8)
            let after = sent.value[..<(2 * Self.change)].suffix(8)
            for settled in [before, after] {
                let time = try median(settled.map(\.time))
                #expect((Duration.milliseconds(130)...(.milliseconds(300))).contains(time), "\(sent.value)")
            }
            let (small, large) = from > to ? (before, after) : (after, before)
            #expect(try median(small.map(\.count)) * 2 < median(large.map(\.count)), "\(sent.value)")
            #expect(try median(large.map(\.count)) <= 60, "\(sent.value)")
        }
    }
}

/// Records without an end.
private struct Endless: Sequence, IteratorProtocol {
    private var count = 0

    mutating func next() -> Record? {
        count += 1
        return Record(name: "record \(count)")
    }
}
