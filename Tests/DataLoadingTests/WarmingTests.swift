// SPDX-License-Identifier: Apache-2.0
//
// A loader that knows the popular keys before anybody asks.

import DataLoading
import Testing

@Suite("Warming", .timeLimit(.minutes(5)))
struct WarmingTests {
    /// The keys 1 to `count`, of which the first is the most popular.
    private func popular(_ count: Int = 5) throws -> PopularKeys<Int> {
        let popular = try PopularKeys<Int>(capacity: 100)
        for key in 1...count { for _ in key...count { popular.record(key) } }
        return popular
    }

    @Test func `the popular keys are known when somebody asks`() async throws {
        let (loader, log) = tenfold()
        let result = try await popular().warm(loader, top: 3)
        #expect(result.warmed == [1, 2, 3])
        #expect(result.failures.isEmpty)
        #expect(try await loader.load(2) == 20)
        #expect(log.all == [[1, 2, 3]])
    }

    @Test func `keys that were used too little are not loaded`() async throws {
        let (loader, log) = tenfold()
        try await popular().warm(loader, top: 10, atLeast: 4)
        #expect(log.all == [[1, 2]])
    }

    @Test func `a key that the loader knows is not fetched again`() async throws {
        let (loader, log) = tenfold()
        loader.prime(2, with: 222)
        let result = try await popular().warm(loader, top: 3)
        #expect(result.warmed == [1, 2, 3])
        #expect(log.all == [[1, 3]])
    }

