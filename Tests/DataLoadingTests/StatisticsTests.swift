// SPDX-License-Identifier: Apache-2.0
//
// What is counted, and exactly when.

import DataLoading
import Testing

@Suite("Statistics", .timeLimit(.minutes(5)))
struct StatisticsTests {
    @Test func `there are none unless they are asked for`() async throws {
        let (loader, _) = tenfold()
        _ = try await loader.load(1)
        #expect(loader.statistics == nil)
        let observed = DataLoader<Int, Int>(observer: EventLog()) { _ in [:] }
        #expect(observed.statistics == nil)
    }

    @Test func `a load is a miss, then joined, then a hit`() async throws {
        let (loader, held) = try counted()
        let pending = loader.enqueue(1)
        #expect(try counts(of: loader) == Counts(misses: 1))
        _ = loader.enqueue(1)
        #expect(try counts(of: loader) == Counts(coalesced: 1, misses: 1))
        loader.dispatch()
        let batch = await held.next()
        #expect(try counts(of: loader) == Counts(coalesced: 1, misses: 1, batches: 1, keys: 1))
        _ = loader.enqueue(1)
        #expect(try counts(of: loader) == Counts(coalesced: 2, misses: 1, batches: 1, keys: 1))
        batch.answer.resume(returning: [1: 1])
        _ = try await pending.value
        _ = try await loader.load(1)
        #expect(try counts(of: loader) == Counts(hits: 1, coalesced: 2, misses: 1, batches: 1, keys: 1))
    }

    @Test func `each key of a loadMany is a load`() async throws {
        let (loader, _) = tenfold(options: try DataLoaderOptions(collectsStatistics: true))
        loader.prime(3, with: 30)
        _ = try await withBatching { try await loader.loadMany([1, 2, 1, 3]) }
        #expect(try counts(of: loader) == Counts(hits: 1, coalesced: 1, misses: 2, batches: 1, keys: 2))
    }

    @Test func `without deduplication no load is joined, without memoisation none is a hit`() async throws {
        let (alone, _) = tenfold(options: try DataLoaderOptions(deduplicates: false, collectsStatistics: true))
        _ = try await withBatching { try await alone.loadMany([1, 1, 2]) }
        #expect(try counts(of: alone) == Counts(misses: 3, batches: 1, keys: 3))
        let (forgetful, _) = tenfold(options: try DataLoaderOptions(memoises: false, collectsStatistics: true))
        for _ in 1...2 { _ = try await withBatching { try await forgetful.load(1) } }
        #expect(try counts(of: forgetful) == Counts(misses: 2, batches: 2, keys: 2))
    }

    @Test(arguments: [
        (1, 7, [1...1: 7]), (3, 10, [1...1: 1, 2...3: 3]), (4, 11, [1...1: 0, 2...3: 1, 4...7: 2]),
        (8, 8, [1...1: 0, 2...3: 0, 4...7: 0, 8...15: 1]),
    ])
    func `batches are counted by size`(cap: Int, keys: Int, sizes: [ClosedRange<Int>: Int]) async throws {
        let options = try DataLoaderOptions(maxBatchSize: cap, collectsStatistics: true)
        let (loader, log) = tenfold(options: options)
        _ = try await withBatching { try await loader.loadMany(1...keys) }
        let statistics = try #require(loader.statistics)
        #expect(Dictionary(uniqueKeysWithValues: statistics.batchSizes.map { ($0.sizes, $0.batches) }) == sizes)
        #expect(statistics.batchSizes.map(\.sizes.lowerBound) == sizes.keys.map(\.lowerBound).sorted())
        #expect(statistics.batches == log.count)
    }

    @Test func `errors of keys and errors of batches are counted apart, and once`() async throws {
        let loader = DataLoader<Int, Int>(
            .aligned { keys in
                if keys == [0] { throw TestError() }
                return keys.map { $0.isMultiple(of: 2) ? .failure(TestError($0)) : .success($0) }
            },
            options: try DataLoaderOptions(collectsStatistics: true)
        )
        for _ in 1...2 { _ = await withBatching { await loader.loadManyResults([1, 2, 3, 4]) } }
        #expect(try counts(of: loader) == Counts(hits: 4, misses: 4, batches: 1, keys: 4, failedKeys: 2))
        _ = await withBatching { await loader.loadManyResults([0]) }
        let all = Counts(hits: 4, misses: 5, batches: 2, keys: 5, failedKeys: 2, failedBatches: 1)
        #expect(try counts(of: loader) == all)
    }

    @Test func `a missing value is an error of its key, a wrong number of results one of the batch`() async throws {
        let options = try DataLoaderOptions(collectsStatistics: true)
        let empty = DataLoader<Int, Int>(options: options) { _ in [:] }
        _ = await empty.loadManyResults([1, 2])
        #expect(try counts(of: empty).failedKeys == 2)
        let misaligned = DataLoader<Int, Int>(.aligned { _ in [] }, options: options)
        _ = await misaligned.loadManyResults([1, 2])
        #expect(try counts(of: misaligned) == Counts(misses: 2, batches: 1, keys: 2, failedBatches: 1))
    }

