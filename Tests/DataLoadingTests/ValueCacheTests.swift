// SPDX-License-Identifier: Apache-2.0
//
// A second level of cache: what it saves, and that it can do no harm.

import DataLoading
import Testing

@Suite("Value caches", .timeLimit(.minutes(5)))
struct ValueCacheTests {
    private let clock = ManualClock()
    private let cache = FakeCache()

    @Test func `only keys that the cache does not know are fetched, and then stored`() async throws {
        cache.values.withLock { $0 = [1: 100, 3: 300] }
        let (loader, log) = try cached()
        #expect(try await loader.loadMany([1, 2, 3, 4]) == [100, 20, 300, 40])
        #expect(log.all == [[2, 4]])
        #expect(cache.reads.all == [[1, 2, 3, 4]])
        await cache.stored.wait()
        #expect(cache.values.withLock { $0 } == [1: 100, 2: 20, 3: 300, 4: 40])
    }

    @Test func `a batch that the cache knows calls nobody and stores nothing`() async throws {
        cache.values.withLock { $0 = [1: 100] }
        let (loader, log) = try cached()
        #expect(try await loader.load(1) == 100)
        #expect(try await loader.load(1) == 100)
        #expect(log.count == 0)
        #expect(cache.reads.count == 1, "the second load is a hit of the loader")
        #expect(!cache.stored.isOpen)
    }

    @Test func `a cache that fails to read is a miss, and is told of`() async throws {
        cache.values.withLock { $0 = [1: 100] }
        cache.readError.withLock { $0 = TestError(7) }
        let failures = Locked<[ValueCacheFailure]>([])
        let (loader, _) = try cached { failure in failures.withLock { $0.append(failure) } }
        #expect(try await loader.loadMany([1, 2]) == [10, 20])
        let failure = try #require(failures.withLock { $0 }.first)
        #expect(failure.operation == .reading)
        #expect(failure.keyCount == 2)
        #expect(failure.underlyingError as? TestError == TestError(7))
        #expect(failure.description.hasPrefix("reading 2 keys failed: "))
    }

    @Test func `a cache that is slow to read is a miss, also if it does not listen to cancellation`() async throws {
        cache.values.withLock { $0 = [1: 100] }
        let gate = Gate()
        cache.readGate.withLock { $0 = gate }
        let failures = Locked<[ValueCacheFailure]>([])
        let (loader, _) = try cached { failure in failures.withLock { $0.append(failure) } }
        async let value = loader.load(1)
        await clock.sleepers(1)
        clock.advance(by: .seconds(1))
        #expect(try await value == 10)
        #expect(failures.withLock { $0 }.first?.underlyingError == nil)
        #expect(failures.withLock { $0 }.first?.description == "reading 1 key took longer than its time limit")
        gate.open()
    }

    @Test(arguments: [true, false])
    func `a cache that cannot store disturbs no load, and is told of`(isSlow: Bool) async throws {
        let gate = Gate()
        if isSlow { cache.storeGate.withLock { $0 = gate } } else { cache.storeError.withLock { $0 = TestError() } }
        let told = Gate()
        let (loader, _) = try cached { failure in
            #expect(failure.operation == .storing)
            #expect((failure.underlyingError == nil) == isSlow)
            told.open()
        }
        #expect(try await loader.load(1) == 10)
        if isSlow {
            await clock.sleepers(2)  // The limit of the read sleeps on.
            clock.advance(by: .seconds(1))
        }
        await told.wait()
        #expect(try await loader.load(1) == 10)
        gate.open()
    }

