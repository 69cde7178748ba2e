// SPDX-License-Identifier: Apache-2.0
//
// Batches that load: from their own loader, from others, and in circles.

import DataLoading
import Testing

@Suite("Batches that load", .timeLimit(.minutes(5)))
struct CircleTests {
    /// The parent of each number is its half; a batch function that needs the parents first, from its own loader.
    private func ancestors(_ options: DataLoaderOptions) -> DataLoader<Int, [Int]> {
        let reference = Locked<DataLoader<Int, [Int]>?>(nil)
        let loader = DataLoader<Int, [Int]>(options: options) { keys in
            guard let loader = reference.withLock({ $0 }) else { return [:] }
            var results: [Int: [Int]] = [:]
            for key in keys {
                results[key] = key <= 1 ? [] : try await loader.load(key / 2) + [key / 2]
            }
            return results
        }
        reference.withLock { $0 = loader }
        return loader
    }

    @Test func `a batch function may load from its own loader`() async throws {
        let loader = ancestors(DataLoaderOptions())
        let value = try await withBatching { try await loader.load(20) }
        #expect(value == [1, 2, 5, 10])
    }

    @Test(arguments: [1, 2])
    func `it may with a limit of concurrent batches too`(limit: Int) async throws {
        let loader = ancestors(try DataLoaderOptions(maxConcurrentBatches: limit))
        let inside = try await withBatching { try await loader.load(20) }
        #expect(inside == [1, 2, 5, 10])
        let outside = try await loader.load(300)
        #expect(outside == [1, 2, 4, 9, 18, 37, 75, 150])
    }

    @Test func `two loaders with a limit of one may load from each other`() async throws {
        let options = try DataLoaderOptions(maxConcurrentBatches: 1)
        let reference = Locked<DataLoader<Int, Int>?>(nil)
        let even = DataLoader<Int, Int>(options: options) { keys in
            guard let odd = reference.withLock({ $0 }) else { return [:] }
            var sums: [Int: Int] = [:]
            for key in keys { sums[key] = key == 0 ? 0 : try await odd.load(key - 1) + key }
            return sums
        }
        let odd = DataLoader<Int, Int>(options: options) { keys in
            var sums: [Int: Int] = [:]
            for key in keys { sums[key] = try await even.load(key - 1) + key }
            return sums
        }
        reference.withLock { $0 = odd }
        let sum = try await withBatching { try await even.load(10) }
        #expect(sum == 55)
    }

    @Test(arguments: [nil, 1])
    func `a batch outside of all scopes that loads its own key in a scope is told`(limit: Int?) async throws {
        let reference = Locked<DataLoader<Int, Int>?>(nil)
        let loader = DataLoader<Int, Int>(options: try DataLoaderOptions(maxConcurrentBatches: limit)) { keys in
            guard let loader = reference.withLock({ $0 }) else { return [:] }
            let value = try await withBatching { try await loader.load(keys[0]) }
            return [keys[0]: value]
        }
        reference.withLock { $0 = loader }
        let error = await #expect(throws: DataLoaderError.self) { try await loader.load(7) }
        #expect(error?.code == .circularLoad)
        reference.withLock { $0 = nil }
    }

    @Test func `a batch outside of all scopes that waits in a scope for one which waits for it is told`() async throws {
        let reference = Locked<DataLoader<Int, Int>?>(nil)
        let first = DataLoader<Int, Int> { keys in
            guard let second = reference.withLock({ $0 }) else { return [:] }
            return try await withBatching {
                async let harmless = second.load(0)
                async let circular = second.load(keys[0])
                return [keys[0]: try await harmless + circular]
            }
        }
        let second = DataLoader<Int, Int>(options: try DataLoaderOptions(maxBatchSize: 1)) { keys in
            [keys[0]: keys[0] == 0 ? 0 : try await first.load(keys[0])]
        }
        reference.withLock { $0 = second }
        let error = await #expect(throws: DataLoaderError.self) { try await first.load(7) }
        #expect(error?.code == .circularLoad)
        reference.withLock { $0 = nil }
    }

