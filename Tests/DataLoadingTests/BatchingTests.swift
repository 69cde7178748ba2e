// SPDX-License-Identifier: Apache-2.0
//
// Many loads, few batches: what goes together, in which order, in which sizes.

import DataLoading
import Testing

@Suite("Batching", .timeLimit(.minutes(5)))
struct BatchingTests {
    @Test func `a lone load is a batch of one`() async throws {
        let (loader, log) = tenfold()
        let value = try await withBatching { try await loader.load(7) }
        #expect(value == 70)
        #expect(log.all == [[7]])
    }

    @Test func `loads of one tick share a batch, in call order`() async {
        let (loader, log) = tenfold()
        let results = await withBatching { await loadEach([3, 1, 2], from: loader) }
        #expect(results.map(\.value) == [30, 10, 20])
        #expect(log.all == [[3, 1, 2]])
    }

    @Test func `async let shares a batch`() async throws {
        let (loader, log) = tenfold()
        let sum = try await withBatching {
            async let one = loader.load(1)
            async let two = loader.load(2)
            return try await one + two
        }
        #expect(sum == 30)
        #expect(log.count == 1)
    }

    @Test func `loadMany is one batch and keeps the order of its keys, repeated ones too`() async throws {
        let (loader, log) = tenfold()
        let values = try await withBatching { try await loader.loadMany([5, 4, 5, 6]) }
        #expect(values == [50, 40, 50, 60])
        #expect(log.all == [[5, 4, 6]])
    }

    @Test func `loadMany of no keys fetches nothing`() async throws {
        let (loader, log) = tenfold()
        let values = try await withBatching { try await loader.loadMany([]) }
        #expect(values.isEmpty)
        #expect(log.count == 0)
    }

    @Test func `enqueue asks at once and shares the batch, without a task`() async throws {
        let (loader, log) = tenfold()
        let values = try await withBatching {
            let pending = (1...5).map { loader.enqueue($0) }
            var values: [Int] = []
            for load in pending { values.append(try await load.value) }
            return values
        }
        #expect(values == [10, 20, 30, 40, 50])
        #expect(log.all == [[1, 2, 3, 4, 5]])
    }

    @Test func `a pending load may be awaited again and by several tasks`() async throws {
        let (loader, log) = tenfold()
        let values = try await withBatching {
            let pending = loader.enqueue(4)
            async let first = pending.value
            async let second = pending.value
            let both = try await [first, second]
            return both + [try await pending.value]
        }
        #expect(values == [40, 40, 40])
        #expect(log.count == 1)
    }

    @Test func `identical keys of a tick are fetched once`() async {
        let (loader, log) = tenfold()
        let results = await withBatching { await loadEach([1, 1, 2, 1], from: loader) }
        #expect(results.map(\.value) == [10, 10, 20, 10])
        #expect(log.all == [[1, 2]])
    }

    @Test func `deduplication does not depend on memoisation`() async throws {
        let (loader, log) = tenfold(options: try DataLoaderOptions(memoises: false))
        _ = await withBatching { await loadEach([1, 1, 2], from: loader) }
        _ = await withBatching { await loadEach([1, 1, 2], from: loader) }
        #expect(log.all == [[1, 2], [1, 2]])
    }

    @Test func `without deduplication a key occurs as often as it was asked for`() async throws {
        let (loader, log) = tenfold(options: try DataLoaderOptions(deduplicates: false))
        let results = await withBatching { await loadEach([1, 1, 2], from: loader) }
        #expect(results.map(\.value) == [10, 10, 20])
        #expect(log.all == [[1, 1, 2]])
        _ = await withBatching { await loadEach([1, 2], from: loader) }
        #expect(log.count == 1, "memoisation does not depend on deduplication")
    }

    @Test(arguments: [(10, [3, 3, 3, 1]), (9, [3, 3, 3]), (2, [2])])
    func `no batch is larger than the cap`(count: Int, sizes: [Int]) async throws {
        let (loader, log) = tenfold(options: try DataLoaderOptions(maxBatchSize: 3))
        let results = await withBatching { await loadEach(1...count, from: loader) }
        #expect(results.map(\.value) == (1...count).map { $0 * 10 })
        #expect(log.sizes.sorted() == sizes.sorted())
        #expect(Set(log.all.joined()) == Set(1...count))
    }

