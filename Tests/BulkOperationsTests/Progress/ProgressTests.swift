// SPDX-License-Identifier: Apache-2.0
//
// Progress as whoever looks at it sees it, and caches of loaders.

import BulkOperations
import DataLoading
import Testing

@Suite("Bulk progress", .timeLimit(.minutes(1)))
struct ProgressTests {
    @Test func `the last snapshot always comes and has everything`() async throws {
        let progress = BulkProgressUpdates(every: .seconds(1_000))
        let operation = BulkClosure<Int, Int> { chunk in
            chunk.inputs.map { $0 < 5 ? .failure(TestError()) : $0 < 8 ? .unknown(TestError()) : .success($0) }
        }
        async let result = BulkRunner(operation, options: .test()).run(0..<100, progress: progress)
        var last: BulkProgress?
        for await snapshot in progress { last = snapshot }
        #expect(last?.isLast == true)
        #expect(last?.completed == 100)
        #expect(last?.failed == 5)
        #expect(last?.unknown == 3)
        #expect(last?.fraction == 1)
        #expect(last?.timeRemaining == .zero)
        let summary = try await result.summary
        #expect(summary.succeeded == 92)
    }

    @Test func `progress ends also when the run cannot begin`() async throws {
        struct Down: BulkOperation {
            func prepare() async throws { throw TestError() }
            func perform(_ chunk: BulkChunk<Int>) async throws -> [BulkOutcome<Int>] { [] }
        }
        let progress = BulkProgressUpdates()
        let run = Task { try await BulkRunner(Down()).run([1], progress: progress) }
        for await _ in progress {}
        await #expect(throws: TestError.self) { try await run.value }
    }

    @Test func `bulk reads fill the cache of a loader, bulk writes clear it`() async throws {
        let fetched = Locked<[Int]>([])
        let loader = DataLoader<Int, String> { keys in
            fetched.withLock { $0 += keys }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, "fetched \($0)") })
        }
        let reading = BulkClosure<Int, String> { chunk in chunk.inputs.map { .success("read \($0)") } }
        _ = try await BulkRunner(reading.priming(loader) { ($0, $1) }).run(1...3)
        #expect(try await loader.load(2) == "read 2")
        let writing = BulkClosure<Int, Int> { chunk in
            chunk.inputs.map { $0 == 1 ? .failure(TestError()) : $0 == 2 ? .unknown(TestError()) : .success($0) }
        }
        _ = try await BulkRunner(writing.clearing(loader) { $0 }).run(1...3)
        #expect(try await loader.loadMany([1, 2, 3]) == ["read 1", "fetched 2", "fetched 3"])
        #expect(fetched.value.sorted() == [2, 3])
    }
}
