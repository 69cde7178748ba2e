// SPDX-License-Identifier: Apache-2.0
//
// What the engine itself costs an item, with operations that do nothing.

import BulkOperations

extension Subject {
    /// Runs of bulk operations.
    static let bulk = Subject(
        name: "bulk",
        workloads: [
            .runCollected, .runStreamed, .runAsyncSource, .runOneByOne, .runWithJournal, .importRows, .memoryOfImport,
            .concurrentCreations, .envelopedCreations, .aliasedCreations,
        ]
    )
}

extension Workload {
    /// A run that returns the end of each item.
    static let runCollected = bulk("run") { runner, n in
        let result = try await runner.run(0..<n)
        try expect(result.successes.count, atLeast: n)
        return result.summary.chunks
    }

    /// A run that keeps nothing.
    static let runStreamed = bulk("for-each") { runner, n in
        let summary = try await runner.forEach(of: 0..<n) { _ in }
        try expect(summary.succeeded, atLeast: n)
        return summary.chunks
    }

    /// A run over an asynchronous sequence.
    static let runAsyncSource = bulk("async-source") { runner, n in
        let summary = try await runner.forEach(of: Numbers(count: n)) { _ in }
        try expect(summary.succeeded, atLeast: n)
        return summary.chunks
    }

    /// A run with an item a chunk.
    static let runOneByOne = bulk("item-a-chunk", chunkSize: 1, upTo: 100_000) { runner, n in
        let summary = try await runner.forEach(of: 0..<n) { _ in }
        try expect(summary.succeeded, atLeast: n)
        return summary.chunks
    }

    static func bulk(
        _ name: String,
        chunkSize: Int = 100,
        upTo largest: Int = 1_000_000,
        run: @escaping @Sendable (BulkRunner<BulkClosure<Int, Int>>, Int) async throws -> Int
    ) -> Workload {
        .time(name, upTo: largest, floor: .taskAChunk(of: chunkSize), batches: .exactly { $0 / chunkSize }) { n in
            var options = BulkOptions()
            options.chunking = .fixed(chunkSize)
            let operation = BulkClosure<Int, Int> { chunk in chunk.items.map { .success($0.input) } }
            let runner = try BulkRunner(operation, options: options)
            return { try await run(runner, n) }
        }
    }
}

extension Job {
    /// The same chunks in a task group with as many tasks at a time, and nothing else: no account, no errors.
    static func taskAChunk(of size: Int) -> Job {
        Job(name: "task-a-chunk") { n in
            {
                var outputs: [Int] = []
                try await withThrowingTaskGroup(of: [Int].self) { group in
                    for (count, start) in stride(from: 0, to: n, by: size).enumerated() {
                        if count >= 5, let done = try await group.next() { outputs += done }
                        group.addTask { (start..<min(start + size, n)).map(\.self) }
                    }
                    for try await done in group { outputs += done }
                }
                try expect(outputs.count, atLeast: n)
                return 0
            }
        }
    }
}

/// Numbers, asynchronously.
private struct Numbers: AsyncSequence {
    let count: Int

    struct Iterator: AsyncIteratorProtocol {
        let count: Int
        var next = 0

        mutating func next() async -> Int? {
            guard next < count else { return nil }
            defer { next += 1 }
            return next
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(count: count) }
}
