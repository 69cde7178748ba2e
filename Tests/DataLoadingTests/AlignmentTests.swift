// SPDX-License-Identifier: Apache-2.0
//
// Known results that wait for the batch that is being gathered.

import DataLoading
import Testing

@Suite("Aligned hits", .timeLimit(.minutes(5)))
struct AlignmentTests {
    private func loader(_ log: BatchLog<Int>, alignsHits: Bool = true) throws -> DataLoader<Int, Int> {
        DataLoader(options: try DataLoaderOptions(alignsHits: alignsHits)) { keys in
            log.append(keys)
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0 * 10) })
        }
    }

    /// Two tasks, of which one hits and one misses, then load from a second loader.
    private func secondBatches(alignsHits: Bool) async throws -> [[Int]] {
        let (first, second) = (BatchLog<Int>(), BatchLog<Int>())
        let (parents, children) = (try loader(first, alignsHits: alignsHits), try loader(second))
        parents.prime(1, with: 10)
        try await withBatching {
            async let miss = children.load(try await parents.load(2))
            async let hit = children.load(try await parents.load(1))
            _ = try await (hit, miss)
        }
        return second.all
    }

    @Test func `what hits and misses load next shares a batch`() async throws {
        #expect(try await secondBatches(alignsHits: true) == [[20, 10]])
        #expect(try await secondBatches(alignsHits: false) == [[10], [20]])
    }

    @Test func `a hit that waits is not in the batch`() async throws {
        let log = BatchLog<Int>()
        let loader = try loader(log)
        loader.prime(1, with: -1)
        let values = try await withBatching { try await loader.loadMany([2, 1, 3, 1]) }
        #expect(values == [20, -1, 30, -1])
        #expect(log.all == [[2, 3]])
    }

    @Test func `a hit does not wait where nothing is being gathered`() async throws {
        let log = BatchLog<Int>()
        let loader = try loader(log)
        loader.prime(1, with: -1)
        #expect(try await withBatching { try await loader.load(1) } == -1)
        #expect(try await loader.load(1) == -1)
        #expect(log.count == 0)
    }

    @Test func `a hit that waits is let go when nothing is left to fetch`() async throws {
        let log = BatchLog<Int>()
        let loader = try loader(log)
        loader.prime(1, with: -1)
        try await withBatching {
            let pending = loader.enqueue(3)
            async let hit = loader.load(1)
            loader.prime(3, with: 30)
            let values = try await [hit, pending.value]
            #expect(values == [-1, 30])
        }
        #expect(log.count == 0)
    }

    @Test func `a hit that waits may be cancelled`() async throws {
        let log = BatchLog<Int>()
        let loader = try loader(log)
        loader.prime(1, with: -1)
        try await withBatching {
            let pending = loader.enqueue(2)
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await #expect(throws: CancellationError.self) { try await loader.load(1) }
                }
                group.cancelAll()
            }
            let value = try await pending.value
            #expect(value == 20)
        }
    }

    @Test func `hits that wait do not count for the size of a batch`() async throws {
        let log = BatchLog<Int>()
        let loader = DataLoader<Int, Int>(options: try DataLoaderOptions(maxBatchSize: 2, alignsHits: true)) { keys in
            log.append(keys)
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0 * 10) })
        }
        loader.prime(1, with: -1)
        let values = try await withBatching { try await loader.loadMany([2, 1, 3, 1, 4]) }
        #expect(values == [20, -1, 30, -1, 40])
        #expect(log.all == [[2, 3], [4]])
    }
}
