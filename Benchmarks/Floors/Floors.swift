// SPDX-License-Identifier: Apache-2.0
//
// The least that the language takes: what the package is compared to.

import Synchronization

extension Job {
    /// A child task a value, on a serial executor.
    static let childTask = Job(name: "child-task") { n in
        {
            let executor = SerialTaskExecutor()
            try await withTaskExecutorPreference(executor) { try await Gathering.childTasks(n) }
            return 0
        }
    }

    /// A child task a value, on the pool that tasks run on if nothing is said.
    static let globalChildTask = Job(name: "child-task-global") { n in
        {
            try await Gathering.childTasks(n)
            return 0
        }
    }

    /// A call of an actor that is idle.
    static let actorHop = Job(name: "actor-hop") { n in
        let answers = Answers()
        return {
            for key in 0..<n { try expect(await answers.value(for: key), for: key) }
            return 0
        }
    }

    /// A dictionary that grows by an entry.
    static let dictionaryInsert = Job(name: "dictionary-insert") { n in
        {
            var values: [Int: Int] = [:]
            for key in 0..<n { values[key] = value(for: key) }
            for key in 0..<n { try expect(values[key], for: key) }
            return 0
        }
    }
}

private actor Answers {
    private var count = 0

    /// Uses the actor's state and is not inlined: otherwise the optimiser removes the hop.
    @inline(never)
    func value(for key: Int) -> Int {
        count += 1
        return Benchmarks.value(for: key)
    }
}

/// Callers that wait until all of them are there, as those of a batch do, and nothing else.
private final class Gathering: Sendable {
    private let callers = Mutex<[(key: Int, continuation: UnsafeContinuation<Int, Never>)]>([])
    private let count: Int

    init(count: Int) {
        self.count = count
    }

    /// Makes a child task for each of many keys. They are resumed in the order in which they were made: a task group
    /// searches its children for each that ends, from the oldest on.
    static func childTasks(_ n: Int) async throws {
        let gathering = Gathering(count: n)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for key in 0..<n {
                group.addTask { try expect(await gathering.value(for: key), for: key) }
            }
            for try await _ in group {}
        }
    }

    private func value(for key: Int) async -> Int {
        await withUnsafeContinuation { continuation in
            let all = callers.withLock { callers in
                callers.append((key, continuation))
                return callers.count == count ? callers : []
            }
            for caller in all { caller.continuation.resume(returning: Benchmarks.value(for: caller.key)) }
        }
    }
}
