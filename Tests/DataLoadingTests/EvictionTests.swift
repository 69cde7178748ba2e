// SPDX-License-Identifier: Apache-2.0
//
// What has to go when a cache is full, and what a full cache must not disturb.

import DataLoading
import Testing

@Suite("Eviction", .timeLimit(.minutes(5)))
struct EvictionTests {
    @Test func `beyond the limit the least recently used result is let go`() async throws {
        let (loader, log) = tenfold(cache: try CachePolicy(limit: .entries(2)))
        _ = try await loader.loadMany([1, 2])
        _ = try await loader.load(1)
        _ = try await loader.load(3)
        #expect(loader.cachedValues() == [1: 10, 3: 30])
        #expect(try await loader.load(2) == 20)
        #expect(log.all == [[1, 2], [3], [2]])
    }

    @Test func `a batch larger than the limit answers all and leaves its last keys`() async throws {
        let (loader, log) = tenfold(cache: try CachePolicy(limit: .entries(3)))
        let values = try await loader.loadMany(1...100)
        #expect(values == (1...100).map { $0 * 10 })
        #expect(Set(loader.cachedValues().keys) == [98, 99, 100])
        #expect(log.count == 1)
    }

    @Test func `keys under way do not count, and are fetched once however small the limit is`() async throws {
        let (loader, log) = tenfold(cache: try CachePolicy(limit: .entries(1)))
        let values = await withBatching { await loadEach([1, 2, 3, 1, 2, 3], from: loader).map(\.value) }
        #expect(values == [10, 20, 30, 10, 20, 30])
        #expect(log.all == [[1, 2, 3]])
    }

    @Test func `results go until the new one fits by cost`() async throws {
        let (loader, _) = tenfold(cache: try CachePolicy(limit: .cost(100) { key, _ in key }))
        for key in [40, 30, 20, 50] { _ = try await loader.load(key) }
        #expect(Set(loader.cachedValues().keys) == [30, 20, 50])
        _ = try await loader.load(100)
        #expect(Set(loader.cachedValues().keys) == [100])
    }

    @Test func `a result that costs more than all is returned, not kept, and pushes nobody out`() async throws {
        let (loader, log) = tenfold(cache: try CachePolicy(limit: .cost(100) { key, _ in key }))
        _ = try await loader.load(1)
        #expect(try await loader.load(101) == 1010)
        #expect(try await loader.load(101) == 1010)
        #expect(loader.cachedValues() == [1: 10])
        #expect(log.all == [[1], [101], [101]])
    }

    @Test func `a forced value that costs too much takes the old one with it`() async throws {
        let (loader, _) = tenfold(cache: try CachePolicy(limit: .cost(10) { _, value in value }))
        #expect(loader.prime(1, with: 5))
        loader.prime(1, with: 11, force: true)
        #expect(loader.cachedValue(for: 1) == nil)
    }

    @Test func `a cost below zero counts as none, and huge ones do not overflow`() async throws {
        let (loader, _) = tenfold(cache: try CachePolicy(limit: .cost(.max) { _, value in value }))
        loader.prime([1: .min, 2: .max - 1, 3: 1])
        #expect(loader.cachedValues().count == 3)
        loader.prime(4, with: .max)
        #expect(loader.cachedValues()[4] == .max)
        #expect(loader.cachedValues().count <= 2)
    }

    @Test func `an error counts like a value, and costs what it is said to`() async throws {
        let (loader, _) = tenfold(cache: try CachePolicy(limit: .cost(10, ofError: 6) { _, value in value }))
        loader.prime(1, with: 4)
        loader.prime(2, throwing: TestError())
        #expect(loader.cachedValue(for: 1) == 4)
        loader.prime(3, throwing: TestError())
        #expect(loader.cachedResult(for: 2) == nil)
        #expect(loader.cachedResult(for: 3)?.error is TestError)
    }

    @Test func `primed values push out, and looking is a use`() throws {
        let (loader, _) = tenfold(cache: try CachePolicy(limit: .entries(2)))
        loader.prime(1, with: 1)
        loader.prime(2, with: 2)
        #expect(loader.cachedValue(for: 1) == 1)
        loader.prime(3, with: 3)
        #expect(loader.cachedValues() == [1: 1, 3: 3])
    }

    @Test func `cleared keys make room`() throws {
        let (loader, _) = tenfold(cache: try CachePolicy(limit: .entries(2)))
        loader.prime([1: 1, 2: 2])
        loader.clear(1)
        loader.prime(3, with: 3)
        #expect(loader.cachedValues() == [2: 2, 3: 3])
        loader.clearAll()
        loader.prime([4: 4, 5: 5])
        #expect(loader.cachedValues() == [4: 4, 5: 5])
    }

    @Test func `values that go end outside the lock, so that their end may call the loader`() async throws {
        let ended = Locked(0)
        let box = Locked<DataLoader<Int, Mortal>?>(nil)
        let loader = DataLoader<Int, Mortal>(
            cache: try CachePolicy(limit: .entries(1), timeToLive: .seconds(1), clock: ManualClock())
        ) { keys in
            let values = keys.map { key in
                let value = Mortal {
                    box.withLock { $0 }?.clear(-1)
                    ended.withLock { $0 += 1 }
                }
                return (key, value)
            }
            return Dictionary(uniqueKeysWithValues: values)
        }
        box.withLock { $0 = loader }
        for key in 1...10 { _ = try await loader.load(key) }
        loader.prime(10, with: Mortal {}, force: true)
        loader.clearAll()
        #expect(ended.withLock { $0 } == 10)
        box.withLock { $0 = nil }
    }

    @Test func `the cost function may call the loader`() async throws {
        let box = Locked<DataLoader<Int, Int>?>(nil)
        let cache = try CachePolicy<Int, Int>(
            limit: .cost(10) { key, _ in
                box.withLock { $0 }?.clear(-key)
                return 1
            }
        )
        let (loader, _) = tenfold(cache: cache)
        box.withLock { $0 = loader }
        #expect(try await loader.load(1) == 10)
        #expect(loader.prime(2, with: 2))
        box.withLock { $0 = nil }
    }

    @Test(arguments: [0, -1])
    func `a limit below one is refused`(limit: Int) {
        let entries = #expect(throws: DataLoaderError.self) { try CachePolicy<Int, Int>(limit: .entries(limit)) }
        #expect(entries?.code == .invalidOption)
        #expect(entries?.offender == "limit")
        let cost = #expect(throws: DataLoaderError.self) {
            try CachePolicy<Int, Int>(limit: .cost(limit) { _, _ in 1 })
        }
        #expect(cost?.offender == "limit")
    }

    @Test func `a negative cost of errors is refused`() {
        let error = #expect(throws: DataLoaderError.self) {
            try CachePolicy<Int, Int>(limit: .cost(1, ofError: -1) { _, _ in 1 })
        }
        #expect(error?.offender == "ofError")
    }
}

/// A value that does something when it ends.
private final class Mortal: Sendable {
    private let atEnd: @Sendable () -> Void
    init(atEnd: @escaping @Sendable () -> Void) { self.atEnd = atEnd }
    deinit { atEnd() }
}
