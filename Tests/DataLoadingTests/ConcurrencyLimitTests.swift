// SPDX-License-Identifier: Apache-2.0
//
// Batches under a limit: they grow while they wait, and no scope waits for another that is idle.

import DataLoading
import Testing

@Suite("Concurrency limit", .timeLimit(.minutes(1)))
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
}
