// SPDX-License-Identifier: Apache-2.0
//
// Many tasks at once on one bounded, ageing cache: nobody hangs, nobody gets what was outdated when they asked.

import DataLoading
import Testing

@Suite("Cache races", .timeLimit(.minutes(5)))
struct CacheRaceTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `loads, clears, primes, refreshes and evictions at once leave every caller a right value`(
        seed: UInt64
    ) async throws {
        let clock = ManualClock()
        let cache = try CachePolicy<Int, Int>(
            limit: .entries(8),
            timeToLive: .seconds(2),
            staleWhileRevalidate: .seconds(2),
            errors: { _ in .for(.seconds(1)) },
            clock: clock
        ).keyed { $0 }
        let loader = DataLoader<Int, Int>(
            .aligned { keys in
                if keys.count.isMultiple(of: 5) { throw TestError() }
                await Task.yield()
                return keys.map { $0 == 13 ? .failure(TestError(13)) : .success($0 * 10) }
            },
            options: try DataLoaderOptions(maxBatchSize: 6),
            cache: cache
        )
        await withTaskGroup { group in
            for worker in 0..<8 as Range<UInt64> {
                group.addTask {
                    var random = SplitMix64(state: seed * 100 + worker)
                    for _ in 0..<1_000 { await step(loader, clock, &random) }
                }
            }
        }
        #expect(loader.cachedValues().allSatisfy { $0.value == $0.key * 10 })
        #expect(loader.cachedValues().count <= 8)
        // The cache still works: what is loaded last is there.
        loader.clearAll()
        #expect(try await loader.load(1) == 10)
        #expect(loader.cachedValue(for: 1) == 10)
    }

    @Test func `who loads after an invalidation never gets what was valid before`() async throws {
        let (cache, clock, source) = (FakeCache(), ManualClock(), Locked(0))
        let base = BatchFunction<Int, Int>.keyed { keys in
            let version = source.withLock { $0 }
            await Task.yield()
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, version) })
        }
        let function = try base.cached(by: cache, timeLimit: .seconds(1), clock: clock)
        let loader = DataLoader(function, cache: try CachePolicy(limit: .entries(4)))
        let isOver = Locked(false)
        try await withThrowingTaskGroup { group in
            for worker in 0..<3 as Range<UInt64> {
                group.addTask {
                    var random = SplitMix64(state: worker)
                    while !isOver.withLock({ $0 }) { _ = try await loader.load(Int.random(in: 0..<6, using: &random)) }
                }
            }
            for version in 1...300 {
                source.withLock { $0 = version }
                try await loader.invalidate(0..<6)
                #expect(try await loader.load(version % 6) == version)
            }
            isOver.withLock { $0 = true }
            try await group.waitForAll()
        }
    }

    private func step(_ loader: DataLoader<Int, Int>, _ clock: ManualClock, _ random: inout SplitMix64) async {
        let key = Int.random(in: 0..<16, using: &random)
        switch Int.random(in: 0..<24, using: &random) {
        case 0: loader.clear(key)
        case 1: loader.clear { $0.isMultiple(of: 3) }
        case 2: loader.prime(key, with: key * 10, force: true)
        case 3: loader.prime([key: key * 10])
        case 4: clock.advance(by: .milliseconds(300))
        case 5: if key == 0 { loader.clearAll() }
        case 6: #expect(loader.cachedValue(for: key).map { $0 == key * 10 } ?? true)
        case 7: _ = loader.enqueue(key)
        case 8:
            let task = Task { try await loader.load(key) }
            task.cancel()
            _ = await task.result
        case 9..<12:
            let keys = key..<key + 4
            for (key, result) in zip(keys, await loader.loadManyResults(keys)) { check(result, of: key) }
        default:
            do { check(.success(try await loader.load(key)), of: key) } catch { check(.failure(error), of: key) }
        }
    }

    private func check(_ result: Result<Int, any Error>, of key: Int) {
        switch result {
        case .success(let value): #expect(value == key * 10)
        case .failure(let error as TestError): #expect(error == TestError() || error == TestError(13) && key == 13)
        case .failure(let error): Issue.record("\(error)")
        }
    }
}
