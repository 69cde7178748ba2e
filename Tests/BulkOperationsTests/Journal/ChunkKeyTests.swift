// SPDX-License-Identifier: Apache-2.0
//
// A run that goes on where a server knows chunks, and not items: what was sent together goes together again.

import BulkOperations
import Foundation
import Testing

@Suite("A journal where chunks have keys", .timeLimit(.minutes(2)))
struct ChunkKeyTests {
    private func run(_ path: String, _ server: ChunkServer, chunk: Int) async throws -> BulkResult<Int, Int> {
        let operation = KeyedChunks(server: server) {
            try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
        }
        var options = BulkOptions.test(chunk: chunk, concurrency: 1)
        options.usesIdempotencyKeys = true
        let journal = BulkJournal<Int>(at: path, fingerprint: "test")
        return try await BulkRunner(operation, options: options).run(0..<30, journal: journal)
    }

    /// Cuts the journal of a whole run after a byte, and has the server know what it had been sent by then.
    @Test(arguments: [1, 5, 7, 30], 0..<4)
    func `a run cut at any byte does nothing twice with chunks of any size`(chunk: Int, offset: Int) async throws {
        try await withFile { path in
            let before = ChunkServer(losesAnswer: true)
            _ = try await run(path, before, chunk: 5)
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            for size in stride(from: offset, to: whole.count, by: 4) {
                try whole.prefix(size).write(to: URL(fileURLWithPath: path))
                let server = ChunkServer(before.submissions.value.filter { $0.journalSize <= size })
                let result = try await run(path, server, chunk: chunk)
                guard result.indices == Array(0..<30) else { throw TestError(size) }
                #expect(result.failures.map(\.index) == [3])
                #expect(server.created == Array(0..<30).filter { $0 != 3 })
                #expect(result.unknown.allSatisfy { $0.index == 23 })
            }
        }
    }

    @Test func `what became unknown as a whole is asked for again as a whole`() async throws {
        try await withFile { path in
            let server = ChunkServer(losesAnswer: true)
            let first = try await run(path, server, chunk: 5)
            #expect(first.unknown.map(\.index) == [10, 11, 12, 13, 14, 23])
            let second = try await run(path, server, chunk: 30)
            #expect(second.unknown.map(\.index) == [23])
            #expect(server.created == Array(0..<30).filter { $0 != 3 })
        }
    }
}

/// A server that does a chunk once, and tells again what came of it.
private final class ChunkServer: Sendable {
    struct Submission {
        var key: String
        var created: [Int]
        var outcomes: [BulkOutcome<Int>]
        /// How long the journal was when the chunk came.
        var journalSize: Int
    }

    let submissions: Locked<[Submission]>
    /// Whether one answer is lost on its way.
    let losesAnswer: Bool

    init(_ submissions: [Submission] = [], losesAnswer: Bool = false) {
        self.submissions = Locked(submissions)
        self.losesAnswer = losesAnswer
    }

    /// All that was ever created, in order.
    var created: [Int] { submissions.value.flatMap(\.created).sorted() }

    /// 3 fails, 7 is to come alone, and nobody says what became of 23. The first answer for a chunk that begins with 10 is
    /// lost.
    func submit(_ inputs: [Int], key: String, journalSize: Int) -> [BulkOutcome<Int>] {
        submissions.withLock { submissions in
            if let known = submissions.first(where: { $0.key == key }) { return known.outcomes }
            let outcomes: [BulkOutcome<Int>] = inputs.map { input in
                switch input {
                case 3: .failure(TestError())
                case 7 where inputs.count > 1: .transient(TestError())
                case 23: .unknown(TestError())
                default: .success(input * 10)
                }
            }
            let created = zip(inputs, outcomes).filter { $0.1.mayBeDone }.map(\.0)
            submissions.append(Submission(key: key, created: created, outcomes: outcomes, journalSize: journalSize))
            return losesAnswer && inputs.first == 10 ? inputs.map { _ in .unknown(TestError()) } : outcomes
        }
    }
}

extension BulkOutcome {
    fileprivate var mayBeDone: Bool {
        switch self {
        case .success, .unknown: true
        case .failure, .transient: false
        }
    }
}

private struct KeyedChunks: BulkOperation {
    let server: ChunkServer
    let journalSize: @Sendable () throws -> Int

    var keysWholeChunks: Bool { true }

    func perform(_ chunk: BulkChunk<Int>) async throws -> [BulkOutcome<Int>] {
        let key = chunk.items.compactMap(\.idempotencyKey).joined(separator: ",")
        return server.submit(chunk.inputs, key: key, journalSize: try journalSize())
    }
}