    @Test func `keys that are primed or given up before they are sent are in no batch`() async throws {
        let (loader, held) = try counted()
        let primed = loader.enqueue(1)
        loader.prime(1, with: 10)
        #expect(try await primed.value == 10)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await loader.load(2)
        }
        _ = await task.result
        _ = loader.enqueue(3)
        loader.dispatch()
        await held.next().answer.resume(returning: [3: 3])
        #expect(try counts(of: loader) == Counts(misses: 3, cancelledLoads: 1, batches: 1, keys: 1))
    }

    @Test func `the end of the wait for an enqueued key is not a cancelled load`() async throws {
        let (loader, held) = try counted()
        let pending = loader.enqueue(1)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await pending.value
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try counts(of: loader).cancelledLoads == 0)
        loader.dispatch()
        await held.next().answer.resume(returning: [1: 1])
        #expect(try await pending.value == 1)
    }

    @Test func `a cancelled loadMany counts each key without a result`() async throws {
        let (loader, _) = try counted()
        loader.prime(1, with: 10)
        let task = Task { await loader.loadManyResults([1, 2, 3]) }
        while await !loader.hasCallers(1, of: 3) { await Task.yield() }
        task.cancel()
        _ = await task.value
        #expect(try counts(of: loader).cancelledLoads == 2)
    }

    @Test func `times are those of the tick and of the batch function`() async throws {
        let clock = ManualClock()
        let held = HeldBatches()
        let schedule = DataLoaderSchedule.window(.seconds(5), clock: clock)
        let options = try DataLoaderOptions(clock: clock, schedule: schedule, collectsStatistics: true)
        let loader = DataLoader(options: options, fetch: held.fetch)
        let first = loader.enqueue(1)
        await clock.sleepers(1)
        clock.advance(by: .seconds(2))
        let second = loader.enqueue(2)
        clock.advance(by: .seconds(3))
        let batch = await held.next()
        #expect(loader.statistics?.timeWaiting == .seconds(5))
        #expect(loader.statistics?.timeFetching == .zero)
        clock.advance(by: .seconds(7))
        batch.answer.resume(returning: [1: 1, 2: 2])
        #expect(try await first.value + second.value == 3)
        #expect(loader.statistics?.timeWaiting == .seconds(5))
        #expect(loader.statistics?.timeFetching == .seconds(7))
    }

    @Test(arguments: [1, 1_000])
    func `the clock is read four times for a tick of one batch, however many keys it has`(keys: Int) async throws {
        let clock = CountingClock()
        let (loader, log) = tenfold(options: try DataLoaderOptions(clock: clock, collectsStatistics: true))
        let before = clock.reads
        _ = await withBatching { await loadEach(1...keys, from: loader) }
        #expect(log.sizes == [keys])
        #expect(clock.reads - before == 4)
    }

    @Test func `a clock that nobody needs is not read`() async throws {
        let clock = CountingClock()
        let (loader, _) = tenfold(options: try DataLoaderOptions(clock: clock))
        _ = await withBatching { await loadEach(1...10, from: loader) }
        #expect(clock.reads == 0)
    }

    private func counted() throws -> (DataLoader<Int, Int>, HeldBatches) {
        let held = HeldBatches()
        let schedule = DataLoaderSchedule.manual(clock: ManualClock())
        let options = try DataLoaderOptions(schedule: schedule, collectsStatistics: true)
        return (DataLoader(options: options, fetch: held.fetch), held)
    }

    private func counts<Value>(of loader: DataLoader<Int, Value>) throws -> Counts {
        Counts(try #require(loader.statistics))
    }
}

/// The numbers without the times.
private struct Counts: Equatable {
    var hits = 0
    var coalesced = 0
    var misses = 0
    var cancelledLoads = 0
    var batches = 0
    var keys = 0
    var failedKeys = 0
    var failedBatches = 0
}

extension Counts {
    init(_ statistics: DataLoaderStatistics) {
        hits = statistics.hits
        coalesced = statistics.coalesced
        misses = statistics.misses
        cancelledLoads = statistics.cancelledLoads
        batches = statistics.batches
        keys = statistics.keys
        failedKeys = statistics.failedKeys
        failedBatches = statistics.failedBatches
        #expect(statistics.loads == hits + coalesced + misses)
    }
}

/// A clock that counts how often it is read.
private final class CountingClock: Clock {
    private let count = Locked(0)

    var reads: Int { count.withLock { $0 } }

    var now: ContinuousClock.Instant {
        count.withLock { $0 += 1 }
        return ContinuousClock().now
    }

    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        try await ContinuousClock().sleep(until: deadline, tolerance: tolerance)
    }
}