    @Test func `hits are answered when the fetch of the others fails, whose error is not kept`() async throws {
        cache.values.withLock { $0 = [1: 100] }
        let calls = Locked(0)
        let base = BatchFunction<Int, Int>.keyed { keys in
            let call = calls.withLock {
                $0 += 1; return $0
            }
            if call == 1 { throw TestError() }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0 * 10) })
        }
        let loader = DataLoader(try base.cached(by: cache, timeLimit: .seconds(1), clock: clock))
        let results = await loader.loadManyResults([1, 2])
        #expect(results[0].value == 100)
        #expect(results[1].error is TestError)
        #expect(loader.cachedValues() == [1: 100])
        #expect(try await loader.load(2) == 20)
        #expect(cache.values.withLock { $0[1] } == 100)
    }

    @Test func `an error of a key and a wrong count reach only the keys that were fetched`() async throws {
        cache.values.withLock { $0 = [1: 100] }
        let short = BatchFunction<Int, Int>.aligned { _ in [] }
        let loader = DataLoader(try short.cached(by: cache, timeLimit: .seconds(1), clock: clock))
        let results = await loader.loadManyResults([1, 2])
        #expect(results[0].value == 100)
        #expect((results[1].error as? DataLoaderError)?.code == .wrongResultCount)
        #expect(loader.cachedResult(for: 2) == nil)

        let each = BatchFunction<Int, Int>.aligned { $0.map { $0 == 2 ? .failure(TestError($0)) : .success($0) } }
        let other = DataLoader(try each.cached(by: cache, timeLimit: .seconds(1), clock: clock))
        #expect(await other.loadManyResults([1, 2, 3]).map(\.value) == [100, nil, 3])
        #expect(other.cachedResult(for: 2)?.error as? TestError == TestError(2))
        await cache.stored.wait()
        #expect(cache.values.withLock { $0 } == [1: 100, 3: 3])
    }

    @Test func `missing values are stored where they have a nil, and additional ones are too`() async throws {
        let cache = OptionalCache()
        let base = BatchFunction<Int, Int?>.keyed { _ in [1: 10, 9: 90] }
        let loader = DataLoader(try base.cached(by: cache, timeLimit: .seconds(1), clock: clock))
        #expect(try await loader.loadMany([1, 2]) == [10, nil])
        await cache.stored.wait()
        #expect(cache.values.withLock { $0 } == [1: 10, 2: nil, 9: 90])
        let other = DataLoader(try base.cached(by: cache, timeLimit: .seconds(1), clock: clock))
        #expect(try await other.load(2) == nil)
        #expect(other.cachedValue(for: 2) == .some(nil))
    }

    @Test func `a streaming function is collected`() async throws {
        let base = BatchFunction<Int, Int>.streaming { keys, responder in
            for key in keys where key != 2 { responder.resolve(key, with: key * 10) }
        }
        let loader = DataLoader(try base.cached(by: cache, timeLimit: .seconds(1), clock: clock))
        #expect(await loader.loadManyResults([1, 2, 3]).map(\.value) == [10, nil, 30])
        await cache.stored.wait()
        #expect(cache.values.withLock { $0 } == [1: 10, 3: 30])
    }

    @Test func `values are stored after the callers have them`() async throws {
        let gate = Gate()
        cache.storeGate.withLock { $0 = gate }
        let (loader, _) = try cached()
        #expect(try await loader.load(1) == 10)
        #expect(!cache.stored.isOpen)
        gate.open()
        await cache.stored.wait()
    }

    @Test func `a cache is given each key once, also without deduplication`() async throws {
        cache.values.withLock { $0 = [1: 100] }
        let options = try DataLoaderOptions(deduplicates: false, memoises: false)
        let (loader, log) = try cached(options: options)
        #expect(try await loader.loadMany([1, 2, 1, 2]) == [100, 20, 100, 20])
        #expect(cache.reads.all == [[1, 2]])
        #expect(log.all == [[2, 2]])
    }

    @Test func `values that were not asked for are no hits`() async throws {
        cache.values.withLock { $0 = [1: 100] }
        cache.readsAll.withLock { $0 = true }
        let (loader, _) = try cached()
        #expect(try await loader.load(2) == 20)
        #expect(loader.cachedValues() == [2: 20])
    }

    @Test func `the last of several caches is asked first, and learns what the others know`() async throws {
        let near = FakeCache()
        cache.values.withLock { $0 = [1: 100] }
        let log = BatchLog<Int>()
        let base = BatchFunction<Int, Int>.keyed { keys in
            log.append(keys)
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0 * 10) })
        }
        let loader = DataLoader(
            try base
                .cached(by: cache, timeLimit: .seconds(1), clock: clock)
                .cached(by: near, timeLimit: .seconds(1), clock: clock)
        )
        #expect(try await loader.loadMany([1, 2]) == [100, 20])
        await near.stored.wait()
        await cache.stored.wait()
        #expect(near.values.withLock { $0 } == [1: 100, 2: 20])
        #expect(cache.values.withLock { $0 } == [1: 100, 2: 20])
        #expect(log.all == [[2]])
        try await loader.invalidate([1])
        #expect(near.values.withLock { $0 } == [2: 20])
        #expect(cache.values.withLock { $0 } == [2: 20])
        #expect(loader.cachedValues() == [2: 20])
    }

    @Test func `an invalidated key is forgotten everywhere, and no fetch under way brings it back`() async throws {
        let batches = HeldBatches()
        let base = BatchFunction<Int, Int>.keyed { try await batches.fetch($0) }
        let loader = DataLoader(try base.cached(by: cache, timeLimit: .seconds(1), clock: clock))
        let (old, other) = await withBatching { (loader.enqueue(1), loader.enqueue(2)) }
        let batch = await batches.next()
        try await loader.invalidate([1])
        batch.answer.resume(returning: [1: 1, 2: 2])
        #expect(try await old.value == 1)
        #expect(try await other.value == 2)
        await cache.stored.wait()
        #expect(cache.values.withLock { $0 } == [2: 2])
        #expect(loader.cachedValues() == [2: 2])
    }

    @Test func `a removal waits for a store under way, which cannot come after it`() async throws {
        let gate = Gate()
        cache.storeGate.withLock { $0 = gate }
        let (loader, _) = try cached()
        _ = try await loader.load(1)
        await cache.storing.wait()
        async let invalidation: Void = loader.invalidate([1])
        gate.open()
        try await invalidation
        #expect(cache.stored.isOpen)
        #expect(cache.values.withLock { $0 }.isEmpty)
    }

    @Test func `a cache that fails to remove says so, and the loader has forgotten`() async throws {
        cache.removeError.withLock { $0 = TestError() }
        let (loader, _) = try cached()
        _ = try await loader.load(1)
        await #expect(throws: TestError.self) { try await loader.invalidate([1]) }
        #expect(loader.cachedValue(for: 1) == nil)
    }

    @Test func `a loader without a cache is invalidated like cleared`() async throws {
        let (loader, _) = tenfold()
        _ = try await loader.load(1)
        try await loader.invalidate([1])
        #expect(loader.cachedValue(for: 1) == nil)
    }

    @Test func `when the last caller leaves while the cache is read, nothing is fetched`() async throws {
        let gate = Gate()
        cache.readGate.withLock { $0 = gate }
        let (loader, log) = try cached { _ in Issue.record("nobody is told of a cancelled read") }
        let task = Task { try await loader.load(1) }
        await cache.reading.wait()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        gate.open()
        cache.readGate.withLock { $0 = nil }
        #expect(try await loader.load(2) == 20)
        #expect(log.all == [[2]])
    }

    @Test func `a cache may be made of a loader, in the same scope`() async throws {
        struct Store: ValueCache {
            let loader: DataLoader<Int, Int?>
            func values(for keys: [Int]) async throws -> [Int: Int] {
                let values = try await loader.loadMany(keys)
                return Dictionary(uniqueKeysWithValues: zip(keys, values)).compactMapValues(\.self)
            }
            func store(_ values: [Int: Int]) async throws {}
            func removeValues(for keys: [Int]) async throws {}
        }
        let log = BatchLog<Int>()
        let store = Store(
            loader: DataLoader<Int, Int?> { keys in
                log.append(keys)
                return [1: 100]
            }
        )
        let base = BatchFunction<Int, Int>.keyed { keys in
            Dictionary(uniqueKeysWithValues: keys.map { ($0, $0 * 10) })
        }
        let loader = DataLoader(try base.cached(by: store, timeLimit: .seconds(1), clock: clock))
        let values = try await withBatching(.byLevel) { try await loader.loadMany([1, 2]) }
        #expect(values == [100, 20])
        #expect(log.all == [[1, 2]])
    }

    @Test func `observers are told of the keys' own errors, and of the one that the others share`() async throws {
        cache.values.withLock { $0 = [1: 100] }
        let log = EventLog()
        let base = BatchFunction<Int, Int>.keyed { _ in throw TestError() }
        let loader = DataLoader(try base.cached(by: cache, timeLimit: .seconds(1), clock: clock), observer: log)
        _ = await withBatching { await loader.loadManyResults([1, 2]) }
        #expect(log.events.last == .didRun([1, 2], failedKeys: 0, hasFailed: true))
        #expect(!log.events.contains(.didFail(2)))
    }

    @Test func `a loader found by name can have a cache before its function`() async throws {
        let function = try BatchFunction<Int, Int>.keyed { _ in [1: 10] }
            .cached(by: cache, timeLimit: .seconds(1), clock: clock)
        try await withBatching {
            let loader = try DataLoader.scoped("cached", function)
            #expect(try await loader.load(1) == 10)
            await cache.stored.wait()
            try await loader.invalidate([1])
        }
        #expect(cache.values.withLock { $0 }.isEmpty)
    }

    @Test(arguments: [Duration.zero, .seconds(-1)])
    func `a time limit that is not more than zero is refused`(limit: Duration) {
        let error = #expect(throws: DataLoaderError.self) {
            try BatchFunction<Int, Int>.keyed { _ in [:] }.cached(by: cache, timeLimit: limit)
        }
        #expect(error?.offender == "timeLimit")
    }

    private func cached(
        options: DataLoaderOptions = DataLoaderOptions(),
        onFailure: (@Sendable (ValueCacheFailure) -> Void)? = nil
    ) throws -> (DataLoader<Int, Int>, BatchLog<Int>) {
        let log = BatchLog<Int>()
        let base = BatchFunction<Int, Int>.keyed { keys in
            log.append(keys)
            return Dictionary(keys.map { ($0, $0 * 10) }) { first, _ in first }
        }
        let function = try base.cached(by: cache, timeLimit: .seconds(1), clock: clock, onFailure: onFailure)
        return (DataLoader(function, options: options), log)
    }
}
