// SPDX-License-Identifier: Apache-2.0
//
// Values that are given once more while they are fetched anew.

import DataLoading
import Testing

@Suite("Refreshing", .timeLimit(.minutes(5)))
struct RefreshTests {
    private let clock = ManualClock()

    @Test func `a stale value is given at once, and refreshed once in the next batch`() async throws {
        let (loader, batches) = try refreshing()
        loader.prime([1: 1])
        clock.advance(by: .seconds(10))
        for _ in 0..<3 { #expect(try await loader.load(1) == 1) }
        #expect(try await loader.loadMany([1, 1]) == [1, 1])
        #expect(try await loader.enqueue(1).value == 1)
        let other = loader.enqueue(2)
        let batch = await send(loader, to: batches)
        #expect(batch.keys == [1, 2])
        #expect(try await loader.load(1) == 1, "while the refresh is under way")
        batch.answer.resume(returning: [1: 11, 2: 22])
        _ = try await other.value
        #expect(try await loader.load(1) == 11)
        clock.advance(by: .seconds(10) - .nanoseconds(1))
        #expect(try await loader.load(1) == 11, "its time began anew")
        #expect(loader.gatheredKeys.isEmpty)
    }

    @Test func `a refresh belongs to the batch of the scope that found the value stale`() async throws {
        let (loader, log) = tenfold(cache: try policy())
        _ = try await loader.load(1)
        clock.advance(by: .seconds(10))
        try await withBatching {
            async let stale = loader.load(1)
            async let new = loader.load(2)
            _ = try await (stale, new)
        }
        #expect(log.all.map { Set($0) } == [[1], [1, 2]])
    }

    @Test(arguments: [true, false])
    func `when a refresh fails, the stale value stays until its end and is tried again`(ofKey: Bool) async throws {
        let (loader, batches) = try refreshing()
        loader.prime([1: 1])
        clock.advance(by: .seconds(10))
        for _ in 0..<2 {
            #expect(try await loader.load(1) == 1)
            let other = loader.enqueue(2)
            let batch = await send(loader, to: batches)
            #expect(batch.keys == [1, 2])
            if ofKey {
                batch.answer.resume(returning: [2: 2])  // The value of 1 is missing.
            } else {
                batch.answer.resume(throwing: TestError())
            }
            _ = try? await other.value
            loader.clear(2)
        }
        #expect(loader.cachedValue(for: 1) == 1)
        clock.advance(by: .seconds(100))
        #expect(loader.cachedValue(for: 1) == nil)
    }

    @Test func `who asks when even the stale time is over joins the refresh under way`() async throws {
        let (loader, batches) = try refreshing()
        loader.prime([1: 1])
        clock.advance(by: .seconds(10))
        _ = try await loader.load(1)
        let batch = await send(loader, to: batches)
        clock.advance(by: .seconds(100))
        let late = loader.enqueue(1)
        #expect(loader.gatheredKeys.isEmpty)
        batch.answer.resume(returning: [1: 11])
        #expect(try await late.value == 11)
    }

    @Test(arguments: [true, false])
    func `a key that is cleared during its refresh forgets the stale value and the new one`(all: Bool) async throws {
        let (loader, batches) = try refreshing()
        loader.prime([1: 1])
        clock.advance(by: .seconds(10))
        _ = try await loader.load(1)
        let other = loader.enqueue(2)
        let refresh = await send(loader, to: batches)
        if all { loader.clearAll() } else { loader.clear(1) }
        let new = loader.enqueue(1)
        let batch = await send(loader, to: batches)
        batch.answer.resume(returning: [1: 12])
        #expect(try await new.value == 12)
        refresh.answer.resume(returning: [1: 11, 2: 22])
        _ = try await other.value
        #expect(try await loader.load(1) == 12)
    }

    @Test(arguments: [true, false])
    func `a key that is cleared before its refresh was sent is answered by that`(all: Bool) async throws {
        let (loader, batches) = try refreshing()
        loader.prime([1: 1])
        clock.advance(by: .seconds(10))
        let new = try await withBatching {
            _ = try await loader.load(1)
            if all { loader.clearAll() } else { loader.clear(1) }
            #expect(loader.cachedValue(for: 1) == nil)
            return loader.enqueue(1)
        }
        let batch = await send(loader, to: batches)
        #expect(batch.keys == [1])
        batch.answer.resume(returning: [1: 11])
        #expect(try await new.value == 11)
        #expect(loader.cachedValue(for: 1) == 11)
    }

    @Test func `a value primed before the refresh was sent spares it, one primed by force outlives it`() async throws {
        let (loader, batches) = try refreshing()
        loader.prime([1: 1, 2: 2])
        clock.advance(by: .seconds(10))
        #expect(try await loader.loadMany([1, 2]) == [1, 2])
        let other = loader.enqueue(3)
        #expect(loader.prime(1, with: 100))
        let batch = await send(loader, to: batches)
        #expect(batch.keys == [2, 3])
        #expect(!loader.prime(2, with: 200), "its fetch is under way")
        #expect(loader.prime(2, with: 201, force: true))
        batch.answer.resume(returning: [2: 22, 3: 3])
        _ = try await other.value
        #expect(loader.cachedValues() == [1: 100, 2: 201, 3: 3])
    }

    @Test func `a result that is let go during its refresh does not come back`() async throws {
        let cache = try CachePolicy<Int, Int>(
            limit: .entries(1),
            timeToLive: .seconds(10),
            staleWhileRevalidate: .seconds(100),
            clock: clock
        )
        let (loader, batches) = try refreshing(cache)
        loader.prime([1: 1])
        clock.advance(by: .seconds(10))
        #expect(try await loader.load(1) == 1)
        let other = loader.enqueue(3)
        let batch = await send(loader, to: batches)
        loader.prime(2, with: 2)
        batch.answer.resume(returning: [1: 11, 3: 3])
        _ = try await other.value
        #expect(loader.cachedValues() == [3: 3])
    }

    @Test func `a refresh that times out is tried again`() async throws {
        let batches = HeldBatches()
        let options = try DataLoaderOptions(batchTimeout: .seconds(1), clock: clock, schedule: .immediate)
        let loader = DataLoader<Int, Int>(options: options, cache: try policy()) { try await batches.fetch($0) }
        loader.prime(1, with: 1)
        clock.advance(by: .seconds(10))
        _ = try await loader.load(1)
        let slow = await batches.next()
        await clock.sleepers(1)
        clock.advance(by: .seconds(1))
        while loader.isRefreshing(1) { await Task.yield() }
        #expect(try await loader.load(1) == 1)
        let again = await batches.next()
        #expect(again.keys == [1])
        slow.answer.resume(returning: [:])
        again.answer.resume(returning: [1: 11])
        while loader.isRefreshing(1) { await Task.yield() }
        #expect(loader.cachedValue(for: 1) == 11)
    }

    @Test func `where hits are aligned, a stale value does not wait for its own refresh`() async throws {
        let options = try DataLoaderOptions(alignsHits: true, schedule: .manual(clock: clock))
        let batches = HeldBatches()
        let loader = DataLoader<Int, Int>(options: options, cache: try policy()) { try await batches.fetch($0) }
        loader.prime(1, with: 1)
        clock.advance(by: .seconds(10))
        #expect(try await loader.load(1) == 1)
        loader.dispatch()
        await batches.next().answer.resume(returning: [1: 11])
    }

    @Test func `a load that finds a stale value is a hit to observers, and its refresh a batch`() async throws {
        let log = EventLog()
        let options = try DataLoaderOptions(schedule: .immediate, collectsStatistics: true)
        let batches = HeldBatches()
        let loader = DataLoader<Int, Int>(options: options, cache: try policy(), observer: log) { keys in
            try await batches.fetch(keys)
        }
        loader.prime(1, with: 1)
        clock.advance(by: .seconds(10))
        #expect(try await loader.load(1) == 1)
        await batches.next().answer.resume(returning: [1: 11])
        while loader.isRefreshing(1) { await Task.yield() }
        while log.ended.isEmpty { await Task.yield() }
        #expect(
            log.events == [
                .willLoad(1), .didLoad(1, .hit), .willRun([1], callers: []),
                .didRun([1], failedKeys: 0, hasFailed: false),
            ]
        )
        let statistics = try #require(loader.statistics)
        #expect((statistics.hits, statistics.misses, statistics.batches) == (1, 0, 1))
    }

    private func policy() throws -> CachePolicy<Int, Int> {
        try CachePolicy(timeToLive: .seconds(10), staleWhileRevalidate: .seconds(100), clock: clock)
    }

    /// A loader that sends by hand, to batches that are answered by hand.
    private func refreshing(_ cache: CachePolicy<Int, Int>? = nil) throws -> (DataLoader<Int, Int>, HeldBatches) {
        let batches = HeldBatches()
        let options = try DataLoaderOptions(schedule: .manual(clock: ManualClock()))
        let loader = DataLoader<Int, Int>(options: options, cache: try cache ?? policy()) { keys in
            try await batches.fetch(keys)
        }
        return (loader, batches)
    }

    /// Sends what is gathered.
    private func send(_ loader: DataLoader<Int, Int>, to batches: HeldBatches) async -> HeldBatches.Batch {
        loader.dispatch()
        return await batches.next()
    }
}