    @Test func `duplicates and known keys do not count against the cap`() async throws {
        let (loader, log) = tenfold(options: try DataLoaderOptions(maxBatchSize: 3))
        loader.prime(9, with: 90)
        _ = await withBatching { await loadEach([1, 1, 9, 2, 2, 3], from: loader) }
        #expect(log.all == [[1, 2, 3]])
    }

    @Test func `batches of one tick run at the same time`() async throws {
        let bothRunning = Gate()
        let running = Locked(0)
        let loader = DataLoader<Int, Int>(options: try DataLoaderOptions(maxBatchSize: 1)) { keys in
            if running.withLock({
                $0 += 1; return $0
            }) == 2 {
                bothRunning.open()
            }
            await bothRunning.wait()
            return [keys[0]: keys[0]]
        }
        let values = try await withBatching { try await loader.loadMany([1, 2]) }
        #expect(values == [1, 2])
    }

    @Test func `an aligned batch function answers by position`() async throws {
        let loader = DataLoader<Int, String>(.aligned { keys in keys.map { .success("#\($0)") } })
        let values = try await withBatching { try await loader.loadMany([2, 1]) }
        #expect(values == ["#2", "#1"])
    }

    @Test func `a missing key is nil when the value is an optional`() async throws {
        let loader = DataLoader<Int, String?> { _ in [1: "one"] }
        let values = try await withBatching { try await loader.loadMany([1, 2]) }
        #expect(values == ["one", nil])
    }

    @Test func `loads that are awaited one after another are batches of one`() async throws {
        let (loader, log) = tenfold()
        try await withBatching { for key in 1...3 { _ = try await loader.load(key) } }
        #expect(log.all == [[1], [2], [3]])
    }

    @Test func `a tick is cut in call order, and no key is in two of its batches`() async throws {
        let (loader, log) = tenfold(options: try DataLoaderOptions(maxBatchSize: 2))
        let results = await withBatching { await loadEach([5, 4, 5, 3, 4, 2, 1, 5], from: loader) }
        #expect(results.map(\.value) == [50, 40, 50, 30, 40, 20, 10, 50])
        #expect(log.all == [[5, 4], [3, 2], [1]])
    }

    @Test func `callers resume in the order of their calls`() async throws {
        let order = Locked<[Int]>([])
        let (loader, _) = tenfold()
        await withBatching {
            await withTaskGroup { group in
                for caller in 0..<100 {
                    group.addTask {
                        _ = try? await loader.load(caller % 7)
                        order.withLock { $0.append(caller) }
                    }
                }
            }
        }
        #expect(order.withLock { $0 } == Array(0..<100))
    }

    @Test func `a batch function is never called without keys`() async throws {
        let (loader, log) = tenfold(options: try DataLoaderOptions(schedule: .manual(clock: ManualClock())))
        loader.dispatch()
        let many = startNow { try await loader.loadMany([1, 2]) }
        many.cancel()
        _ = await many.result
        loader.dispatch()
        let primed = loader.enqueue(3)
        loader.prime(3, with: 0)
        loader.dispatch()
        #expect(try await primed.value == 0)
        await withBatching {}
        let last = loader.enqueue(4)
        loader.dispatch()
        _ = try await last.value
        #expect(log.all == [[4]])
    }

    @Test func `every way to ask shares one batch`() async throws {
        let (loader, log) = tenfold()
        let values = try await withBatching {
            async let one = loader.load(1)
            async let many = loader.loadMany([2, 3])
            async let results = loader.loadManyResults([4, 1])
            let pending = loader.enqueue(5)
            return try await [one] + many + results.compactMap(\.value) + [pending.value]
        }
        #expect(values == [10, 20, 30, 40, 10, 50])
        #expect(log.count == 1)
    }
}
