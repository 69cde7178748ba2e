// SPDX-License-Identifier: Apache-2.0
//
// The ways to ask for many keys, each of which checks the values.

import DataLoading

extension DataLoader<Int, Int> {
    /// A child task a load.
    nonisolated func loadEach(_ keys: Range<Int>) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for key in keys {
                group.addTask { try expect(await self.load(key), for: key) }
            }
            for try await _ in group {}
        }
    }

    nonisolated func loadEach(_ n: Int) async throws {
        try await loadEach(0..<n)
    }

    /// A child task a load, several for each key.
    nonisolated func loadEach(_ n: Int, ofKeys keys: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<n {
                group.addTask { try expect(await self.load(number % keys), for: number % keys) }
            }
            for try await _ in group {}
        }
    }

    /// A child task for two loads, of which the second needs the result of the first.
    nonisolated func loadEach(_ n: Int, thenFrom other: DataLoader<Int, Int>) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for key in 0..<n {
                group.addTask {
                    let next = try await self.load(key)
                    try expect(next, for: key)
                    try expect(await other.load(next), for: next)
                }
            }
            for try await _ in group {}
        }
    }

    /// A child task a load, which runs on the spot until it waits.
    @available(macOS 26, *)
    nonisolated func loadEachImmediately(_ n: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for key in 0..<n {
                group.addImmediateTask { try expect(await self.load(key), for: key) }
            }
            for try await _ in group {}
        }
    }

    /// No task: all are asked for, then each is awaited.
    nonisolated func enqueueAll(_ n: Int) async throws {
        let pending = (0..<n).map { enqueue($0) }
        for (key, load) in pending.enumerated() { try expect(await load.value, for: key) }
    }

    /// One wait for all.
    nonisolated func loadAll(_ n: Int) async throws {
        let values = try await loadMany(0..<n)
        guard values.count == n else {
            throw MeasurementError(message: "there are \(values.count) values of \(n) keys")
        }
        for (key, value) in values.enumerated() { try expect(value, for: key) }
    }

    /// Each load is awaited before the next.
    nonisolated func loadOneByOne(_ n: Int) async throws {
        for key in 0..<n { try expect(await load(key), for: key) }
    }
}
