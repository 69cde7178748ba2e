// SPDX-License-Identifier: Apache-2.0
//
// Batches equal depth: over several loaders, whatever the order in which their batches come back.

import DataLoading
import Testing

@Suite("Levels", .timeLimit(.minutes(5)))
struct LevelTickTests {
    /// A tree of loads: what a load brings decides what is loaded next, and from which loader.
    private struct Tree: Sendable {
        var loaders: [Int]
        var children: [[Int]]

        init(size: Int, loaders count: Int, random: inout SplitMix64) {
            loaders = (0..<size).map { _ in Int.random(in: 0..<count, using: &random) }
            children = Array(repeating: [], count: size)
            for node in 1..<size { children[Int.random(in: max(0, node - 40)..<node, using: &random)].append(node) }
        }

        /// At how many levels each loader is used.
        func levels(ofLoaders count: Int) -> [Int] {
            var levels = Array(repeating: 0, count: count)
            var level = [0]
            while !level.isEmpty {
                for loader in Set(level.map { loaders[$0] }) { levels[loader] += 1 }
                level = level.flatMap { children[$0] }
            }
            return levels
        }
    }

    private static func load(_ node: Int, of tree: Tree, from loaders: [DataLoader<Int, [Int]>]) async throws {
        let children = try await loaders[tree.loaders[node]].load(node)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for child in children { group.addTask { try await load(child, of: tree, from: loaders) } }
            try await group.waitForAll()
        }
    }

    /// The batches that each loader makes for a tree.
    private static func batches(
        for tree: Tree,
        loaders count: Int,
        tick: BatchingTick,
        wait: @escaping @Sendable () async -> Void
    ) async throws -> [Int] {
        let logs = (0..<count).map { _ in BatchLog<Int>() }
        let loaders = logs.map { log in
            DataLoader<Int, [Int]> { nodes in
                log.append(nodes)
                await wait()
                return Dictionary(uniqueKeysWithValues: nodes.map { ($0, tree.children[$0]) })
            }
        }
        try await withBatching(tick) { try await load(0, of: tree, from: loaders) }
        return logs.map(\.count)
    }

    @Test(.serialized, arguments: 1...10 as ClosedRange<UInt64>)
    func `a hundred random trees of a thousand make a batch for each loader and level`(seed: UInt64) async throws {
        var random = SplitMix64(state: seed)
        for _ in 0..<repetitions(100) {
            let count = Int.random(in: 1...4, using: &random)
            let tree = Tree(size: 1_000, loaders: count, random: &random)
            let batches = try await Self.batches(for: tree, loaders: count, tick: .eager) {}
            #expect(batches == tree.levels(ofLoaders: count))
        }
    }

    @Test(.serialized, arguments: 1...10 as ClosedRange<UInt64>)
    func `by level, the batches may come back in any order and at any time`(seed: UInt64) async throws {
        var random = SplitMix64(state: seed)
        for _ in 0..<repetitions(10) {
            let count = Int.random(in: 2...4, using: &random)
            let tree = Tree(size: 300, loaders: count, random: &random)
            let batches = try await Self.batches(for: tree, loaders: count, tick: .byLevel) {
                try? await Task.sleep(for: .microseconds(Int.random(in: 0...300)))
            }
            #expect(batches == tree.levels(ofLoaders: count))
        }
    }

    @Test func `by level, a batch whose function loads is not waited for`() async throws {
        let inner = DataLoader<Int, Int> { keys in Dictionary(uniqueKeysWithValues: keys.map { ($0, $0 * 10) }) }
        let outer = DataLoader<Int, Int> { keys in
            let values = try await inner.loadMany(keys)
            return Dictionary(uniqueKeysWithValues: zip(keys, values))
        }
        let value = try await withBatching(.byLevel) { try await outer.load(4) }
        #expect(value == 40)
    }

    @Test func `by level, a batch that fails or is cancelled holds nobody up`() async throws {
        let failing = DataLoader<Int, Int> { _ in throw TestError() }
        let endless = DataLoader<Int, Int> { _ in
            try await Task.sleep(for: .seconds(3_600))
            return [:]
        }
        let (loader, log) = tenfold()
        try await withBatching(.byLevel) {
            await #expect(throws: TestError.self) { try await failing.load(1) }
            let first = try await loader.load(1)
            #expect(first == 10)
            let task = Task { try await endless.load(1) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            async let _ = endless.load(2)  // Cancelled at the end of the body.
            async let other = loader.load(2)
            let second = try await other
            #expect(second == 20)
        }
        #expect(log.all == [[1], [2]])
    }

    @Test func `by level, a tick waits for the batches of all loaders, in whatever order they answer`() async throws {
        let (slow, fast) = (HeldBatches(), HeldBatches())
        let (left, right) = (
            DataLoader<Int, Int> { try await slow.fetch($0) }, DataLoader<Int, Int> { try await fast.fetch($0) }
        )
        let (next, log) = tenfold()
        let isAnswered = Gate()
        async let values = withBatching(.byLevel) {
            async let one = next.load(left.load(1))
            async let two = { () async throws -> Int in
                let key = try await right.load(2)
                isAnswered.open()
                return try await next.load(key)
            }()
            return try await [one, two]
        }
        let held = await slow.next()
        await fast.next().answerKeys()
        await isAnswered.wait()
        #expect(log.count == 0)
        held.answerKeys()
        #expect(try await values == [10, 20])
        #expect(log.all == [[2, 1]])
    }

    @Test func `eager, a tick does not wait for a batch that nobody needs for it`() async throws {
        let slow = HeldBatches()
        let held = DataLoader<Int, Int> { try await slow.fetch($0) }
        let (next, log) = tenfold()
        let value = try await withBatching {
            async let one = held.load(1)
            let batch = await slow.next()
            let other = try await next.load(2)
            batch.answerKeys()
            return try await one + other
        }
        #expect(value == 21)
        #expect(log.all == [[2]])
    }

    @Test(arguments: [1, 2, 3])
    func `by level and under a limit, all batches of a level go before the next`(limit: Int) async throws {
        let log = BatchLog<Int>()
        let options = try DataLoaderOptions(maxBatchSize: 2, maxConcurrentBatches: limit)
        let loader = DataLoader<Int, Int>(options: options) { keys in
            log.append(keys)
            await Task.detached {}.value
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0 + 100) })
        }
        try await withBatching(.byLevel) {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for key in 1...6 { group.addTask { try await loader.load(loader.load(key)) } }
                try await group.waitForAll()
            }
        }
        #expect(log.all.joined().prefix(6).sorted() == Array(1...6))
        #expect(log.all.joined().suffix(6).sorted() == Array(101...106))
        #expect(log.sizes == [2, 2, 2, 2, 2, 2])
    }

    @Test func `by level and under a limit, batches may load from each other and from their own loader`() async throws {
        let reference = Locked<DataLoader<Int, Int>?>(nil)
        let options = try DataLoaderOptions(maxBatchSize: 1, maxConcurrentBatches: 1)
        let loader = DataLoader<Int, Int>(options: options) { keys in
            guard let loader = reference.withLock({ $0 }) else { return [:] }
            return [keys[0]: keys[0] == 0 ? 0 : try await loader.load(keys[0] - 1) + 1]
        }
        reference.withLock { $0 = loader }
        let values = try await withBatching(.byLevel) { try await loader.loadMany([30, 5, 20]) }
        #expect(values == [30, 5, 20])
        reference.withLock { $0 = nil }
    }

    @Test func `a scope by level in an eager one has eager ticks, and the other way round`() async throws {
        for outer in [BatchingTick.eager, .byLevel] {
            let slow = HeldBatches()
            let held = DataLoader<Int, Int> { try await slow.fetch($0) }
            let (loader, log) = tenfold()
            let wasSentMeanwhile = try await withBatching(outer) {
                try await withBatching(outer == .eager ? .byLevel : .eager) {
                    async let one = held.load(1)
                    let batch = await slow.next()
                    let pending = loader.enqueue(2)
                    // The body is suspended: an eager tick ends.
                    for _ in 0..<3 { await Task.detached {}.value }
                    if outer == .eager { _ = try await pending.value }
                    let count = log.count
                    batch.answerKeys()
                    _ = try await (one, pending.value)
                    return count == 1
                }
            }
            #expect(wasSentMeanwhile == (outer == .eager))
        }
    }

    @Test func `by level, a task that outlives its batch does not end the tick of another`() async throws {
        let (slow, audit) = (HeldBatches(), HeldBatches())
        let (mayAsk, isAsked) = (Gate(), Gate())
        let audited = DataLoader<Int, Int>(options: try DataLoaderOptions(schedule: .immediate)) { keys in
            isAsked.open()
            return try await audit.fetch(keys)
        }
        let first = DataLoader<Int, Int> { keys in
            Task {
                await mayAsk.wait()
                _ = try await audited.load(1)
            }
            return [keys[0]: 0]
        }
        let held = DataLoader<Int, Int> { try await slow.fetch($0) }
        let (loader, log) = tenfold()
        let count = try await withBatching(.byLevel) {
            _ = try await first.load(1)
            async let one = held.load(1)
            let batch = await slow.next()
            mayAsk.open()
            await isAsked.wait()
            let pending = loader.enqueue(2)
            for _ in 0..<100 { await Task.detached {}.value }
            let count = log.count
            batch.answerKeys()
            _ = try await (one, pending.value)
            return count
        }
        #expect(count == 0)
        await audit.next().answerKeys()
    }
}
