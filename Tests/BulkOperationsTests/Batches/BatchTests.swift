// SPDX-License-Identifier: Apache-2.0
//
// Units of work: scopes, batches by hand, collectors.

import BulkOperations
import Testing

@Suite("A bulk batch", .timeLimit(.minutes(1)))
struct BatchTests {
    /// What was done, in order.
    private let done = Locked<[String]>([])

    private func runner() throws -> BulkRunner<BulkClosure<BulkWork<String>, String>> {
        let operation = BulkClosure<BulkWork<String>, String> { [done] chunk in
            let names = chunk.inputs.map { "\($0.kind) \($0.model) \($0.recordID ?? $0.payload ?? "")" }
            done.withLock { $0 += names }
            return names.map { .success($0) }
        }
        return try BulkRunner(operation, options: .test(concurrency: 1))
    }

    @Test func `deletions come after creations and updates of the same model, the rest by priority and submission`()
        async throws
    {
        let batch = BulkBatch<String>()
        try batch.delete("user", ids: ["1"], priority: 9)
        try batch.create("user", "a")
        try batch.update("user", id: "2", "b")
        try batch.delete("session", ids: ["3"])
        try batch.create("order", "c", priority: 5)
        let result = try await batch.execute(with: try runner())
        #expect(
            done.value == ["create order c", "create user a", "update user 2", "delete user 1", "delete session 3"]
        )
        #expect(result.outputs.map { $0 ?? "" }[1] == "create user a")
        #expect(result.indices == Array(0..<5))
    }

    @Test func `deletions overtake if they are told to`() async throws {
        let batch = BulkBatch<String>()
        try batch.create("user", "a")
        try batch.delete("user", ids: ["1"], priority: 1, overtaking: true)
        _ = try await batch.execute(with: try runner())
        #expect(done.value == ["delete user 1", "create user a"])
    }

    @Test func `two updates of one record are never under way at the same time`() async throws {
        let batch = BulkBatch<String>()
        try batch.update("user", ids: ["1", "2", "1"], "x")
        let result = try await batch.execute(with: try runner())
        #expect(result.summary.chunks == 2)
        #expect(done.value == ["update user 1", "update user 2", "update user 1"])
    }

    @Test func `nothing is sent if the scope throws`() async throws {
        await #expect(throws: TestError.self) {
            _ = try await withBulkBatch(try runner()) { batch in
                try batch.create("user", "a")
                throw TestError()
            }
        }
        #expect(done.value.isEmpty)
    }

    @Test func `a scope sends what it collected when it ends`() async throws {
        let (first, result) = try await withBulkBatch(try runner()) { batch in
            try batch.create("user", "a")
            return try batch.create("user", "b")
        }
        #expect(first == 1)
        #expect(result.outputs == ["create user a", "create user b"])
    }

    @Test func `a batch by hand has an id, a status and times, and runs once`() async throws {
        let batch = BulkBatch<String>(id: "nightly")
        #expect(batch.status == .collecting)
        #expect(batch.started == nil)
        try batch.create("user", "a")
        _ = try await batch.execute(with: try runner())
        #expect(batch.status == .ended)
        let (started, ended) = (try #require(batch.started), try #require(batch.ended))
        #expect(batch.created <= started && started <= ended)
        let error = await #expect(throws: BulkError.self) { try await batch.execute(with: try runner()) }
        #expect(error?.offender == "nightly")
        #expect(throws: BulkError.self) { try batch.create("user", "b") }
    }

    @Test func `a batch is split in the order in which it is done`() throws {
        let batch = BulkBatch<String>(id: "x")
        try batch.delete("user", ids: ["1", "2"])
        for number in 0..<3 { try batch.create("user", "\(number)") }
        let parts = batch.split(chunkSize: 2)
        #expect(parts.map(\.id) == ["x.0", "x.1", "x.2"])
        #expect(parts.map { $0.work.map(\.index) } == [[2, 3], [4, 0], [1]])
    }

    @Test func `a collector sends chunks as they fill, and the rest at the end`() async throws {
        let operation = Tenfold()
        let collector = BulkCollector(try BulkRunner(operation, options: .test(chunk: 4, concurrency: 1)))
        for number in 0..<10 { try await collector.add(number) }
        let result = try await collector.finish()
        #expect(result.outputs == (0..<10).map { $0 * 10 })
        #expect(operation.calls.value.map(\.count) == [4, 4, 2])
        await #expect(throws: BulkError.self) { try await collector.add(11) }
    }
}
