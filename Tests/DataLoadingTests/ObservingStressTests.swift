// SPDX-License-Identifier: Apache-2.0
//
// Many threads at once: nothing is counted twice, nothing is missed, and what is told agrees with what is counted.

import DataLoading
import Testing

@Suite("Observing under load", .timeLimit(.minutes(5)))
struct ObservingStressTests {
    /// What the callers themselves saw.
    private struct Seen: Sendable {
        var loads = 0
        var cancelled = 0

        static func + (left: Seen, right: Seen) -> Seen {
            Seen(loads: left.loads + right.loads, cancelled: left.cancelled + right.cancelled)
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `totals add up`(seed: UInt64) async throws {
        let fetched = BatchLog<Int>()
        let log = EventLog()
        let options = try DataLoaderOptions(maxBatchSize: 16, maxConcurrentBatches: 3, collectsStatistics: true)
        let loader = DataLoader<Int, Int>(
            .aligned { keys in
                fetched.append(keys)
                if keys[0].isMultiple(of: 17) { throw TestError() }
                await Task.yield()
                return keys.map { $0.isMultiple(of: 13) ? .failure(TestError($0)) : .success($0) }
            },
            options: options,
            observer: log
        )
        let seen = await Self.drive(loader, seed: seed)
        while loader.hasBatchesInFlight { await Task.yield() }  // Those that nobody waits for any more.
        let statistics = try #require(loader.statistics)

        #expect(statistics.loads == seen.loads)
        #expect(statistics.cancelledLoads == seen.cancelled)
        #expect(statistics.misses >= statistics.keys)
        #expect(statistics.batches == fetched.count)
        #expect(statistics.keys == fetched.sizes.reduce(0, +))
        #expect(statistics.batchSizes.map(\.batches).reduce(0, +) == statistics.batches)

        #expect(log.count(.hit) == statistics.hits)
        #expect(log.count(.joined) == statistics.coalesced)
        #expect(log.count(.queued) == statistics.misses)
        #expect(log.started.count == statistics.batches)
        #expect(Set(log.started.map(\.batch.id)).count == statistics.batches)
        #expect(Set(log.started.map(\.batch.id)) == Set(log.ended.map(\.batch.id)))
        let events = log.events
        #expect(events.count { if case .didFail = $0 { true } else { false } } == statistics.failedKeys)
        #expect(events.count { if case .didRun(_, _, true) = $0 { true } else { false } } == statistics.failedBatches)
    }

    @Test func `a snapshot is of one moment`() async throws {
        let (loader, _) = tenfold(options: try DataLoaderOptions(maxBatchSize: 8, collectsStatistics: true))
        let isDone = Gate()
        async let watching: Void = {
            var last = 0
            while !isDone.isOpen {
                let statistics = try #require(loader.statistics)
                #expect(statistics.misses >= statistics.keys)
                #expect(statistics.batchSizes.map(\.batches).reduce(0, +) == statistics.batches)
                #expect(statistics.loads >= last)
                last = statistics.loads
                await Task.yield()
            }
        }()
        _ = await Self.drive(loader, seed: 4)
        isDone.open()
        try await watching
    }

    /// Loads in all ways from many tasks, half of them in scopes of their own; some are cancelled.
    private static func drive(_ loader: DataLoader<Int, Int>, seed: UInt64) async -> Seen {
        await withTaskGroup(of: Seen.self) { group in
            for worker in 0..<32 {
                var random = SplitMix64(state: seed &* 1_000 &+ UInt64(worker))
                let operations = (0..<200).map { _ in (random.next() % 5, Int(random.next() % 500)) }
                group.addTask {
                    guard worker.isMultiple(of: 2) else { return await perform(operations, on: loader) }
                    return await withBatching { await perform(operations, on: loader) }
                }
            }
            return await group.reduce(Seen(), +)
        }
    }

    private static func perform(_ operations: [(UInt64, Int)], on loader: DataLoader<Int, Int>) async -> Seen {
        await withTaskGroup(of: Seen.self) { group in
            for (operation, key) in operations {
                switch operation {
                case 0:
                    loader.clear(key)
                case 1:
                    let task = Task { await results { try await loader.load(key) } }
                    task.cancel()
                    group.addTask { count(await task.value) }
                case 2:
                    group.addTask {
                        _ = try? await loader.enqueue(key).value
                        return Seen(loads: 1)
                    }
                case 3:
                    let task = Task { await loader.loadManyResults([key, key + 1, key]) }
                    if key.isMultiple(of: 2) { task.cancel() }
                    group.addTask { count(await task.value) }
                default:
                    group.addTask { count(await results { try await loader.load(key) }) }
                }
            }
            return await group.reduce(Seen(), +)
        }
    }

    private static func results(_ load: () async throws -> Int) async -> [Result<Int, any Error>] {
        do { return [.success(try await load())] } catch { return [.failure(error)] }
    }

    private static func count(_ results: [Result<Int, any Error>]) -> Seen {
        Seen(loads: results.count, cancelled: results.count { $0.error is CancellationError })
    }
}
