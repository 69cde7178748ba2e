// SPDX-License-Identifier: Apache-2.0
//
// One loader of many scopes, and of tasks outside: what they share, and what is each one's own.

import DataLoading
import Testing

@Suite("Shared loaders", .timeLimit(.minutes(5)))
struct SharingTests {
    @Test func `a loader belongs to no scope, not even to the one that made it`() async throws {
        let (loader, log) = await withBatching { tenfold() }
        let first = try await withBatching { try await loader.loadMany([1, 2]) }
        let second = try await withBatching { try await loader.loadMany([2, 3]) }
        #expect(first + second == [10, 20, 20, 30])
        #expect(try await loader.load(4) == 40)
        #expect(log.all == [[1, 2], [3], [4]])
    }

    @Test @MainActor func `a loader that the main actor made serves everybody`() async throws {
        let (loader, log) = tenfold()
        let values = try await Task.detached { try await withBatching { try await loader.loadMany([1, 2]) } }.value
        #expect(values == [10, 20])
        #expect(try await loader.load(1) == 10)
        #expect(log.count == 1)
    }

    @Test func `a key that another scope waits for is not asked again`() async throws {
        let held = HeldBatches()
        let loader = DataLoader<Int, Int> { try await held.fetch($0) }
        async let first = withBatching { try await loader.load(1) }
        let batch = await held.next()
        async let second = withBatching { try await loader.load(1) }
        while await !loader.hasCallers(2, of: 1) { await Task.yield() }
        batch.answerKeys()
        #expect(try await [first, second] == [1, 1])
    }

    @Test func `a load outside wakes a scope that is idle when it joins its key`() async throws {
        let held = HeldBatches()
        let loader = DataLoader<Int, Int> { try await held.fetch($0) }
        async let inside = withBatching {
            async let early = loader.load(1)
            let batch = await held.next()
            let late = loader.enqueue(2)
            let outside = startNow { try await loader.load(2) }
            await held.next().answerKeys()
            batch.answerKeys()
            return try await [early, late.value, outside.value]
        }
        #expect(try await inside == [1, 2, 2])
    }

    @Test func `loads by hand are not the keys of a scope`() async throws {
        let options = try DataLoaderOptions(schedule: .manual(clock: ManualClock()))
        let (loader, log) = tenfold(options: options)
        let outside = loader.enqueue(1)
        let inside = try await withBatching {
            let pending = loader.enqueue(2)
            loader.dispatch()
            return try await pending.value
        }
        #expect(inside == 20)
        #expect(try await outside.value == 10)
        #expect(Set(log.all) == [[1], [2]])
    }

    @Test func `dispatch sends what a batch function loads when its scope is over`() async throws {
        let options = try DataLoaderOptions(schedule: .manual(clock: ManualClock()))
        let (inner, log) = tenfold(options: options)
        let (isOver, isAsked) = (Gate(), Gate())
        let outer = DataLoader<Int, Int> { keys in
            await isOver.wait()
            let pending = inner.enqueue(keys[0])
            isAsked.open()
            return [keys[0]: try await pending.value]
        }
        let pending = await withBatching { outer.enqueue(1) }
        isOver.open()
        await isAsked.wait()
        inner.dispatch()
        #expect(inner.holdings.queues == 0 || inner.traffic.running == 1)
        inner.prime(1, with: 10)
        #expect(try await pending.value == 10)
        #expect(log.count <= 1)
    }
}
