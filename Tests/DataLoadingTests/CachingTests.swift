// SPDX-License-Identifier: Apache-2.0
//
// What is remembered, what is forgotten, and what an older fetch must never undo.

import DataLoading
import Testing

@Suite("Caching", .timeLimit(.minutes(5)))
struct CachingTests {
    @Test func `a loaded value is not fetched again`() async throws {
        let (loader, log) = tenfold()
        try await withBatching {
            _ = try await loader.load(1)
            _ = try await loader.load(1)
            _ = try await loader.loadMany([1, 2])
        }
        #expect(log.all == [[1], [2]])
    }

    @Test func `without memoisation every tick fetches anew`() async throws {
        let (loader, log) = tenfold(options: try DataLoaderOptions(memoises: false))
        try await withBatching {
            _ = try await loader.load(1)
            _ = try await loader.load(1)
        }
        #expect(log.all == [[1], [1]])
    }

    @Test func `without memoisation a load never shares a fetch that was sent before it`() async throws {
        let sent = Gate()
        let answer = Gate()
        let calls = Locked(0)
        let loader = DataLoader<Int, Int>(options: try DataLoaderOptions(memoises: false)) { _ in
            let call = calls.withLock {
                $0 += 1; return $0
            }
            if call == 1 {
                sent.open()
                await answer.wait()
            }
            return [1: call]
        }
        let values = try await withBatching {
            async let old = loader.load(1)
            await sent.wait()
            let new = try await loader.load(1)
            answer.open()
            return [try await old, new]
        }
        #expect(values == [1, 2])
    }

    @Test func `a cleared key is fetched again, others are not`() async throws {
        let (loader, log) = tenfold()
        try await withBatching {
            _ = try await loader.loadMany([1, 2])
            loader.clear(1)
            _ = try await loader.loadMany([1, 2])
        }
        #expect(log.all == [[1, 2], [1]])
    }

    @Test func `clearAll forgets everything`() async throws {
        let (loader, log) = tenfold()
        try await withBatching {
            _ = try await loader.loadMany([1, 2])
            loader.clearAll()
            _ = try await loader.loadMany([1, 2])
        }
        #expect(log.all == [[1, 2], [1, 2]])
    }

    @Test func `a key cleared before it was sent is still sent once`() async throws {
        let (loader, log) = tenfold()
        let values = try await withBatching {
            let first = loader.enqueue(1)
            loader.clear(1)
            let second = loader.enqueue(1)
            loader.clearAll()
            let third = loader.enqueue(1)
            return try await [first.value, second.value, third.value]
        }
        #expect(values == [10, 10, 10])
        #expect(log.all == [[1]])
    }

    @Test(arguments: [true, false])
    func `clearing during a fetch keeps its result from coming back`(all: Bool) async throws {
        let (loader, sent, answer, calls) = heldLoader()
        let (old, new, later) = try await withBatching {
            async let old = loader.load(1)
            await sent.wait()
            if all { loader.clearAll() } else { loader.clear(1) }
            async let new = loader.load(1)
            answer.open()
            return try await (old, new, loader.load(1))
        }
        #expect(old == 1, "who asked before the clear gets the old value")
        #expect(new == 2)
        #expect(later == 2)
        #expect(calls.withLock { $0 } == 2)
    }

    @Test func `values of keys that were not asked for are kept, and answer who waits for them`() async throws {
        let log = BatchLog<Int>()
        let loader = DataLoader<Int, Int> { keys in
            log.append(keys)
            return [1: 10, 2: 20]
        }
        try await withBatching {
            _ = try await loader.load(1)
            #expect(try await loader.load(2) == 20)
        }
        #expect(log.all == [[1]])
    }

    @Test func `a value that was not asked for does not undo a clear`() async throws {
        let (sent, answer) = (Gate(), Gate())
        let calls = Locked(0)
        let loader = DataLoader<Int, Int> { keys in
            let call = calls.withLock {
                $0 += 1; return $0
            }
            if call == 1 {
                sent.open()
                await answer.wait()
            }
            return [1: call, 2: call]
        }
        let value = try await withBatching {
            async let first = loader.load(1)
            await sent.wait()
            loader.clear(2)
            answer.open()
            _ = try await first
            return try await loader.load(2)
        }
        #expect(value == 2)
    }

