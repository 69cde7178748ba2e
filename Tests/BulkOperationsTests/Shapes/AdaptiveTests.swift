// SPDX-License-Identifier: Apache-2.0
//
// Chunks whose size follows a live server, whose cost a row changes while they come.

import BulkOperations
import LoopbackServer
import Testing

@Suite("Bulk: adaptive chunks", .timeLimit(.minutes(2)), .serialized)
struct AdaptiveTests {
    /// Changes what a row costs at the server before one of its calls.
    private struct Changing<Base: BulkOperation>: BulkOperation {
        let base: Base
        let sizes: Locked<[Int]>
        let call: Int
        let change: @Sendable () -> Void

        func perform(_ chunk: BulkChunk<Base.Input>) async throws -> [BulkOutcome<Base.Output>] {
            let count = sizes.withLock { sizes in
                sizes.append(chunk.items.count)
                return sizes.count
            }
            if count == call { change() }
            return try await base.perform(chunk)
        }
    }

    /// The middle one of some sizes.
    private func median(_ sizes: some Collection<Int>) -> Int { sizes.sorted()[sizes.count / 2] }

    /// A chunk is to take 100 ms, of which 80 to 120 are left alone. The bounds are those of the rules, and half as much
    /// again below, because on a machine that has more to do a chunk takes longer than its rows.
    @Test(arguments: [
        (from: Duration.milliseconds(2), to: Duration.milliseconds(8), before: 27...60, after: 6...15),
        (from: .milliseconds(8), to: .milliseconds(2), before: 6...15, after: 27...60),
    ])
    func `settle near the target, and again when the cost of a row changes in mid-run`(
        from: Duration,
        to: Duration,
        before: ClosedRange<Int>,
        after: ClosedRange<Int>
    ) async throws {
        try await withDesk { desk in
            desk.service.settings.rowCost = from
            let sizes = Locked<[Int]>([])
            let operation = Changing(base: try desk.envelope(), sizes: sizes, call: 30) {
                desk.service.settings.rowCost = to
            }
            var options = BulkOptions.test(concurrency: 2)
            options.chunking = .adaptive(target: .milliseconds(100), from: 20, between: 1...500)
            let run = Task { [options] in
                try await BulkRunner(operation, options: options).forEach(of: Endless()) { _ in
                    if sizes.value.count >= 60 { throw TestError() }
                }
            }
            let summary = try await run.value
            #expect(summary.isSuccess == false && summary.failed == 0)
            #expect(before.contains(median(sizes.value[20..<30])), "\(sizes.value)")
            #expect(after.contains(median(sizes.value[50..<60])), "\(sizes.value)")
            #expect(desk.service.contents.names.count == summary.succeeded)
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
