// SPDX-License-Identifier: Apache-2.0
//
// Batches under a limit: they grow while they wait, and no scope waits for another that is idle.

import DataLoading
import Testing

@Suite("Concurrency limit", .timeLimit(.minutes(5)))
struct ConcurrencyLimitTests {
    private let oneAtATime = DataLoaderOptions(unchecked: nil, maxConcurrentBatches: 1)

    /// A loader of one batch at a time, whose first batch says that it was sent and waits.
    private func heldLoader() -> (DataLoader<Int, Int>, BatchLog<Int>, sent: Gate, answer: Gate) {
        let (log, sent, answer) = (BatchLog<Int>(), Gate(), Gate())
        let loader = DataLoader<Int, Int>(options: oneAtATime) { keys in
            log.append(keys)
            if log.count == 1 {
                sent.open()
                await answer.wait()
            }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
        return (loader, log, sent, answer)
    }

    @Test func `keys of several ticks gather while the limit is reached`() async throws {
        let (loader, log, sent, answer) = heldLoader()
        let values = try await withBatching {
            async let first = loader.load(1)
            await sent.wait()
            async let second = loader.load(2)
            while await !loader.hasCallers(1, of: 2) { await Task.yield() }
            async let third = loader.load(3)
            while await !loader.hasCallers(1, of: 3) { await Task.yield() }
            answer.open()
            return try await [first, second, third]
        }
        #expect(values == [1, 2, 3])
        #expect(log.all == [[1], [2, 3]])
    }

    @Test func `no more batches run at once than allowed, and all run`() async throws {
        let running = Locked((now: 0, most: 0))
        let loader = DataLoader<Int, Int>(options: DataLoaderOptions(unchecked: 3, maxConcurrentBatches: 2)) { keys in
            running.withLock { running in
                running.now += 1
                running.most = max(running.most, running.now)
            }
            await Task.detached {}.value
            running.withLock { $0.now -= 1 }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
        async let outside = loadEach(1_000..<1_100, from: loader)
        await withTaskGroup { group in
            for scope in 0..<20 {
                group.addTask {
                    let keys = (scope * 10)..<(scope * 10 + 10)
                    let values = await withBatching { await loadEach(keys, from: loader).map(\.value) }
                    #expect(values == Array(keys))
                }
            }
        }
        #expect(await outside.map(\.value) == Array(1_000..<1_100))
        #expect(running.withLock { $0.most } == 2)
    }

    @Test func `a scope that is busy does not hold up one that waits`() async throws {
        let (loader, log, sent, answer) = heldLoader()
        let isAnswered = Gate()
        async let idle: Int = withBatching {
            async let first = loader.load(1)
            await sent.wait()
            async let second = loader.load(2)
            _ = try await first
            let value = try await second
            isAnswered.open()
            return value
        }
        async let busy: Int = withBatching {
            await sent.wait()
            let pending = loader.enqueue(3)
            await Task.detached {}.value  // The tick of this scope ends: its key is due.
            answer.open()
            while !isAnswered.isOpen { await Task.yield() }  // Its ticks end no more until the other scope has run.
            return try await pending.value
        }
        let values = try await [idle, busy]
        #expect(values == [2, 3])
        #expect(log.count == 3)
    }

    @Test func `a batch whose function waits for loads of its own makes room`() async throws {
        let held = HeldBatches()
        let inner = DataLoader<Int, Int> { try await held.fetch($0) }
        let log = BatchLog<Int>()
        let outer = DataLoader<Int, Int>(options: oneAtATime) { keys in
            log.append(keys)
            return [keys[0]: keys == [1] ? try await inner.load(1) : 0]
        }
        let values = try await withBatching {
            async let first = outer.load(1)
            let batch = await held.next()
            let second = try await outer.load(2)
            batch.answerKeys()
            return [try await first, second]
        }
        #expect(values == [1, 0])
        #expect(log.all == [[1], [2]])
    }

    @Test func `a cancelled batch counts until its function has returned`() async throws {
        let held = HeldBatches()
        let options = try DataLoaderOptions(maxConcurrentBatches: 1, schedule: .manual(clock: ManualClock()))
        let loader = DataLoader<Int, Int>(options: options) { try await held.fetch($0) }
        let caller = startNow { try await loader.load(1) }
        loader.dispatch()
        let cancelled = await held.next()
        caller.cancel()
        _ = await caller.result
        let next = loader.enqueue(2)
        loader.dispatch()
        #expect(loader.traffic == (running: 1, due: 1))
        cancelled.answerKeys()
        await held.next().answerKeys()
        #expect(try await next.value == 2)
    }

    @Test(arguments: [nil, 2])
    func `a batch that fails makes room like any other`(maxBatchSize: Int?) async throws {
        let options = try DataLoaderOptions(maxBatchSize: maxBatchSize, maxConcurrentBatches: 1)
        let loader = DataLoader<Int, Int>(options: options) { keys in
            if keys.contains(1) { throw TestError(1) }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
        let values = await withBatching {
            let first = await loader.loadManyResults([1, 2, 3, 4, 5]).map(\.value)
            return await first + loader.loadManyResults([6]).map(\.value)
        }
        #expect(values == (maxBatchSize == nil ? [nil, nil, nil, nil, nil, 6] : [nil, nil, 3, 4, 5, 6]))
    }

    @Test func `a task that outlives its batch does not make room`() async throws {
        let (held, isAsked) = (HeldBatches(), Gate())
        let audit = DataLoader<Int, Int>(options: try DataLoaderOptions(schedule: .immediate)) {
            isAsked.open()
            return try await held.fetch($0)
        }
        let (begun, mayStart) = (BatchLog<Int>(), Gate())
        let answers = HeldBatches()
        let options = try DataLoaderOptions(maxConcurrentBatches: 1, schedule: .manual(clock: ManualClock()))
        let loader = DataLoader<Int, Int>(options: options) { keys in
            begun.append(keys)
            guard keys == [1] else { return try await answers.fetch(keys) }
            Task {
                await mayStart.wait()
                _ = try await audit.load(1)
            }
            return [1: 1]
        }
        let first = loader.enqueue(1)
        loader.dispatch()
        _ = try await first.value
        let second = loader.enqueue(2)
        loader.dispatch()
        let batch = await answers.next()
        let third = loader.enqueue(3)
        loader.dispatch()
        mayStart.open()  // The batch that made the task is long over; it holds no room that it could give.
        await isAsked.wait()
        let inFlight = begun.count
        batch.answerKeys()
        await answers.next().answerKeys()
        _ = try await (second.value, third.value)
        #expect(inFlight == 2)
        #expect(loader.traffic.running == 0)
        await held.next().answerKeys()
    }

    @Test func `a scope that is busy does not hold up one that waits for a batch of neither`() async throws {
        let held = HeldBatches()
        let loader = DataLoader<Int, Int>(options: oneAtATime) { try await held.fetch($0) }
        async let outside = loader.load(1)
        let batch = await held.next()
        let (isDue, isSent) = (Gate(), Gate())
        async let busy: Bool = withBatching {
            _ = loader.enqueue(2)
            await Task.detached { while loader.traffic.due < 1 { await Task.yield() } }.value
            isDue.open()
            // Bounded, so that a loader that waits for this scope is found out and not waited for.
            for _ in 0..<10_000 where !isSent.isOpen { await Task.yield() }
            return isSent.isOpen
        }
        async let idle: Int = withBatching {
            await isDue.wait()
            return try await loader.load(3)
        }
        await isDue.wait()
        while loader.traffic.due < 2 { await Task.yield() }
        batch.answerKeys()
        let next = await held.next()
        if next.keys == [3] { isSent.open() }
        next.answerKeys()
        let last = await held.next()
        last.answerKeys()
        _ = try await (outside, idle)
        let wasSentMeanwhile = await busy
        #expect(wasSentMeanwhile)
    }

    @Test func `loads outside of all scopes do not keep a scope from its turn`() async throws {
        let held = HeldBatches()
        let options = try DataLoaderOptions(maxConcurrentBatches: 1, schedule: .immediate)
        let loader = DataLoader<Int, Int>(options: options) { try await held.fetch($0) }
        _ = loader.enqueue(0)
        var batch = await held.next()
        async let inside = withBatching { try await loader.load(-1) }
        while loader.traffic.due < 1 { await Task.yield() }
        var turns = 0
        while batch.keys != [-1], turns < 50 {
            turns += 1
            _ = loader.enqueue(turns)  // Somebody outside always wants something.
            batch.answerKeys()
            batch = await held.next()
        }
        let waited = turns
        while batch.keys != [-1] {
            batch.answerKeys()
            batch = await held.next()
        }
        batch.answerKeys()
        #expect(try await inside == -1)
        #expect(waited < 50)
    }
}
