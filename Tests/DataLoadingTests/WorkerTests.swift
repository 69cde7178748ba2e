// SPDX-License-Identifier: Apache-2.0
//
// The tasks that run a scope's batches are kept for later ones: no batch may notice what another left behind.

@testable import DataLoading
import Testing

@Suite("Tasks of batches", .timeLimit(.minutes(5)))
struct WorkerTests {
    enum Trace {
        @TaskLocal static var value = "none"
    }

    @Test func `a batch that comes after a cancelled one is not cancelled`() async throws {
        let isCancelled = Locked<[Bool]>([])
        let (sent, answer) = (Gate(), Gate())
        let loader = DataLoader<Int, Int> { keys in
            if keys == [1] {
                sent.open()
                await answer.wait()
            }
            isCancelled.withLock { $0.append(Task.isCancelled) }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
        try await withBatching {
            await withTaskGroup { group in
                group.addTask { _ = try? await loader.load(1) }
                await sent.wait()
                group.cancelAll()
            }
            answer.open()
            while isCancelled.withLock({ $0.isEmpty }) { await Task.yield() }
            for key in 2...5 { _ = try await loader.load(key) }
        }
        #expect(isCancelled.withLock { $0 } == [true, false, false, false, false])
    }

    @Test func `a cancellation that comes as its batch ends hits no later batch`() async throws {
        let strays = Locked(0)
        let loader = DataLoader<Int, Int>(options: try DataLoaderOptions(memoises: false)) { keys in
            if keys[0] > 0, Task.isCancelled { strays.withLock { $0 += 1 } }
            await Task.yield()
            if keys[0] > 0, Task.isCancelled { strays.withLock { $0 += 1 } }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
        await withTaskGroup { scopes in
            for scope in 1...8 {
                scopes.addTask {
                    await withBatching {
                        for round in 1...repetitions(100) {
                            let (isAsked, victim) = (Gate(), -(scope * 1_000 + round))
                            let canceller = Task.detached {
                                let task = Task { try await withBatching { try await loader.load(victim) } }
                                isAsked.open()
                                for _ in 0..<(round % 7) { await Task.yield() }
                                task.cancel()
                            }
                            await isAsked.wait()
                            async let cancelled = Self.loadAndCancel(victim, of: loader)
                            _ = try? await loader.enqueue(scope * 1_000 + round).value
                            _ = await cancelled
                            await canceller.value
                        }
                    }
                }
            }
        }
        #expect(strays.withLock { $0 } == 0)
    }

    /// Loads a key by a child task of the scope, and cancels that when the batch may be on its way.
    private static func loadAndCancel(_ key: Int, of loader: DataLoader<Int, Int>) async {
        await withTaskGroup { group in
            group.addTask { _ = try? await loader.load(key) }
            for _ in 0..<(-key % 5) { await Task.yield() }
            group.cancelAll()
        }
    }

    @Test func `what a batch function sets for its tasks ends with it`() async throws {
        let seen = Locked<[String]>([])
        let loader = DataLoader<Int, Int> { keys in
            seen.withLock { $0.append(Trace.value) }
            return await Trace.$value.withValue("batch \(keys[0])") {
                await Task.yield()
                return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
            }
        }
        try await Trace.$value.withValue("scope") {
            try await withBatching {
                for key in 1...3 {
                    _ = try await Trace.$value.withValue("caller \(key)") { try await loader.load(key) }
                }
            }
        }
        #expect(seen.withLock { $0 } == ["scope", "scope", "scope"])
    }

    @Test func `a loader that scopes share has the task-local values of each in its batches`() async throws {
        let strays = Locked(0)
        let loader = DataLoader<Int, Int> { keys in
            await Task.yield()
            for key in keys where Trace.value != "scope \(key / 1_000)" { strays.withLock { $0 += 1 } }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
        await withTaskGroup { group in
            for scope in 0..<50 {
                group.addTask {
                    await Trace.$value.withValue("scope \(scope)") {
                        await withBatching {
                            for round in 0..<10 {
                                let first = scope * 1_000 + round * 10
                                _ = await loadEach(first..<first + 10, from: loader)
                            }
                        }
                    }
                }
            }
        }
        #expect(strays.withLock { $0 } == 0)
    }

    @Test func `a batch that is sent when its scope has ended has the scope's task-local values`() async throws {
        let seen = Locked("")
        let loader = DataLoader<Int, Int> { keys in
            seen.withLock { $0 = Trace.value }
            return [keys[0]: 0]
        }
        let pending = await Trace.$value.withValue("scope") {
            await withBatching { Trace.$value.withValue("caller") { loader.enqueue(1) } }
        }
        _ = try await pending.value
        #expect(seen.withLock { $0 } == "scope")
    }

    @Test func `a batch outside of all scopes has no task-local values`() async throws {
        let seen = Locked("")
        let loader = DataLoader<Int, Int> { keys in
            seen.withLock { $0 = Trace.value }
            return [keys[0]: 0]
        }
        _ = try await Trace.$value.withValue("caller") { try await loader.load(1) }
        #expect(seen.withLock { $0 } == "none")
    }

    @Test func `each batch has its own priority, whatever ran before it`() async {
        let wrong = Locked(0)
        let loader = DataLoader<Int, Int> { keys in
            let expected: TaskPriority = keys[0].isMultiple(of: 3) ? .high : .medium
            await Task.yield()
            if Task.currentPriority != expected { wrong.withLock { $0 += 1 } }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
        let isDone = Gate()
        Task.detached(priority: .medium) {
            await withBatching {
                for key in 1...60 {
                    let pending = loader.enqueue(key)
                    if key.isMultiple(of: 3) { startNow(priority: .high) { try await pending.value } }
                    _ = try? await pending.value
                }
            }
            isDone.open()
        }
        await isDone.wait()
        #expect(wrong.withLock { $0 } == 0)
    }

    @Test func `a priority that was raised in flight is not inherited by the next batch`() async throws {
        guard #available(macOS 26, *) else { return }
        let seen = Locked<[TaskPriority]>([])
        let (sent, answer) = (Gate(), Gate())
        let loader = DataLoader<Int, Int> { keys in
            if keys == [1] {
                sent.open()
                await answer.wait()
            }
            seen.withLock { $0.append(Task.currentPriority) }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
        let isDone = Gate()
        Task.detached(priority: .medium) {
            await withBatching {
                _ = try? await loader.load(1)
                _ = try? await loader.load(2)
            }
            isDone.open()
        }
        await sent.wait()
        startNow(priority: .high) { try await loader.load(1) }
        answer.open()
        await isDone.wait()
        #expect(seen.withLock { $0 } == [.high, .medium])
    }

    @Test func `the task of a batch has the name of its loader`() async throws {
        let names = Locked<[String?]>([])
        func loader(_ name: String?) throws -> DataLoader<Int, Int> {
            DataLoader(options: try DataLoaderOptions(name: name)) { keys in
                names.withLock { $0.append(Task.name) }
                return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
            }
        }
        let loaders = [try loader("users"), try loader("orders"), try loader(nil)]
        try await withBatching {
            for key in 1...2 {
                for loader in loaders { _ = try await loader.load(key) }
            }
        }
        _ = try await loaders[0].load(3)
        let once = ["users batch", "orders batch", nil]
        #expect(names.withLock { $0 } == once + once + ["users batch"])
    }

    @Test(arguments: [BatchingTick.eager, .byLevel])
    func `ten thousand batches in one tick, twice`(tick: BatchingTick) async throws {
        let (loader, log) = tenfold(options: try DataLoaderOptions(maxBatchSize: 1))
        let values = try await withBatching(tick) {
            try await loader.loadMany(0..<10_000) + loader.loadMany(10_000..<20_000)
        }
        #expect(values == (0..<20_000).map { $0 * 10 })
        #expect(log.sizes == Array(repeating: 1, count: 20_000))
        #expect(log.all.joined().elementsEqual(0..<20_000), "they begin in call order")
    }

    @Test func `ten thousand batches at a time, all of them waiting`() async throws {
        let (answer, begun) = (Gate(), Locked(0))
        let loader = DataLoader<Int, Int>(options: try DataLoaderOptions(maxBatchSize: 1)) { keys in
            let isLast = begun.withLock {
                $0 += 1
                return $0 == 10_000
            }
            if isLast { answer.open() }
            await answer.wait()
            return [keys[0]: -keys[0]]
        }
        let values = try await withBatching { try await loader.loadMany(1...10_000) }
        #expect(values == (1...10_000).map { -$0 })
    }

    @Test func `a scope that ends lets go of the tasks it kept`() async throws {
        final class Token: Sendable {}
        enum Holder {
            @TaskLocal static var token: Token?
        }
        weak var token: Token?
        let (loader, _) = tenfold(options: try DataLoaderOptions(maxBatchSize: 1))
        do {
            let held = Token()
            token = held
            try await Holder.$token.withValue(held) {
                _ = try await withBatching { try await loader.loadMany(1...100) }
            }
        }
        while token != nil { await Task.yield() }  // The tasks end; nobody says when.
    }

    @Test func `a task that waits for batches keeps the keys of none that it has run`() async throws {
        struct Key: Hashable, Sendable {
            let number: Int
            let witness: Witness

            static func == (left: Self, right: Self) -> Bool { left.number == right.number }
            func hash(into hasher: inout Hasher) { hasher.combine(number) }
        }
        let loader = DataLoader<Key, Int>(options: try DataLoaderOptions(memoises: false)) { keys in
            Dictionary(uniqueKeysWithValues: keys.map { ($0, $0.number) })
        }
        try await withBatching {
            for number in 1...3 {
                let ended = Gate()
                _ = try await loader.load(Key(number: number, witness: Witness(opening: ended)))
                await ended.wait()
            }
        }
    }

    @Test func `a batch function that cancels its own task cancels no later batch`() async throws {
        let isCancelled = Locked<[Bool]>([])
        let loader = DataLoader<Int, Int> { keys in
            isCancelled.withLock { $0.append(Task.isCancelled) }
            if keys == [2] { withUnsafeCurrentTask { $0?.cancel() } }
            return [keys[0]: 0]
        }
        try await withBatching {
            for key in 1...4 { _ = try await loader.load(key) }
        }
        #expect(isCancelled.withLock { $0 } == [false, false, false, false])
    }

    @Test func `a task that a batch function leaves behind knows its own batch for good`() async throws {
        let (strays, left) = (Locked(0), Locked<[Task<Void, Never>]>([]))
        let loader = DataLoader<Int, Int> { keys in
            let batch = BatchIdentity.current
            let task = Task {
                for _ in 0..<(10 * (keys[0] % 4)) {
                    await Task.yield()
                    if BatchIdentity.current != batch { strays.withLock { $0 += 1 } }
                }
            }
            if keys[0].isMultiple(of: 3) { left.withLock { $0.append(task) } } else { await task.value }
            return [keys[0]: 0]
        }
        try await withBatching {
            for key in 0..<repetitions(1_000) { _ = try await loader.load(key) }
        }
        for task in left.withLock({ $0 }) { await task.value }
        #expect(strays.withLock { $0 } == 0)
    }

    @Test func `a task that was left behind may wait for a later batch`() async throws {
        let isSent = Gate()
        let joins = Locked<@Sendable () -> Int>({ 0 })
        let stray = Locked<Task<Int, any Error>?>(nil)
        let reference = Locked<DataLoader<Int, Int>?>(nil)
        let loader = DataLoader<Int, Int>(options: try DataLoaderOptions(collectsStatistics: true)) { keys in
            if keys == [1] {
                let loader = reference.withLock { $0 }
                stray.withLock { stray in
                    stray = Task {
                        await isSent.wait()
                        return try await loader?.load(2) ?? 0
                    }
                }
            } else {
                isSent.open()
                while joins.withLock({ $0 })() == 0 { await Task.yield() }
                for _ in 0..<100 { await Task.yield() }  // It has asked, and begins to wait.
            }
            return [keys[0]: keys[0] * 10]
        }
        reference.withLock { $0 = loader }
        joins.withLock { $0 = { loader.statistics?.coalesced ?? 0 } }
        try await withBatching {
            for key in 1...2 { _ = try await loader.load(key) }
        }
        #expect(try await stray.withLock { $0 }?.value == 20)
        reference.withLock { $0 = nil }
        joins.withLock { $0 = { 0 } }
    }

    @Test func `a task that a batch function leaves behind does not keep the results of its batch`() async throws {
        let (ended, goodNight) = (Gate(), Gate())
        let loader = DataLoader<Int, Witness>(options: try DataLoaderOptions(memoises: false)) { keys in
            Task { await goodNight.wait() }
            let value = Witness(opening: ended)
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, value) })
        }
        await withBatching { _ = try? await loader.load(1) }
        await ended.wait()
        goodNight.open()
    }

    @Test func `a batch that is cancelled or raised when it has ended leaves its task alone`() async {
        let gate = Gate()
        let task = Task.detached(priority: .low) { await gate.wait() }
        let batch = RunningBatch(scope: nil, name: nil, priority: Priority(.low), onWaiting: nil)
        batch.begin(in: task)
        #expect(batch.end())
        batch.cancel()
        batch.escalate(to: Priority(.high))
        #expect(!task.isCancelled)
        gate.open()
    }
}