    @Test func `keys are loaded batch after batch`() async throws {
        let running = Locked((now: 0, most: 0))
        let log = BatchLog<Int>()
        let loader = DataLoader<Int, Int> { keys in
            running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            log.append(keys)
            await Task.yield()
            running.withLock { $0.now -= 1 }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
        try await popular().warm(loader, top: 5, batchSize: 2)
        #expect(log.all == [[1, 2], [3, 4], [5]])
        #expect(running.withLock { $0.most } == 1)
    }

    @Test(arguments: [
        DataLoaderSchedule.manual(deadline: .seconds(1_000)), .window(.seconds(1_000)), .quiescence(), .immediate,
    ])
    func `the schedule of the loader delays no batch`(schedule: DataLoaderSchedule) async throws {
        let (loader, log) = tenfold(options: try DataLoaderOptions(schedule: schedule))
        try await popular().warm(loader, top: 3)
        #expect(log.all == [[1, 2, 3]])
    }

    @Test func `the error of a key is told and keeps no other from being loaded`() async throws {
        let loader = DataLoader<Int, Int>(
            .aligned { keys in keys.map { $0 == 2 ? .failure(TestError(2)) : .success($0) } }
        )
        let result = try await popular().warm(loader, top: 3)
        #expect(result.warmed == [1, 3])
        #expect(result.failures.mapValues { $0 as? TestError } == [2: TestError(2)])
    }

    @Test func `a failing batch does not keep the next one from being sent`() async throws {
        let loader = DataLoader<Int, Int> { keys in
            if keys.contains(1) { throw TestError() }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
        let result = try await popular().warm(loader, top: 4, batchSize: 2)
        #expect(result.warmed == [3, 4])
        #expect(Set(result.failures.keys) == [1, 2])
    }

    @Test func `what warming itself loads is no use of a key`() async throws {
        let popular = try popular()
        let loader = DataLoader<Int, Int> { keys in
            for key in keys { popular.record(key) }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
        try await popular.warm(loader, top: 5)
        #expect(popular.top(5).map(\.uses) == [5...5, 4...4, 3...3, 2...2, 1...1])
        _ = try await loader.load(6)
        #expect(popular.top(10).map(\.key).contains(6))
    }

    @Test func `a cancelled warming ends at once and sends nothing more`() async throws {
        let batches = HeldBatches()
        let loader = DataLoader<Int, Int> { keys in try await batches.fetch(keys) }
        let popular = try popular()
        let task = Task { try await popular.warm(loader, top: 5, batchSize: 2) }
        let first = await batches.next()
        #expect(first.keys == [1, 2])
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        first.answer.resume(returning: [1: 1, 2: 2])
    }

    @Test func `a loader that remembers nothing is refused`() async throws {
        let (loader, _) = tenfold(options: try DataLoaderOptions(memoises: false))
        let popular = try popular()
        let error = await #expect(throws: DataLoaderError.self) { try await popular.warm(loader, top: 1) }
        #expect(error?.offender == "memoises")
    }

    @Test func `a batch size below one is refused by name`() async throws {
        let popular = try popular()
        let error = await #expect(throws: DataLoaderError.self) {
            try await popular.warm(tenfold().0, top: 1, batchSize: 0)
        }
        #expect(error?.offender == "batchSize")
    }
}

@Suite("Warming at an interval", .timeLimit(.minutes(5)))
struct IntervalWarmingTests {
    private let clock = ManualClock()

    /// Counters that know the key 1.
    private func popular() throws -> PopularKeys<Int> {
        let popular = try PopularKeys<Int>(capacity: 10)
        popular.record(1)
        return popular
    }

    @Test func `every round loads what the loader has forgotten`() async throws {
        let (loader, log) = tenfold()
        let rounds = Rounds()
        let warming = try popular().keepWarm(loader, top: 5, every: .seconds(60), clock: clock) { rounds.add($0) }
        await clock.sleepers(1)
        #expect(log.count == 0, "the first round comes after the first interval")
        clock.advance(by: .seconds(60))
        #expect(await rounds.next().warmed == [1])
        loader.clearAll()
        await clock.sleepers(1)
        clock.advance(by: .seconds(60))
        #expect(await rounds.next().warmed == [1])
        #expect(log.all == [[1], [1]])
        await clock.sleepers(1)
        warming.cancel()
        clock.advance(by: .seconds(60))
    }

    @Test func `a round is told which keys failed`() async throws {
        let loader = DataLoader<Int, Int> { _ in throw TestError() }
        let rounds = Rounds()
        let warming = try popular().keepWarm(loader, top: 5, every: .seconds(60), clock: clock) { rounds.add($0) }
        await clock.sleepers(1)
        clock.advance(by: .seconds(60))
        #expect(await rounds.next().failures[1] as? TestError == TestError())
        await clock.sleepers(1)
        warming.cancel()
        clock.advance(by: .seconds(60))
    }

    @Test func `a cancelled warming ends`() async throws {
        let batches = HeldBatches()
        let loader = DataLoader<Int, Int> { keys in try await batches.fetch(keys) }
        let warming = try popular().keepWarm(loader, top: 5, every: .seconds(60), clock: clock)
        await clock.sleepers(1)
        clock.advance(by: .seconds(60))
        let batch = await batches.next()
        warming.cancel()
        await #expect(throws: CancellationError.self) { try await warming.value }
        batch.answer.resume(returning: [:])
    }

    @Test func `the loader is not kept alive, and the warming ends with it`() async throws {
        let ended = Gate()
        let rounds = Rounds()
        let warming: Task<Void, any Error>
        do {
            let witness = Witness(opening: ended)
            let loader = DataLoader<Int, Int> { keys in witness.tenfold(keys) }
            warming = try popular().keepWarm(loader, top: 5, every: .seconds(60), clock: clock) { rounds.add($0) }
            await clock.sleepers(1)
            clock.advance(by: .seconds(60))
            #expect(await rounds.next().warmed == [1])
        }
        await clock.sleepers(1)
        await ended.wait()
        clock.advance(by: .seconds(60))
        try await warming.value
    }

    @Test(arguments: [Duration.zero, .seconds(-1)])
    func `an interval that is no time is refused by name`(interval: Duration) throws {
        let popular = try popular()
        let error = #expect(throws: DataLoaderError.self) {
            try popular.keepWarm(tenfold().0, top: 1, every: interval)
        }
        #expect(error?.offender == "interval")
    }

    @Test func `a loader that remembers nothing is refused at once`() throws {
        let popular = try popular()
        let (loader, _) = tenfold(options: try DataLoaderOptions(memoises: false))
        let error = #expect(throws: DataLoaderError.self) { try popular.keepWarm(loader, top: 1, every: .seconds(1)) }
        #expect(error?.offender == "memoises")
    }
}

/// The results of rounds of warming, one after another.
private final class Rounds: Sendable {
    private let stream = AsyncStream<WarmingResult<Int>>.makeStream()

    func add(_ result: WarmingResult<Int>) { stream.continuation.yield(result) }

    func next() async -> WarmingResult<Int> {
        for await result in stream.stream { return result }
        preconditionFailure("The stream never ends.")
    }
}
