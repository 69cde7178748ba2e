// SPDX-License-Identifier: Apache-2.0
//
// Loads where no tick is known: batched by quiescence.

import DataLoading
import Testing

@Suite("Outside a scope", .timeLimit(.minutes(5)))
struct OutsideScopeTests {
    @Test func `a lone load is served`() async throws {
        let (loader, log) = tenfold()
        #expect(try await loader.load(1) == 10)
        #expect(log.all == [[1]])
    }

    @Test func `loads made without a suspension between them share a batch`() async throws {
        let (loader, log) = tenfold()
        let pending = (1...100).map { loader.enqueue($0) }
        for (key, load) in zip(1..., pending) { #expect(try await load.value == key * 10) }
        #expect(log.count < 100)
        #expect(try await loader.loadMany(200...300) == (200...300).map { $0 * 10 })
        #expect(log.all.last?.count == 101)
    }

    @Test func `every one of many tasks gets its own value, in few batches`() async {
        let (loader, log) = tenfold()
        let results = await loadEach(0..<10_000, from: loader)
        #expect(results.map(\.value) == (0..<10_000).map { $0 * 10 })
        #expect(log.count < 1_000)
        #expect(Set(log.all.joined()).count == 10_000)
    }

    /// Negative keys are loaded in a scope that has so much to do that its tasks change threads; the others outside.
    @Test func `loads join no scope whose tasks have been on the same thread`() async throws {
        let (loader, log) = tenfold()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await withBatching { () async throws in
                    for key in 1...40 {
                        let load = loader.enqueue(-key)
                        for _ in 0..<5_000 { await Task.yield() }
                        let value = try await load.value
                        #expect(value == key * -10)
                    }
                }
            }
            for worker in 1...12 {
                group.addTask {
                    for key in 0..<300 { _ = try await loader.load(worker * 1_000 + key) }
                }
            }
            try await group.waitForAll()
        }
        let mixed = log.all.filter { keys in keys.contains { $0 < 0 } && keys.contains { $0 > 0 } }
        #expect(mixed.isEmpty)
    }

    /// An actor runs whatever waits for it on the thread of whoever came first.
    @Test(arguments: [true, false])
    func `who meets a scope's tasks in an actor joins none of its batches`(isScoped: Bool) async throws {
        let (loader, log) = tenfold()
        let desk = Desk(loader: loader)
        let load = { @Sendable (keys: [Int]) async throws in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for key in keys {
                    tasks.addTask {
                        let value = try await desk.enqueue(key).value
                        #expect(value == key * 10)
                    }
                }
                try await tasks.waitForAll()
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for round in 0..<200 { try await withBatching { try await load((1...20).map { round * 20 + $0 }) } }
            }
            group.addTask {
                for round in 0..<200 {
                    let keys = (1...20).map { -(round * 20 + $0) }
                    if isScoped { try await withBatching { try await load(keys) } } else { try await load(keys) }
                }
            }
            try await group.waitForAll()
        }
        let mixed = log.all.filter { keys in keys.contains { $0 < 0 } && keys.contains { $0 > 0 } }
        #expect(mixed.isEmpty)
    }

    @Test func `the cap holds`() async throws {
        let (loader, log) = tenfold(options: try DataLoaderOptions(maxBatchSize: 7))
        _ = try await loader.loadMany(0..<100)
        #expect(log.sizes.allSatisfy { $0 <= 7 })
        #expect(Set(log.all.joined()) == Set(0..<100))
    }
}

private actor Desk {
    private let loader: DataLoader<Int, Int>

    init(loader: DataLoader<Int, Int>) {
        self.loader = loader
    }

    func enqueue(_ key: Int) -> PendingLoad<Int, Int> { loader.enqueue(key) }
}