    @Test func `a batch that loads its own key is told`() async throws {
        let reference = Locked<DataLoader<Int, Int>?>(nil)
        let loader = DataLoader<Int, Int>(options: try DataLoaderOptions(maxConcurrentBatches: 1)) { keys in
            guard let loader = reference.withLock({ $0 }) else { return [:] }
            return Dictionary(uniqueKeysWithValues: zip(keys, try await loader.loadMany(keys)))
        }
        reference.withLock { $0 = loader }
        let error = await #expect(throws: DataLoaderError.self) {
            try await withBatching { try await loader.load(7) }
        }
        #expect(error?.code == .circularLoad)
        #expect(error?.offender == "7")
    }

    @Test(arguments: [nil, 1])
    func `a circle through two loaders is told, and not waited for`(limit: Int?) async throws {
        let options = try DataLoaderOptions(maxConcurrentBatches: limit)
        let reference = Locked<DataLoader<Int, Int>?>(nil)
        let first = DataLoader<Int, Int>(options: options) { keys in
            guard let second = reference.withLock({ $0 }) else { return [:] }
            return Dictionary(uniqueKeysWithValues: zip(keys, try await second.loadMany(keys)))
        }
        let second = DataLoader<Int, Int>(options: options) { keys in
            var values: [Int: Int] = [:]
            for key in keys { values[key] = try await first.load(key) }
            return values
        }
        reference.withLock { $0 = second }
        let error = await #expect(throws: DataLoaderError.self) {
            try await withBatching { try await first.load(1) }
        }
        #expect(error?.code == .circularLoad)
        let outside = await #expect(throws: DataLoaderError.self) { try await second.load(2) }
        #expect(outside?.code == .circularLoad)
    }

    @Test func `what is loaded twice from within, by two ways, is no circle`() async throws {
        let (leaf, log) = tenfold()
        let left = DataLoader<Int, Int> { keys in
            Dictionary(uniqueKeysWithValues: zip(keys, try await leaf.loadMany(keys)))
        }
        let right = DataLoader<Int, Int> { keys in
            async let direct = leaf.loadMany(keys)
            async let detour = left.loadMany(keys)
            return Dictionary(uniqueKeysWithValues: zip(keys, zip(try await direct, try await detour).map { $0 + $1 }))
        }
        let value = try await withBatching { try await right.load(3) }
        #expect(value == 60)
        #expect(log.all == [[3]])
    }

    @Test func `a loadMany that was given up waits for none of its keys, also when some have come since`() async throws
    {
        let reference = Locked<DataLoader<Int, Int>?>(nil)
        let (isLeft, answer) = (Gate(), Gate())
        let held = HeldBatches()
        let options = try DataLoaderOptions(maxBatchSize: 1, schedule: .immediate)
        let left = DataLoader<Int, Int>(options: options) { keys in
            guard let right = reference.withLock({ $0 }) else { return [:] }
            let many = startNow { await right.loadManyResults([2, 1]) }
            many.cancel()
            _ = await many.result
            isLeft.open()
            await answer.wait()
            return [keys[0]: 7]
        }
        let right = DataLoader<Int, Int>(options: options) { keys in
            guard keys == [1] else { return try await held.fetch(keys) }
            _ = try await held.fetch(keys)
            let value = startNow { try await left.load(1) }
            answer.open()
            return [keys[0]: try await value.value]
        }
        reference.withLock { $0 = right }
        let (one, two) = (right.enqueue(1), right.enqueue(2))
        let both = [await held.next(), await held.next()]
        let first = left.enqueue(1)
        await isLeft.wait()
        both.first { $0.keys == [2] }?.answerKeys()
        #expect(try await two.value == 2)
        both.first { $0.keys == [1] }?.answerKeys()
        let value = try? await one.value
        _ = try? await first.value
        reference.withLock { $0 = nil }
        #expect(value == 7)
    }

    /// Loaders in scopes or outside whose batch functions load what a table says, key by key and at the same time.
    @Test(.serialized, arguments: 1...20 as ClosedRange<UInt64>)
    func `of random loads across loaders and scopes, circles are told and all others have values`(
        seed: UInt64
    ) async throws {
        var random = SplitMix64(state: seed)
        let size = 60
        let hasCircles = seed.isMultiple(of: 2)
        let needs = (0..<size).map { key in
            (0..<Int.random(in: 0...2, using: &random)).map { _ in
                Int.random(in: hasCircles ? 0..<size : 0..<max(key, 1), using: &random)
            }.filter { hasCircles || $0 < key }
        }
        let web = Web(
            needs: needs,
            loaders: 3,
            options: try DataLoaderOptions(
                // Keys that share a batch wait for what either needs, which can be a circle though no key is in one.
                maxBatchSize: hasCircles ? 3 : 1,
                maxConcurrentBatches: [nil, 1, 2].randomElement(using: &random) ?? nil
            )
        )
        await withTaskGroup { group in
            for scope in 0..<6 {
                let keys = (0..<20).map { _ in Int.random(in: 0..<size, using: &random) }
                group.addTask {
                    let results =
                        scope.isMultiple(of: 3)
                        ? await web.load(keys)
                        : await withBatching(scope.isMultiple(of: 2) ? .eager : .byLevel) { await web.load(keys) }
                    for (key, result) in zip(keys, results) {
                        switch result {
                        case .success(let sum): #expect(sum == web.sum(of: key))
                        case .failure(let error):
                            #expect(hasCircles, "there is no circle in what key \(key) needs")
                            #expect((error as? DataLoaderError)?.code == .circularLoad)
                        }
                    }
                }
            }
        }
    }

    @Test func `of two batches that come to wait for each other at the same time, one is told`() async throws {
        for _ in 0..<repetitions(50) {
            let reference = Locked<DataLoader<Int, Int>?>(nil)
            let (inLeft, inRight) = (Gate(), Gate())
            let left = DataLoader<Int, Int> { keys in
                inLeft.open()
                await inRight.wait()
                return [keys[0]: try await reference.withLock { $0 }?.load(1) ?? 0]
            }
            let right = DataLoader<Int, Int> { keys in
                inRight.open()
                await inLeft.wait()
                return [keys[0]: try await left.load(1)]
            }
            reference.withLock { $0 = right }
            async let one = withBatching { await left.loadManyResults([1])[0] }
            async let two = withBatching { await right.loadManyResults([1])[0] }
            for result in await [one, two] {
                #expect((result.error as? DataLoaderError)?.code == .circularLoad)
            }
            reference.withLock { $0 = nil }
        }
    }

    @Test(arguments: [true, false])
    func `a wait that was given up closes no circle`(many: Bool) async throws {
        let reference = Locked<DataLoader<Int, Int>?>(nil)
        let (isAsked, isLeft, answer) = (Gate(), Gate(), Gate())
        let left = DataLoader<Int, Int> { keys in
            guard let right = reference.withLock({ $0 }) else { return [:] }
            await withTaskGroup { group in
                group.addTask {
                    if many { _ = await right.loadManyResults([1]) } else { _ = try? await right.load(1) }
                }
                await isAsked.wait()
                group.cancelAll()
            }
            isLeft.open()
            await answer.wait()
            return [keys[0]: 7]
        }
        let right = DataLoader<Int, Int> { keys in
            while await !left.hasCallers(1, of: 1) { await Task.yield() }
            isAsked.open()
            await isLeft.wait()
            let value = startNow { try await left.load(1) }
            answer.open()
            return [keys[0]: try await value.value]
        }
        reference.withLock { $0 = right }
        let first = left.enqueue(1)
        _ = right.enqueue(1)
        let value = try? await right.enqueue(1).value
        _ = try? await first.value
        reference.withLock { $0 = nil }
        if many {
            #expect(value == 7)
        } else {
            #expect(value == 7)
        }
    }
}

