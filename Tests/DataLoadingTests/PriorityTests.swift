// SPDX-License-Identifier: Apache-2.0
//
// The priority of a batch is that of its highest waiter, whoever came first and whenever it joined.

import DataLoading
import Testing

@Suite("Priorities", .timeLimit(.minutes(5)))
struct PriorityTests {
    /// A loader that is dispatched by hand. Its batches note their priorities when they begin and when they end, and
    /// wait between.
    private struct Held {
        let loader: DataLoader<Int, Int>
        let seen = Locked<[TaskPriority]>([])
        let atEnd = Locked<[TaskPriority]>([])
        let sent = Gate()
        let answer = Gate()

        init(maxBatchSize: Int? = nil, maxConcurrentBatches: Int? = nil) throws {
            let options = try DataLoaderOptions(
                maxBatchSize: maxBatchSize,
                maxConcurrentBatches: maxConcurrentBatches,
                schedule: .manual(clock: ManualClock())
            )
            loader = DataLoader(options: options) { [seen, atEnd, sent, answer] keys in
                seen.withLock { $0.append(Task.currentPriority) }
                sent.open()
                await answer.wait()
                atEnd.withLock { $0.append(Task.currentPriority) }
                return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
            }
        }
    }

    enum Way: CaseIterable {
        case load, loadMany, pendingValue
    }

    /// Asks in a task of a priority; the task waits when this returns.
    private func ask(_ way: Way, _ key: Int, of loader: DataLoader<Int, Int>, _ priority: TaskPriority) {
        switch way {
        case .load: startNow(priority: priority) { _ = try await loader.load(key) }
        case .loadMany: startNow(priority: priority) { _ = try await loader.loadMany([key]) }
        case .pendingValue:
            let pending = loader.enqueue(key)
            startNow(priority: priority) { _ = try await pending.value }
        }
    }

    @Test(arguments: Way.allCases, [[TaskPriority.low, .high], [.high, .low]])
    func `a batch has the highest priority of those who asked before it was sent`(
        way: Way,
        priorities: [TaskPriority]
    ) async throws {
        let held = try Held()
        for priority in priorities { startNow(priority: priority) { _ = try await held.loader.load(1) } }
        ask(way, 1, of: held.loader, priorities[1])
        held.loader.dispatch()
        held.answer.open()
        _ = try await held.loader.load(1)
        #expect(held.seen.withLock { $0 } == [.high])
    }

    @Test func `a batch of callers of low priority is not raised by the task that sends it`() async throws {
        let held = try Held()
        startNow(priority: .low) { _ = try await held.loader.load(1) }
        _ = await startNow(priority: .high) { held.loader.dispatch() }.result
        await held.sent.wait()
        held.answer.open()
        #expect(held.seen.withLock { $0 } == [.low])
    }

    @Test(arguments: Way.allCases)
    func `who joins a batch in flight raises its priority`(way: Way) async throws {
        guard #available(macOS 26, *) else { return }
        let held = try Held()
        let first = startNow(priority: .low) { try await held.loader.load(1) }
        held.loader.dispatch()
        await held.sent.wait()
        ask(way, 1, of: held.loader, .high)
        held.answer.open()
        _ = await first.result
        #expect(held.seen.withLock { $0 } == [.low])
        #expect(held.atEnd.withLock { $0 } == [.high])
    }

    @Test func `who joins a batch in flight with a lower priority leaves it alone`() async throws {
        let held = try Held()
        let first = startNow(priority: .high) { try await held.loader.load(1) }
        held.loader.dispatch()
        await held.sent.wait()
        ask(.load, 1, of: held.loader, .low)
        held.answer.open()
        _ = await first.result
        #expect(held.atEnd.withLock { $0 } == [.high])
    }

    @Test func `a waiter for a key that is yet to be sent does not hide the need of a batch in flight`() async throws {
        guard #available(macOS 26, *) else { return }
        let held = try Held(maxBatchSize: 1, maxConcurrentBatches: 1)
        let first = startNow(priority: .low) { try await held.loader.load(1) }
        startNow(priority: .low) { try await held.loader.load(2) }
        held.loader.dispatch()
        await held.sent.wait()
        ask(.load, 2, of: held.loader, .high)
        ask(.load, 1, of: held.loader, .high)
        held.answer.open()
        _ = await first.result
        #expect(held.atEnd.withLock { $0.first } == .high)
    }

    @Test func `who joins a batch that is cut but has not begun raises its priority`() async throws {
        guard #available(macOS 26, *) else { return }
        let seen = Locked<[TaskPriority]>([])
        let slow = DataLoader<Int, Int> { keys in
            await Task.yield()
            seen.withLock { $0.append(Task.currentPriority) }
            return [keys[0]: 0]
        }
        let urgent = DataLoader<Int, Int> { keys in [keys[0]: try await slow.load(keys[0])] }
        await withBatching {
            let pending = urgent.enqueue(1)
            startNow(priority: .high) { try await urgent.load(1) }
            _ = slow.enqueue(1)
            _ = try? await pending.value
        }
        #expect(seen.withLock { $0 } == [.high])
    }

    @Test func `in a scope too, and the batches after it have their own`() async {
        let seen = Locked<[TaskPriority]>([])
        let loader = DataLoader<Int, Int> { keys in
            seen.withLock { $0.append(Task.currentPriority) }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
        let isDone = Gate()
        Task.detached(priority: .low) {
            await withBatching {
                async let own = loader.load(1)
                let joined = loader.enqueue(2)
                startNow(priority: .high) { try await joined.value }
                _ = try? await own
                _ = try? await loader.load(3)
            }
            isDone.open()
        }
        await isDone.wait()  // To await the task would raise its priority.
        #expect(seen.withLock { $0 } == [.high, .low])
    }
}
