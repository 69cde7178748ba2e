// SPDX-License-Identifier: Apache-2.0
//
// What observers are told, and in which order.

import DataLoading
import Testing

@Suite("Observers", .timeLimit(.minutes(5)))
struct ObserverTests {
    @Test func `in a scope every event has its place`() async throws {
        let log = EventLog()
        let loader = observed(by: log)
        try await withBatching {
            try await withThrowingTaskGroup { group in
                for key in [1, 2, 1] {
                    group.addTask { try await log.note(.value(loader.load(key))) }
                }
                try await group.waitForAll()
            }
            _ = try await loader.load(2)
        }
        #expect(
            log.events == [
                .willLoad(1), .didLoad(1, .queued),
                .willLoad(2), .didLoad(2, .queued),
                .willLoad(1), .didLoad(1, .joined),
                .willRun([1, 2], callers: ["nobody", "nobody", "nobody"]), .fetch([1, 2]),
                .didRun([1, 2], failedKeys: 0, hasFailed: false), .value(1), .value(2), .value(1),
                .willLoad(2), .didLoad(2, .hit),
            ]
        )
    }

    @Test func `loadMany tells of each key, first of all what will be, then what was found`() async throws {
        let log = EventLog()
        let loader = observed(by: log)
        loader.prime(3, with: 3)
        _ = try await withBatching { try await loader.loadMany([1, 3, 1]) }
        #expect(
            log.events == [
                .willLoad(1), .willLoad(3), .willLoad(1), .didLoad(1, .queued), .didLoad(3, .hit), .didLoad(1, .joined),
                .willRun([1], callers: ["nobody", "nobody"]), .fetch([1]),
                .didRun([1], failedKeys: 0, hasFailed: false),
            ]
        )
    }

    @Test func `with the schedule immediate, too, a load is told before its batch`() async throws {
        let log = EventLog()
        let loader = observed(by: log, options: try DataLoaderOptions(schedule: .immediate))
        _ = try await loader.load(1)
        #expect(log.events.prefix(3) == [.willLoad(1), .didLoad(1, .queued), .willRun([1], callers: ["nobody"])])
    }

    @Test func `a batch is told all its callers, by key and in the order of their calls`() async throws {
        let log = EventLog()
        let loader = observed(by: log)
        await withBatching {
            await withTaskGroup { group in
                for (span, key) in [("a", 2), ("b", 1), ("c", 2), ("d", 1)] {
                    Span.$name.withValue(span) { group.addTask { _ = try? await loader.load(key) } }
                }
            }
        }
        #expect(log.events.contains(.willRun([2, 1], callers: ["a", "c", "b", "d"])))
    }

    @Test func `each batch of a tick is told its own callers`() async throws {
        let log = EventLog()
        let loader = observed(by: log, options: try DataLoaderOptions(maxBatchSize: 2, schedule: .manual()))
        for key in 1...3 { _ = Span.$name.withValue("\(key)") { loader.enqueue(key) } }
        loader.dispatch()
        #expect(log.started.map(\.batch.keys) == [[1, 2], [3]])
        #expect(log.events.contains(.willRun([1, 2], callers: ["1", "2"])))
        #expect(log.events.contains(.willRun([3], callers: ["3"])))
    }

    @Test func `a key that is given up, or primed, is in no batch, nor is its caller`() async throws {
        let log = EventLog()
        let loader = observed(by: log, options: try DataLoaderOptions(schedule: .manual()))
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            _ = try await Span.$name.withValue("cancelled") { try await loader.load(1) }
        }
        _ = await task.result
        _ = Span.$name.withValue("primed") { loader.enqueue(2) }
        loader.prime(2, with: 2)
        let kept = Span.$name.withValue("kept") { loader.enqueue(3) }
        loader.dispatch()
        _ = try await kept.value
        #expect(log.events.contains(.willRun([3], callers: ["kept"])))
    }

    @Test func `what was remembered of a caller ends when its batch is told, sent or not`() async throws {
        let observer = Remembering()
        let options = try DataLoaderOptions(schedule: .manual(clock: ManualClock()))
        let loader = DataLoader<Int, Int>(options: options, observer: observer) { _ in [1: 1] }
        let sent = loader.enqueue(1)
        _ = loader.enqueue(2)
        loader.prime(2, with: 2)
        #expect(observer.remembered == 2)
        loader.dispatch()
        #expect(observer.remembered == 0)
        #expect(try await sent.value == 1)
    }

    @Test func `a load that joins a batch in flight is told which`() async throws {
        let log = EventLog()
        let held = HeldBatches()
        let options = try DataLoaderOptions(schedule: .immediate)
        let loader = DataLoader(options: options, observer: log, fetch: held.fetch)
        let first = loader.enqueue(1)
        let batch = await held.next()
        let second = loader.enqueue(1)
        batch.answer.resume(returning: [1: 1])
        #expect(try await first.value == second.value)
        #expect(log.loads.map(\.batch) == [nil, log.started[0].batch.id])
        #expect(log.loads.map(\.kind) == [.queued, .joined])
    }

    @Test func `errors of keys are told one by one, that of a batch once`() async throws {
        let log = EventLog()
        let loader = DataLoader<Int, Int>(
            .aligned { keys in
                if keys == [0] { throw TestError() }
                return keys.map { $0 > 1 ? .failure(TestError($0)) : .success($0) }
            },
            observer: log
        )
        for keys in [[1, 2, 3], [0], [2]] { _ = await withBatching { await loader.loadManyResults(keys) } }
        let ends = log.events.filter {
            switch $0 {
            case .didFail, .didRun: true
            default: false
            }
        }
        #expect(
            ends == [
                .didFail(2), .didFail(3), .didRun([1, 2, 3], failedKeys: 2, hasFailed: false),
                .didRun([0], failedKeys: 0, hasFailed: true),
            ]
        )
    }

    @Test func `the error of a key that is resolved early is told early, and counted with its batch`() async throws {
        let log = EventLog()
        let mayEnd = Gate()
        let streaming = BatchFunction<Int, Int>.streaming { keys, responder in
            responder.resolve(1, throwing: TestError(1))
            responder.resolve(1, throwing: TestError(1))
            responder.resolve(2, with: 2)
            await mayEnd.wait()
        }
        let options = try DataLoaderOptions(schedule: .manual(), collectsStatistics: true)
        let loader = DataLoader(streaming, options: options, observer: log)
        let pending = (1...3).map { loader.enqueue($0) }
        loader.dispatch()
        await #expect(throws: TestError(1)) { try await pending[0].value }
        #expect(log.events.contains(.didFail(1)))
        #expect(loader.statistics?.failedKeys == 1)
        mayEnd.open()
        await #expect(throws: DataLoaderError.self) { try await pending[2].value }
        let end = EventLog.Event.didRun([1, 2, 3], failedKeys: 2, hasFailed: false)
        #expect(log.events.suffix(2) == [.didFail(3), end])
        #expect(log.events.count { $0 == .didFail(1) } == 1)
        #expect(loader.statistics?.failedKeys == 2)
    }

    @Test func `a batch that takes too long ends when its time is up, and only then`() async throws {
        let clock = ManualClock()
        let log = EventLog()
        let held = HeldBatches()
        let options = try DataLoaderOptions(
            batchTimeout: .seconds(5),
            clock: clock,
            schedule: .immediate,
            collectsStatistics: true
        )
        let loader = DataLoader(options: options, observer: log, fetch: held.fetch)
        let pending = loader.enqueue(1)
        let batch = await held.next()
        await clock.sleepers(1)
        clock.advance(by: .seconds(5))
        await #expect(throws: DataLoaderError.self) { try await pending.value }
        let end = EventLog.Event.didRun([1], failedKeys: 0, hasFailed: true)
        #expect(log.events.last == end)
        batch.answer.resume(returning: [1: 1])
        while loader.hasBatchesInFlight { await Task.yield() }
        #expect(log.events.last == end)
        #expect(log.ended.map(\.time) == [.seconds(5)])
        #expect(loader.statistics?.failedBatches == 1)
        #expect(loader.statistics?.timeFetching == .seconds(5))
    }

    @Test func `a hit that waits for the batch is a hit all the same`() async throws {
        let log = EventLog()
        let loader = observed(by: log, options: try DataLoaderOptions(alignsHits: true, collectsStatistics: true))
        loader.prime(1, with: 1)
        await withBatching {
            await withTaskGroup { group in
                for (span, key) in [("a", 2), ("b", 1), ("c", 1)] {
                    Span.$name.withValue(span) { group.addTask { _ = try? await loader.load(key) } }
                }
            }
        }
        #expect(log.loads.map(\.kind) == [.queued, .hit, .hit])
        #expect(log.events.contains(.willRun([2], callers: ["a"])))
        #expect(loader.statistics?.hits == 2)
        #expect(loader.statistics?.misses == 1)
    }

    @Test(arguments: [false, true])
    func `a refresh is a batch, and the load that found the value stale a hit`(many: Bool) async throws {
        let clock = ManualClock()
        let log = EventLog()
        let loader = DataLoader<Int, Int>(
            options: try DataLoaderOptions(clock: clock, schedule: .manual(clock: clock), collectsStatistics: true),
            cache: try CachePolicy(timeToLive: .seconds(10), staleWhileRevalidate: .seconds(90), clock: clock),
            observer: log
        ) { keys in Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) }) }
        loader.prime(1, with: 1)
        clock.advance(by: .seconds(10))
        _ = many ? try await loader.loadMany([1])[0] : try await loader.load(1)
        clock.advance(by: .milliseconds(500))
        loader.dispatch()
        while loader.hasBatchesInFlight { await Task.yield() }
        #expect(log.loads.map(\.kind) == [.hit])
        #expect(log.started.map(\.batch.keys) == [[1]])
        #expect(log.started.map(\.wait) == [.milliseconds(500)])
        #expect(log.ended.map(\.batch.id) == log.started.map(\.batch.id))
        #expect(loader.statistics?.keys == 1)
        #expect(loader.statistics?.misses == 0)
    }

    @Test func `popular keys are counted by observing, but not those that are loaded to warm`() async throws {
        let popular = try PopularKeys<Int>(capacity: 10)
        let loader = DataLoader<Int, Int>(observer: popular) { keys in
            Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
        for _ in 1...3 { _ = try await loader.loadMany([1, 1, 2]) }
        loader.clearAll()
        try await popular.warm(loader, top: 5)
        #expect(popular.top(5).map(\.key) == [1, 2])
        #expect(popular.top(5).map(\.uses) == [6...6, 3...3])
    }

    @Test func `loads and batches know their loader, their scope and their batch`() async throws {
        let log = EventLog()
        let current = Locked<[BatchIdentity?]>([])
        let loader = DataLoader<Int, Int>(options: try DataLoaderOptions(name: "squares"), observer: log) { keys in
            current.withLock { $0.append(.current) }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
        var scopes: [ScopeIdentity?] = []
        for key in 1...2 {
            let scope = try await withBatching {
                _ = try await loader.load(key)
                return ScopeIdentity.current
            }
            scopes.append(scope)
        }
        _ = try await loader.load(3)
        scopes.append(.current)
        #expect(Set(scopes).count == 3 && scopes[2] == nil)
        #expect(log.loads.map(\.scope) == scopes)
        #expect(log.started.map(\.batch.scope) == scopes)
        #expect(log.started.map(\.batch.id) == current.withLock { $0 })
        #expect(Set(log.started.map(\.batch.id)).count == 3)
        #expect(log.ended.map(\.batch.id) == log.started.map(\.batch.id))
        #expect(Set(log.loads.map(\.loader) + log.started.map(\.batch.loader)) == ["squares"])
        #expect(BatchIdentity.current == nil)
    }

    @Test func `times are told as they are counted`() async throws {
        let clock = ManualClock()
        let log = EventLog()
        let held = HeldBatches()
        let options = try DataLoaderOptions(clock: clock, schedule: .window(.seconds(5), clock: clock))
        let loader = DataLoader(options: options, observer: log, fetch: held.fetch)
        let pending = loader.enqueue(1)
        await clock.sleepers(1)
        clock.advance(by: .seconds(5))
        let batch = await held.next()
        clock.advance(by: .seconds(7))
        batch.answer.resume(returning: [1: 1])
        _ = try await pending.value
        #expect(log.started.map(\.wait) == [.seconds(5)])
        #expect(log.ended.map(\.time) == [.seconds(7)])
    }

    @Test func `an observer may call the loader`() async throws {
        let observer = Meddler()
        let options = try DataLoaderOptions(schedule: .immediate, collectsStatistics: true)
        let loader = DataLoader<Int, Int>(options: options, observer: observer) { keys in [1: 1] }
        observer.loader.withLock { $0 = loader }
        #expect(try await loader.load(1) == 1)
        _ = await loader.loadManyResults([2])
        #expect(observer.calls.withLock { $0 } == 9)
        observer.loader.withLock { $0 = nil }
    }

    @Test func `two observers are both told, each of its own callers`() async throws {
        let (first, second) = (EventLog(), EventLog())
        let both = first.and(second).and(Silent())
        let loader = DataLoader<Int, Int>(observer: both) { keys in
            Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
        for keys in [[1, 2], [2]] { _ = try await withBatching { try await loader.loadMany(keys) } }
        #expect(first.events == second.events)
        #expect(first.events.contains(.willRun([1, 2], callers: ["nobody", "nobody"])))
        #expect(first.count(.hit) == 1)
    }

    private func observed(
        by log: EventLog,
        options: DataLoaderOptions = DataLoaderOptions()
    ) -> DataLoader<Int, Int> {
        DataLoader(options: options, observer: log) { keys in
            log.note(.fetch(keys))
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
    }
}

/// Wants to know nothing.
private struct Silent: DataLoaderObserver {
    typealias Key = Int
}

/// Remembers callers by objects and knows how many of them there still are.
private final class Remembering: DataLoaderObserver {
    final class Caller: Sendable {
        private let count: Locked<Int>

        init(count: Locked<Int>) {
            self.count = count
            count.withLock { $0 += 1 }
        }

        deinit { count.withLock { $0 -= 1 } }
    }

    private let count = Locked(0)

    var remembered: Int { count.withLock { $0 } }

    func willLoad(_ key: Int) -> Caller? { Caller(count: count) }
}

/// Calls the loader whenever it is told something.
private final class Meddler: DataLoaderObserver {
    let loader = Locked<DataLoader<Int, Int>?>(nil)
    let calls = Locked(0)

    private func meddle() {
        calls.withLock { $0 += 1 }
        let loader = loader.withLock { $0 }
        loader?.clear(9)
        loader?.prime(8, with: 8)
        #expect(loader?.statistics != nil)
    }

    func willLoad(_ key: Int) -> Int? {
        meddle()
        return key
    }

    func didLoad(_ load: ObservedLoad<Int>) { meddle() }
    func willRun(_ batch: ObservedBatch<Int>, after wait: Duration, for callers: [Int]) { meddle() }
    func didFail(_ key: Int, with error: any Error, in batch: ObservedBatch<Int>) { meddle() }
    func didRun(_ batch: ObservedBatch<Int>, in time: Duration, failedKeys: Int, error: (any Error)?) { meddle() }
}