    /// A loader whose first fetch says that it was sent and waits; the value of a key is the number of the fetch.
    private func heldLoader() -> (DataLoader<Int, Int>, sent: Gate, answer: Gate, calls: Locked<Int>) {
        let (sent, answer, calls) = (Gate(), Gate(), Locked(0))
        let loader = DataLoader<Int, Int> { keys in
            let call = calls.withLock {
                $0 += 1; return $0
            }
            if call == 1 {
                sent.open()
                await answer.wait()
            }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, call) })
        }
        return (loader, sent, answer, calls)
    }

    @Test func `a hit does not suspend`() async throws {
        let (loader, _) = tenfold()
        loader.prime(1, with: 10)
        let order = Locked<[String]>([])
        try await withBatching {
            async let other: Void = order.withLock { $0.append("other task") }
            _ = try await loader.load(1)
            _ = try await loader.loadMany([1, 1])
            _ = try await loader.enqueue(1).value
            order.withLock { $0.append("hits") }
            await other
        }
        #expect(order.withLock { $0 } == ["hits", "other task"])
    }

    @Test func `a hit opens no batch and sets no timer`() async throws {
        let clock = ManualClock()
        let (loader, log) = tenfold(options: try DataLoaderOptions(schedule: .window(.seconds(1), clock: clock)))
        loader.prime(1, with: 10)
        _ = try await loader.load(1)
        #expect(loader.holdings.queues == 0)
        #expect(log.count == 0)
    }

    @Test func `a hit is answered while the batch of its tick is under way`() async throws {
        let held = HeldBatches()
        let loader = DataLoader<Int, Int> { try await held.fetch($0) }
        loader.prime(1, with: 10)
        try await withBatching {
            async let miss = loader.load(2)
            let batch = await held.next()
            let hit = try await loader.load(1)
            #expect(hit == 10)
            #expect(batch.keys == [2])
            batch.answerKeys()
            _ = try await miss
        }
    }

    @Test func `clearing one key in flight leaves the others of its batch alone`() async throws {
        let held = HeldBatches()
        let loader = DataLoader<Int, Int> { try await held.fetch($0) }
        try await withBatching {
            async let both = loader.loadMany([1, 2])
            let batch = await held.next()
            loader.clear(1)
            batch.answerKeys()
            _ = try await both
        }
        #expect(try await loader.load(2) == 2, "without a second fetch, which nobody would answer")
        #expect(loader.holdings.keys == 1)
    }

    @Test func `clearing between a failed fetch and a new one takes the new one from nobody`() async throws {
        let held = HeldBatches()
        let loader = DataLoader<Int, Int>(
            options: try DataLoaderOptions(schedule: .manual(clock: ManualClock()))
        ) { try await held.fetch($0) }
        let old = loader.enqueue(1)
        loader.dispatch()
        let stale = await held.next()
        loader.clear(1)
        let new = loader.enqueue(1)
        loader.dispatch()
        let fresh = await held.next()
        fresh.answer.resume(returning: [1: 2])
        #expect(try await new.value == 2)
        stale.answer.resume(throwing: TestError())
        await #expect(throws: TestError()) { try await old.value }
        #expect(try await loader.load(1) == 2)
    }

    @Test func `clearing what is not known does nothing`() async throws {
        let (loader, log) = tenfold()
        loader.clear(1)
        loader.clearAll()
        #expect(try await loader.load(1) == 10)
        #expect(log.count == 1)
    }

    @Test func `nothing is sent in a tick of which all is known`() async throws {
        let (loader, log) = tenfold()
        _ = try await withBatching { try await loader.loadMany([1, 2]) }
        _ = await withBatching { await loadEach([2, 1, 2], from: loader) }
        #expect(log.count == 1)
    }

    @Test func `of a tick, only what is not known is sent`() async throws {
        let (loader, log) = tenfold()
        _ = try await loader.load(1)
        let results = await withBatching { await loadEach([1, 2, 1, 3], from: loader) }
        #expect(results.map(\.value) == [10, 20, 10, 30])
        #expect(log.all == [[1], [2, 3]])
    }
}
