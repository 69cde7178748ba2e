// SPDX-License-Identifier: Apache-2.0
//
// Loaders that are used as nobody should, and much.

import DataLoading
import Testing

@Suite("Abuse", .timeLimit(.minutes(5)))
struct AbuseTests {
    @Test func `a batch function may call whatever its loader has, for the keys of its own batch too`() async throws {
        let reference = Locked<DataLoader<Int, Int>?>(nil)
        let loader = DataLoader<Int, Int> { keys in
            guard let loader = reference.withLock({ $0 }) else { return [:] }
            for key in keys {
                #expect(!loader.prime(key, with: -1), "its fetch is under way")
                loader.clear(key)
            }
            loader.clearAll()
            loader.prime(99, with: 990)
            loader.dispatch()
            return [1: 10, 2: 20, 99: try await loader.load(99)]
        }
        reference.withLock { $0 = loader }
        let values = try await withBatching { try await loader.loadMany([1, 2]) }
        #expect(values == [10, 20])
        #expect(try await loader.load(99) == 990)
        reference.withLock { $0 = nil }
    }

    @Test func `a loader that nobody holds any more still answers`() async throws {
        func pending() -> PendingLoad<Int, Int> { tenfold().0.enqueue(1) }
        let load = pending()
        #expect(try await load.value == 10)
        let value = try await withBatching { try await pending().value }
        #expect(value == 10)
    }

    @Test func `loads that nobody awaits are fetched all the same`() async {
        let isFetched = Gate()
        let loader = DataLoader<Int, Int> { keys in
            isFetched.open()
            return [:]
        }
        _ = loader.enqueue(1)
        await isFetched.wait()
    }

    @Test func `a hundred thousand loads of one key are one fetch`() async throws {
        let (loader, log) = tenfold()
        let values = try await withBatching {
            try await loader.loadMany(repeatElement(1, count: 100_000))
        }
        #expect(values.allSatisfy { $0 == 10 } && values.count == 100_000)
        #expect(log.all == [[1]])
    }

    @Test func `scopes may be nested as deep as one likes`() async throws {
        @Sendable func load(_ depth: Int) async throws -> Int {
            try await withBatching { depth == 0 ? try await loader.load(1) : try await load(depth - 1) }
        }
        let (loader, log) = tenfold()
        let values = try await withBatching {
            async let deep = load(100)
            async let flat = loader.load(2)
            return try await [deep, flat]
        }
        #expect(values == [10, 20])
        #expect(log.count == 1)
    }

    @Test func `a thousand scopes leave nothing behind`() async throws {
        let (loader, log) = tenfold(options: try DataLoaderOptions(memoises: false))
        await withTaskGroup { group in
            for first in 0..<100 {
                group.addTask {
                    for key in (first * 10)..<(first * 10 + 10) {
                        let value = try? await withBatching { try await loader.load(key) }
                        #expect(value == key * 10)
                    }
                }
            }
        }
        #expect(log.count == 1_000)
        let holdings = loader.holdings
        #expect(holdings == (0, 0))
    }

    @Test func `a loader that keeps nothing holds nothing, whatever became of its loads`() async throws {
        let options = try DataLoaderOptions(maxBatchSize: 3, memoises: false, schedule: .manual(clock: ManualClock()))
        let loader = DataLoader<Int, Int>(options: options) { keys in
            if keys.contains(50) { throw TestError() }
            return Dictionary(uniqueKeysWithValues: keys.filter { $0 != 60 }.map { ($0, $0) })
        }
        let callers = (0..<100).map { key in startNow { try await loader.load(key) } }
        for caller in callers[20..<30] { caller.cancel() }
        for key in 30..<40 { loader.prime(key, with: 0) }
        for key in 40..<50 { loader.clear(key) }
        loader.dispatch()
        for caller in callers { _ = await caller.result }
        while loader.holdings.queues > 0 { await Task.yield() }
        #expect(loader.holdings.keys == 0)
    }

    @Test func `a loader that keeps its values holds no more than those, and none when cleared`() async throws {
        let (loader, _) = tenfold()
        for round in 0..<10 {
            _ = await withBatching { await loadEach((round * 10)..<(round * 10 + 20), from: loader) }
        }
        #expect(loader.holdings.keys == 110)
        #expect(loader.holdings.queues == 0)
        loader.clearAll()
        #expect(loader.holdings.keys == 0)
    }

    @Test func `values end when they are cleared, and errors too`() async throws {
        final class Value: Sendable {}
        weak var value: Value?
        let loader = DataLoader<Int, Value> { _ in [:] }
        do {
            let held = Value()
            value = held
            loader.prime(1, with: held)
        }
        #expect(value != nil)
        loader.clear(1)
        #expect(value == nil)
    }

    #if !THREAD_SANITIZER
        @Test func `hits from many tasks at once do not cost ten times those from one`() async {
            let (loader, _) = tenfold()
            loader.prime(1, with: 10)
            @Sendable func hits(_ count: Int) async {
                for _ in 0..<count { _ = try? await loader.load(1) }
            }
            func time(_ count: Int, tasks: Int) async -> Duration {
                await ContinuousClock().measure {
                    await withTaskGroup { group in
                        for _ in 0..<tasks { group.addTask { await hits(count / tasks) } }
                    }
                }
            }
            // So many that the tests which run beside it matter less.
            var count = 40_000
            while await time(count, tasks: 1) < .milliseconds(50) { count *= 4 }
            var best = Double.infinity
            for _ in 0..<5 where best >= 10 {
                let alone = await time(count, tasks: 1)
                best = min(best, await time(count, tasks: 8) / alone)
            }
            #expect(best < 10)
        }
    #endif
}
