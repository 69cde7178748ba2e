// SPDX-License-Identifier: Apache-2.0
//
// The number of batches is the depth of the data, whatever the timing.

import DataLoading
import Testing

@Suite("Ticks", .timeLimit(.minutes(5)))
struct TickTests {
    /// Two dependent loads in each of 10,000 child tasks; the batch functions really wait.
    private func batchesOfTwoLevels() async throws -> (batches: Int, sizes: Set<Int>) {
        let log = BatchLog<Int>()
        let loader = DataLoader<Int, Int> { keys in
            log.append(keys)
            try await ContinuousClock().sleep(for: .microseconds(200))
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0 + 1_000_000) })
        }
        let sum = try await withBatching {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for key in 0..<10_000 {
                    group.addTask { try await loader.load(loader.load(key)) }
                }
                return try await group.reduce(0, +)
            }
        }
        #expect(sum == (0..<10_000).reduce(0) { $0 + $1 + 2_000_000 })
        return (log.count, Set(log.sizes))
    }

    @Test func `ten thousand tasks of two dependent loads make two batches, a hundred times out of a hundred`()
        async throws
    {
        #if THREAD_SANITIZER
            let runs = 5  // Each takes a second there, and it is not the count that the sanitizer is for.
        #else
            let runs = 100
        #endif
        for _ in 0..<runs {
            let (batches, sizes) = try await batchesOfTwoLevels()
            #expect(batches == 2)
            #expect(sizes == [10_000])
        }
    }

    @Test func `a thousand scopes at once share a loader, and every load has its own value`() async throws {
        let log = BatchLog<Int>()
        let loader = DataLoader<Int, Int> { keys in
            log.append(keys)
            await Task.detached {}.value
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, -$0) })
        }
        await withTaskGroup(of: Bool.self) { group in
            for scope in 0..<1_000 {
                group.addTask {
                    let keys = (scope * 7)..<(scope * 7 + 20)  // Overlaps with the neighbours.
                    return await withBatching {
                        let first = await loadEach(keys, from: loader).map(\.value)
                        let second = await loadEach(keys.map { $0 + 100_000 }, from: loader).map(\.value)
                        return first == keys.map { -$0 } && second == keys.map { -$0 - 100_000 }
                    }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
        let keys = log.all.joined()
        #expect(keys.count == Set(keys).count, "no key is fetched twice")
    }

    @Test func `scopes that share a loader do not cut each other's batches`() async throws {
        let inner = [tenfold(), tenfold()]
        let outer = DataLoader<Int, Int>(options: try DataLoaderOptions(maxBatchSize: 1)) { keys in
            let (loader, _) = inner[keys[0] < 0 ? 0 : 1]
            return [keys[0]: try await loader.load(keys[0])]
        }
        for round in 1...20 {
            async let left = withBatching { await loadEach((1...200).map { -(round * 1_000 + $0) }, from: outer) }
            async let right = withBatching { await loadEach((1...200).map { round * 1_000 + $0 }, from: outer) }
            let results = await left + right
            #expect(results.allSatisfy { $0.value != nil })
            #expect(inner.map { $0.1.count } == [round, round])
        }
    }

    @Test func `a scope opened by a batch function that outlives its scope has ticks of its own`() async throws {
        let (inner, log) = tenfold()
        let isEnded = Gate()
        let outer = DataLoader<Int, Int> { keys in
            await isEnded.wait()
            let results = await withBatching { await loadEach(0..<2_000, from: inner) }
            return [keys[0]: results.count]
        }
        let pending = await withBatching { outer.enqueue(1) }
        isEnded.open()
        #expect(try await pending.value == 2_000)
        #expect(log.sizes == [2_000])
    }

    @Test func `work between the loads does not split a batch`() async {
        let (loader, log) = tenfold()
        await withBatching {
            await withTaskGroup { group in
                for key in 0..<50 {
                    group.addTask {
                        for _ in 0..<(key % 7) { await Task.yield() }
                        _ = try? await loader.load(key)
                    }
                }
            }
        }
        #expect(log.sizes == [50])
    }

    @Test func `loads of a batch function join the next tick, over several loaders`() async throws {
        let (inner, innerLog) = tenfold()
        let outerLog = BatchLog<Int>()
        let outer = DataLoader<Int, Int> { keys in
            outerLog.append(keys)
            let values = try await inner.loadMany(keys)
            return Dictionary(uniqueKeysWithValues: zip(keys, values))
        }
        let results = await withBatching { await loadEach(1...100, from: outer) }
        #expect(results.map(\.value) == (1...100).map { $0 * 10 })
        #expect(outerLog.sizes == [100])
        #expect(innerLog.sizes == [100])
    }

    @Test func `a batch function may load from its own loader`() async throws {
        let loader = SelfLoading()
        let value = try await withBatching { try await loader.depth.load(5) }
        #expect(value == 5)
    }

    @Test func `a scope within a scope shares its ticks`() async throws {
        let (loader, log) = tenfold()
        try await withBatching {
            async let inner = withBatching { try await loader.load(1) }
            async let outer = loader.load(2)
            _ = try await (inner, outer)
        }
        #expect(log.sizes == [2])
    }

    @Test func `loads on a default actor belong to the scope of their caller`() async throws {
        actor Service {
            let loader: DataLoader<Int, Int>
            init(_ loader: DataLoader<Int, Int>) { self.loader = loader }
            func find(_ key: Int) async throws -> Int { try await loader.load(key) }
        }
        let (loader, log) = tenfold()
        let service = Service(loader)
        try await withBatching {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for key in 0..<100 { group.addTask { try await service.find(key) } }
                for try await _ in group {}
            }
        }
        #expect(log.sizes == [100])
    }

    @Test @MainActor func `a body called from the main actor has its loads in one tick`() async throws {
        let (loader, log) = tenfold()
        let results = await withBatching { await loadEach(0..<100, from: loader) }
        #expect(results.count == 100)
        #expect(log.sizes == [100])
    }

    @Test func `loads after a hop to the main actor form a later batch and do not hang`() async throws {
        let (loader, _) = tenfold()
        let values = try await withBatching {
            async let direct = loader.load(1)
            async let hopped = { @MainActor in try await loader.load(2) }()
            return try await [direct, hopped]
        }
        #expect(values == [10, 20])
    }

    @Test func `an unstructured task in a scope is served by the loader's own schedule`() async throws {
        let (loader, _) = tenfold()
        let value = try await withBatching { try await Task { try await loader.load(3) }.value }
        #expect(value == 30)
    }

    @Test func `a key that was enqueued and not awaited is sent when the scope ends`() async throws {
        let (loader, log) = tenfold()
        let pending = await withBatching { loader.enqueue(8) }
        #expect(try await pending.value == 80)
        #expect(log.all == [[8]])
    }

    @Test func `a task that outlives the scope can still load`() async throws {
        let (loader, _) = tenfold()
        let gate = Gate()
        let task = await withBatching {
            Task {
                await gate.wait()
                return try await loader.load(1)
            }
        }
        gate.open()
        #expect(try await task.value == 10)
    }

    @Test func `a scope throws what its body throws`() async {
        await #expect(throws: TestError(1)) {
            try await withBatching { throw TestError(1) }
        }
    }

    @Test func `the task-local values of a batch are the scope's, not the first caller's`() async throws {
        let seen = Locked<[String]>([])
        let loader = DataLoader<Int, Int> { keys in
            seen.withLock { $0.append(Request.name) }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
        try await Request.$name.withValue("scope") {
            try await withBatching {
                async let one = Request.$name.withValue("caller") { try await loader.load(1) }
                _ = try await one
            }
        }
        #expect(seen.withLock { $0 } == ["scope"])
    }

    /// Tasks that never end make for jobs that never end; one more job comes from another thread.
    @Test(arguments: 1...8)
    func `endless work of a scope does not starve its own task that comes back from elsewhere`(busy: Int) async {
        let gate = Gate()
        let yields = await withBatching {
            await withTaskGroup(of: Int.self) { group in
                let isBack = Locked(false)
                group.addTask {
                    Task.detached { gate.open() }
                    await gate.wait()
                    isBack.withLock { $0 = true }
                    return 0
                }
                for _ in 0..<busy {
                    group.addTask {
                        var yields = 0
                        while !isBack.withLock({ $0 }), yields < 1_000_000 {
                            await Task.yield()
                            yields += 1
                        }
                        return yields
                    }
                }
                return await group.reduce(0, max)
            }
        }
        #expect(yields < 1_000_000)
    }

    @Test func `endless work in one scope does not starve another`() async throws {
        let (loader, _) = tenfold()
        let isDone = Locked(false)
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    await withBatching { while !isDone.withLock({ $0 }) { await Task.yield() } }
                }
            }
            group.addTask {
                _ = await withBatching { await loadEach(1...10, from: loader) }
                isDone.withLock { $0 = true }
            }
        }
    }
}

enum Request {
    @TaskLocal static var name = "none"
}

/// A loader whose value of a key is found by loading the key below.
final class SelfLoading: Sendable {
    private let reference = Locked<DataLoader<Int, Int>?>(nil)
    let depth: DataLoader<Int, Int>

    init() {
        let reference = reference
        depth = DataLoader { keys in
            let loader = reference.withLock { $0 }
            var values: [Int: Int] = [:]
            for key in keys {
                values[key] = key == 0 ? 0 : try await (loader?.load(key - 1) ?? -1) + 1
            }
            return values
        }
        reference.withLock { $0 = depth }
    }
}
