// SPDX-License-Identifier: Apache-2.0
//
// Batch functions that bring their results one by one.

import DataLoading
import Testing

@Suite("Streaming", .timeLimit(.minutes(5)))
struct StreamingTests {
    @Test func `a caller has its value while the batch is still under way`() async throws {
        let (first, rest) = (Gate(), Gate())
        let loader = DataLoader<Int, Int>(
            .streaming { keys, responder in
                responder.resolve(2, with: 20)
                await rest.wait()
                for key in keys where key != 2 { responder.resolve(key, with: key * 10) }
            }
        )
        try await withBatching {
            async let early: Int = {
                let value = try await loader.load(2)
                first.open()
                return value
            }()
            async let late = loader.loadMany([1, 3])
            await first.wait()
            rest.open()
            let values = try await [early] + late
            #expect(values == [20, 10, 30])
        }
    }

    @Test func `a key that is left without a result gets an error that names it`() async throws {
        let loader = DataLoader<Int, Int>(
            .streaming { keys, responder in
                for key in keys where key != 2 { responder.resolve(key, with: key) }
            },
            options: try DataLoaderOptions(name: "rows")
        )
        let results = await withBatching { await loader.loadManyResults([1, 2, 3]) }
        #expect(try results[0].get() == 1)
        #expect(try results[2].get() == 3)
        let error = #expect(throws: DataLoaderError.self) { try results[1].get() }
        #expect(error?.code == .missingValue)
        #expect(error?.offender == "2")
    }

    @Test func `a key that is left without a result is nil where the value is an optional`() async throws {
        let loader = DataLoader<Int, Int?>(.streaming { _, responder in responder.resolve(1, with: 1) })
        let values = try await withBatching { try await loader.loadMany([1, 2]) }
        #expect(values == [1, nil])
    }

    @Test func `the first result of a key counts, and the next is reported`() async throws {
        let resolutions = Locked<[BatchResolution]>([])
        let loader = DataLoader<Int, Int>(
            .streaming { _, responder in
                let all = [
                    responder.resolve(1, with: 10), responder.resolve(1, with: 11),
                    responder.resolve(1, throwing: TestError()),
                ]
                resolutions.withLock { $0 = all }
            }
        )
        #expect(try await loader.load(1) == 10)
        #expect(try await loader.load(1) == 10)
        #expect(resolutions.withLock { $0 } == [.taken, .repeated, .repeated])
    }

    @Test func `a value of a key that was not asked for is reported and kept`() async throws {
        let log = BatchLog<Int>()
        let resolution = Locked<BatchResolution?>(nil)
        let loader = DataLoader<Int, Int>(
            .streaming { keys, responder in
                log.append(keys)
                let other = responder.resolve(9, with: 90)
                resolution.withLock { $0 = other }
                for key in keys { responder.resolve(key, with: key * 10) }
            }
        )
        #expect(try await loader.load(1) == 10)
        #expect(resolution.withLock { $0 } == .notAsked)
        #expect(try await loader.load(9) == 90)
        #expect(log.all == [[1]])
    }

    @Test func `what the function throws reaches only the keys without a result`() async throws {
        let loader = DataLoader<Int, Int>(
            .streaming { _, responder in
                responder.resolve(1, with: 10)
                throw TestError()
            }
        )
        let results = await withBatching { await loader.loadManyResults([1, 2]) }
        #expect(try results[0].get() == 10)
        #expect(throws: TestError.self) { try results[1].get() }
        #expect(try await loader.load(1) == 10)
    }

    @Test func `the error of a key is kept, as that of any batch function`() async throws {
        let log = BatchLog<Int>()
        let loader = DataLoader<Int, Int>(
            .streaming { keys, responder in
                log.append(keys)
                for key in keys { responder.resolve(key, throwing: TestError()) }
            }
        )
        await #expect(throws: TestError.self) { try await loader.load(1) }
        await #expect(throws: TestError.self) { try await loader.load(1) }
        #expect(log.count == 1)
    }

    @Test func `what comes after the function has returned is dropped`() async throws {
        let kept = Locked<BatchResponder<Int, Int>?>(nil)
        let loader = DataLoader<Int, Int>(
            .streaming { _, responder in
                kept.withLock { $0 = responder }
                responder.resolve(1, with: 10)
            }
        )
        let results = await withBatching { await loader.loadManyResults([1, 2]) }
        #expect(try results[0].get() == 10)
        #expect(throws: DataLoaderError.self) { try results[1].get() }
        let responder = try #require(kept.withLock { $0 })
        #expect(responder.resolve(2, with: 20) == .repeated)
    }

    @Test func `a key that repeats, as deduplication is off, is resolved for all its callers`() async throws {
        let log = BatchLog<Int>()
        let loader = DataLoader<Int, Int>(
            .streaming { keys, responder in
                log.append(keys)
                for key in Set(keys) { responder.resolve(key, with: key * 10) }
            },
            options: try DataLoaderOptions(deduplicates: false)
        )
        let values = try await withBatching { try await loader.loadMany([1, 2, 1, 1]) }
        #expect(values == [10, 20, 10, 10])
        #expect(log.all == [[1, 2, 1, 1]])
    }

    @Test func `many tasks may resolve at once`() async throws {
        let loader = DataLoader<Int, Int>(
            .streaming { keys, responder in
                await withTaskGroup(of: Void.self) { group in
                    for key in keys {
                        group.addTask(executorPreference: globalConcurrentExecutor) {
                            responder.resolve(key, with: key * 10)
                            responder.resolve(key, with: -1)
                        }
                    }
                }
            }
        )
        let values = try await withBatching { try await loader.loadMany(0..<2_000) }
        #expect(values == (0..<2_000).map { $0 * 10 })
    }

    @Test func `a batch is cancelled when the callers of the keys without a result have left`() async throws {
        let cancelled = Gate()
        let loader = DataLoader<Int, Int>(
            .streaming { _, responder in
                responder.resolve(1, with: 10)
                await withTaskCancellationHandler {
                    await cancelled.wait()
                } onCancel: {
                    cancelled.open()
                }
            }
        )
        try await withBatching {
            try await withThrowingTaskGroup(of: Int?.self) { group in
                group.addTask { try await loader.load(1) }
                group.addTask { try? await loader.load(2) }
                let answered = try await group.next()
                #expect(answered == 10)
                group.cancelAll()
                let left = try await group.next()
                #expect(left == .some(nil))
                await cancelled.wait()
            }
        }
    }
}
