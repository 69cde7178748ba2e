// SPDX-License-Identifier: Apache-2.0
//
// Runs that are read as they go: what comes, how far they run ahead, and what ends them.

import BulkOperations
import Testing

@Suite("The records of a bulk run", .timeLimit(.minutes(2)))
struct RecordsTests {
    @Test func `come one by one, each input once`() async throws {
        let runner = try BulkRunner(Tenfold(), options: .test(chunk: 7, concurrency: 3))
        let records = runner.records(of: [1, -2] + Array(3..<100))
        var outputs: [Int: Int] = [:]
        var failures: [Int] = []
        for try await record in records {
            switch record.end {
            case .succeeded(let output): outputs[record.index] = output
            default: failures.append(record.index)
            }
        }
        #expect(failures == [1])
        #expect(outputs.count == 98)
        #expect(outputs.allSatisfy { index, output in output == (index + 1) * 10 })
        #expect(try await records.finish().failed == 1)
    }

    @Test func `hold the run back until they are read`() async throws {
        let sent = Locked(0)
        let operation = BulkClosure<Int, Int> { chunk in
            sent.withLock { $0 += chunk.items.count }
            return chunk.inputs.map { .success($0) }
        }
        let runner = try BulkRunner(operation, options: .test(chunk: 10, concurrency: 2))
        var read = 0
        var ahead = 0
        for try await _ in runner.records(of: AnySequence(0..<1_000)) {
            for _ in 0..<3 { await Task.yield() }
            ahead = max(ahead, sent.value - read)
            read += 1
        }
        #expect(read == 1_000)
        #expect(ahead <= 30)
    }

    @Test func `cancel the run when the loop is left`() async throws {
        let operation = Tenfold()
        let records = try BulkRunner(operation, options: .test(chunk: 10, concurrency: 1)).records(of: 0..<1_000)
        for try await record in records where record.index == 25 { break }
        let summary = try await records.finish()
        guard case .cancelled = summary.ending else { throw TestError() }
        #expect(summary.total == 1_000)
        #expect(summary.notSent >= 950)
        #expect(operation.calls.value.count <= 5)
    }

    @Test func `throw when the reader is cancelled, and the run ends`() async throws {
        let begun = AsyncStream.makeStream(of: Void.self)
        let operation = BulkClosure<Int, Int> { chunk in
            begun.continuation.yield()
            try await Task.sleep(for: .seconds(1_000))
            return []
        }
        let records = try BulkRunner(operation, options: .test()).records(of: 0..<1_000)
        let reader = Task { for try await _ in records {} }
        for await _ in begun.stream { break }
        reader.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
        #expect(try await records.finish().total == 1_000)
    }

    @Test func `throw what keeps the run from beginning`() async throws {
        let journal = BulkJournal<Int>(at: "/no/such/folder/journal", fingerprint: "test")
        let records = try BulkRunner(Tenfold(), options: .test()).records(of: 0..<10, journal: journal)
        let error = await #expect(throws: BulkError.self) { for try await _ in records {} }
        #expect(error?.code == .journalFailed)
    }

    @Test func `cancel the run if nobody reads them`() async throws {
        let begun = AsyncStream.makeStream(of: Void.self)
        let ended = AsyncStream.makeStream(of: Void.self)
        let operation = BulkClosure<Int, Int> { chunk in
            begun.continuation.yield()
            do { try await Task.sleep(for: .seconds(1_000)) } catch { ended.continuation.yield() }
            return chunk.inputs.map { .success($0) }
        }
        do {
            let records = try BulkRunner(operation, options: .test()).records(of: 0..<10)
            for await _ in begun.stream { break }
            withExtendedLifetime(records) {}
        }
        for await _ in ended.stream { break }
    }
}