/// Loaders that load from each other: key *k* belongs to loader *k* modulo their number, and its value is one more than
/// the sum of those it needs.
private final class Web: Sendable {
    private let needs: [[Int]]
    private let loaders: Locked<[DataLoader<Int, Int>]>

    init(needs: [[Int]], loaders count: Int, options: DataLoaderOptions) {
        self.needs = needs
        let loaders = Locked<[DataLoader<Int, Int>]>([])
        let made = (0..<count).map { _ in
            DataLoader<Int, Int>(
                .aligned { keys in
                    let all = loaders.withLock { $0 }
                    return await withTaskGroup(of: (Int, Result<Int, any Error>).self) { group in
                        for (index, key) in keys.enumerated() {
                            group.addTask {
                                do {
                                    var sum = 1
                                    for need in needs[key] { sum += try await all[need % count].load(need) }
                                    return (index, .success(sum))
                                } catch {
                                    return (index, .failure(error))
                                }
                            }
                        }
                        var results = keys.map { _ in Result<Int, any Error>.success(0) }
                        for await (index, result) in group { results[index] = result }
                        return results
                    }
                },
                options: options
            )
        }
        loaders.withLock { $0 = made }
        self.loaders = loaders
    }

    deinit { loaders.withLock { $0 = [] } }

    func load(_ keys: [Int]) async -> [Result<Int, any Error>] {
        let loaders = loaders.withLock { $0 }
        return await withTaskGroup(of: (Int, Result<Int, any Error>).self) { group in
            for (index, key) in keys.enumerated() {
                group.addTask { (index, await loaders[key % loaders.count].loadManyResults([key])[0]) }
            }
            var results = keys.map { _ in Result<Int, any Error>.success(0) }
            for await (index, result) in group { results[index] = result }
            return results
        }
    }

    func sum(of key: Int) -> Int { needs[key].reduce(1) { $0 + sum(of: $1) } }
}
