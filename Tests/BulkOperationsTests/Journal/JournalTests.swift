// SPDX-License-Identifier: Apache-2.0
//
// What a run remembers: resumed at any byte, healed, refused.

import BulkOperations
import Foundation
import Testing

@Suite("A journal", .timeLimit(.minutes(2)))
struct JournalTests {
    private func run(
        _ count: Int,
        _ path: String,
        hasKeys: Bool = false,
        fingerprint: String = "test",
        _ sent: Locked<[Int]> = Locked([])
    ) async throws -> BulkResult<Int, Int> {
        let operation = BulkClosure<Int, Int> { chunk in
            sent.withLock { $0 += chunk.inputs }
            return chunk.inputs.map { $0 == 3 ? .failure(TestError()) : .success($0 * 10) }
        }
        var options = BulkOptions.test(chunk: 5, concurrency: 1)
        options.usesIdempotencyKeys = hasKeys
        let journal = BulkJournal<Int>(at: path, fingerprint: fingerprint)
        return try await BulkRunner(operation, options: options).run(0..<count, journal: journal)
    }

    @Test func `a finished run sends nothing again and has the same result`() async throws {
        try await withFile { path in
            let first = try await run(20, path)
            let sent = Locked<[Int]>([])
            let second = try await run(20, path, sent)
            #expect(sent.value == [])
            #expect(second.outputs == first.outputs)
            #expect(second.failures.map(\.index) == [3])
            #expect(second.summary.fromJournal == 20)
        }
    }

    @Test func `a run goes on where it stopped`() async throws {
        try await withFile { path in
            _ = try await run(10, path)
            let sent = Locked<[Int]>([])
            let result = try await run(20, path, sent)
            #expect(sent.value == Array(10..<20))
            #expect(result.outputs.count == 20)
        }
    }

    /// Cuts the journal of a whole run after a byte, as if the process had been killed there.
    @Test(arguments: [false, true], 0..<8)
    func `a journal that is cut at any byte is resumed with nothing lost`(hasKeys: Bool, offset: Int) async throws {
        try await withFile { path in
            _ = try await run(10, path, hasKeys: hasKeys)
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            for size in stride(from: offset, to: whole.count, by: 8) {
                try whole.prefix(size).write(to: URL(fileURLWithPath: path))
                let sent = Locked<[Int]>([])
                let result = try await run(10, path, hasKeys: hasKeys, sent)
                let all = (result.successes.map(\.index) + result.failures.map(\.index) + result.unknown.map(\.index))
                guard all.sorted() == Array(0..<10) else { throw TestError(size) }
                #expect(hasKeys ? result.unknown.isEmpty : result.unknown.count <= 5)
                #expect(Set(sent.value).isDisjoint(with: result.unknown.map(\.index)))
                #expect(Set(sent.value).count == sent.value.count)
            }
        }
    }

    @Test func `failures are in the order of their inputs, whether the journal tells of them or not`() async throws {
        try await withFile { path in
            let journal = BulkJournal<Int>(at: path, fingerprint: "test")
            for _ in 1...2 {
                let result = try await BulkRunner(Choosy(), options: .test(chunk: 10)).run(0..<10, journal: journal)
                #expect(result.failures.map(\.index) == [3, 9])
                #expect(result.outputs.count == 10)
            }
        }
    }

    @Test func `what a journal tells of is told also when the run is given up while its source hangs`() async throws {
        try await withFile { path in
            _ = try await run(13, path)
            let numbers = HangingNumbers(at: 13)
            let task = Task {
                let journal = BulkJournal<Int>(at: path, fingerprint: "test")
                return try await BulkRunner(Tenfold(), options: .test()).run(numbers, journal: journal)
            }
            await numbers.waitUntilItHangs()
            task.cancel()
            let result = try await task.value
            numbers.release()
            #expect(result.indices == Array(0..<13))
            #expect(result.successes.count == 12)
            #expect(result.failures.map(\.index) == [3])
        }
    }

    @Test func `a journal of another run is refused`() async throws {
        try await withFile { path in
            _ = try await run(10, path)
            let error = await #expect(throws: BulkError.self) { try await run(10, path, fingerprint: "another") }
            #expect(error?.code == .journalRefused)
            #expect(error?.message.contains("'another'") == true)
        }
    }

    @Test func `a journal that is damaged before its end is refused`() async throws {
        try await withFile { path in
            _ = try await run(10, path)
            var data = try Data(contentsOf: URL(fileURLWithPath: path))
            data[data.count / 2] ^= 1
            try data.write(to: URL(fileURLWithPath: path))
            let error = await #expect(throws: BulkError.self) { try await run(10, path) }
            #expect(error?.code == .journalDamaged)
        }
    }

    @Test(arguments: ["name,email\n", "name", "a,b\nc,d\ne"])
    func `a file that is no journal is refused and stays as it is`(text: String) async throws {
        try await withFile { path in
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            let error = await #expect(throws: BulkError.self) { try await run(10, path) }
            #expect(error?.code == .journalDamaged)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(text.utf8))
        }
    }

    @Test func `a journal that another run has open is refused`() async throws {
        try await withFile { path in
            let begun = AsyncStream.makeStream(of: CheckedContinuation<Void, Never>.self)
            let operation = BulkClosure<Int, Int> { chunk in
                await withCheckedContinuation { begun.continuation.yield($0) }
                return chunk.inputs.map { .success($0) }
            }
            async let first = BulkRunner(operation, options: .test()).run(
                0..<5,
                journal: BulkJournal(at: path, fingerprint: "test")
            )
            for await held in begun.stream {
                let error = await #expect(throws: BulkError.self) { try await run(5, path) }
                #expect(error?.code == .journalRefused)
                held.resume()
                break
            }
            let result = try await first
            #expect(result.summary.isSuccess)
        }
    }

    @Test func `what a cancelled run did not send is sent when it is resumed`() async throws {
        try await withFile { path in
            let begun = AsyncStream.makeStream(of: Void.self)
            let operation = BulkClosure<Int, Int> { chunk in
                guard chunk.items[0].index >= 5 else { return chunk.inputs.map { .success($0) } }
                begun.continuation.yield()
                try await Task.sleep(for: .seconds(1_000))
                return []
            }
            let task = Task {
                try await BulkRunner(operation, options: .test(chunk: 5, concurrency: 1)).run(
                    0..<20,
                    journal: BulkJournal(at: path, fingerprint: "test")
                )
            }
            for await _ in begun.stream { break }
            task.cancel()
            #expect(try await task.value.notSent.map(\.index) == Array(10..<20))
            let result = try await run(20, path)
            #expect(result.unknown.map(\.index) == Array(5..<10))
            #expect(result.successes.count == 15)
        }
    }
}

/// An operation that refuses 3 before it is sent, and 9 when it is.
private struct Choosy: BulkOperation {
    func validate(_ input: Int) throws {
        if input == 3 { throw TestError() }
    }

    func perform(_ chunk: BulkChunk<Int>) async throws -> [BulkOutcome<Int>] {
        chunk.inputs.map { $0 == 9 ? .failure(TestError()) : .success($0 * 10) }
    }
}
