// SPDX-License-Identifier: Apache-2.0
//
// Random operations on a bounded and ageing cache and on its model: both must know the same, in the same order of use.

import DataLoading
import Testing

@Suite("Caches against a model", .timeLimit(.minutes(5)))
struct CacheModelTests {
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `two thousand random operations leave what the model says`(seed: UInt64) async throws {
        var run = try CacheRun(seed: seed)
        for _ in 0..<2_000 { try await run.step() }
    }
}

/// One run: a loader that sends and answers at once, and a model of what it keeps.
private struct CacheRun {
    private var random: SplitMix64
    private var model: CacheModel
    private let loader: DataLoader<Int, Int>
    private let log = BatchLog<Int>()
    private let clock = ManualClock()
    private let source = Locked(0)

    /// Costs are the last digit of a value; keys that are multiples of seven have errors, which cost 2 and live for 3 s.
    init(seed: UInt64) throws {
        random = SplitMix64(state: seed)
        let isByCost = seed.isMultiple(of: 2)
        let staleTime: Int? = seed.isMultiple(of: 3) ? nil : 4
        model = CacheModel(limit: isByCost ? 30 : 8, isByCost: isByCost, timeToLive: 5, staleTime: staleTime ?? 0)
        let cache = try CachePolicy<Int, Int>(
            limit: isByCost ? .cost(30, ofError: 2) { _, value in value % 10 } : .entries(8),
            timeToLive: .seconds(5),
            staleWhileRevalidate: staleTime.map { .seconds($0) },
            errors: { _ in .for(.seconds(3)) },
            clock: clock
        ).keyed { $0 % 100 }
        loader = DataLoader(
            .aligned { [log, source] keys in
                log.append(keys)
                return keys.map { key in CacheModel.result(of: key, version: source.withLock { $0 }) }
            },
            options: try DataLoaderOptions(schedule: .manual(clock: ManualClock())),
            cache: cache
        )
    }

    mutating func step() async throws {
        let key = Int.random(in: 0..<14, using: &random) + (Bool.random(using: &random) ? 100 : 0)
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<11: await load(key)
        case 11..<13:
            clock.advance(by: .seconds(1))
            model.now += 1
        case 13..<15: prime(key)
        case 15:
            loader.clear(key)
            model.clear { $0 == key % 100 }
        case 16 where Int.random(in: 0..<5, using: &random) == 0:
            loader.clearAll()
            model.clear { _ in true }
        case 16:
            let remainder = Int.random(in: 0..<3, using: &random)
            loader.clear { $0 % 100 % 3 == remainder }
            model.clear { $0 % 3 == remainder }
        case 17: #expect(loader.cachedResult(for: key)?.value == model.use(key % 100)?.value)
        default: source.withLock { $0 += 1 }
        }
        let known = Dictionary(uniqueKeysWithValues: loader.cachedValues().map { ($0.key % 100, $0.value) })
        #expect(known == model.values)
        model.removeSpent { !loader.holds($0) }
    }

    private mutating func prime(_ key: Int) {
        let force = Bool.random(using: &random)
        let value = 1_000 + Int.random(in: 0..<40, using: &random)
        let isTaken = loader.prime(key, with: value, force: force)
        #expect(isTaken == model.prime(key % 100, .success(value), force: force))
    }

    /// Loads a key, and waits for its refresh if it is stale.
    private mutating func load(_ key: Int) async {
        let batches = log.count
        let pending = loader.enqueue(key)
        let (expected, isFetched) = model.load(key % 100)
        #expect(!loader.gatheredKeys.isEmpty == isFetched)
        let version = source.withLock { $0 }
        guard isFetched else {
            let value = try? await pending.value
            #expect(value == expected?.value)
            return
        }
        loader.dispatch()
        let value = try? await pending.value
        while loader.isRefreshing(key) { await Task.yield() }
        #expect(log.count == batches + 1)
        let fetched = CacheModel.result(of: key, version: version)
        #expect(value == (expected ?? fetched).value)
        model.publish(key % 100, fetched, isRefresh: expected != nil)
    }
}
