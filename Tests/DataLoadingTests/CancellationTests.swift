// SPDX-License-Identifier: Apache-2.0
//
// A cancelled caller leaves at once, and takes nobody with it.

import DataLoading
import Testing

@Suite("Cancellation", .timeLimit(.minutes(5)))
struct CancellationTests {
    @Test func `a caller that is cancelled while its batch is in flight returns at once`() async throws {
        let held = CancellableBatches()
        await withBatching {
            let task = Task { try await held.loader.load(1) }
            async let other = held.loader.load(1)
            await held.sent.wait()
            while await !held.loader.hasCallers(2, of: 1) { await Task.yield() }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            held.answer.open()
            #expect((try? await other) == 1)
        }
        #expect(held.log.all == [[1]])
    }

    @Test func `a key whose only caller was cancelled before the tick ended is not sent`() async {
        let (loader, log) = tenfold()
        await withBatching {
            await withTaskGroup { group in
                group.addTask { _ = try? await loader.load(1) }
                await Task.yield()
                group.cancelAll()
                group.addTask { _ = try? await loader.load(2) }
            }
            _ = try? await loader.load(3)
        }
        #expect(!log.all.joined().contains(1) && !log.all.joined().contains(2))
        #expect(log.all == [[3]])
    }

    @Test func `a key stays in the batch as long as one caller wants it`() async throws {
        let (loader, log) = tenfold()
        let value = try await withBatching {
            async let kept = loader.load(1)
            await withTaskGroup { group in
                group.addTask { _ = try? await loader.load(1) }
                await Task.yield()
                group.cancelAll()
            }
            return try await kept
        }
        #expect(value == 10)
        #expect(log.all == [[1]])
    }

    @Test func `a batch in flight is cancelled when its last caller has gone`() async {
        let held = CancellableBatches()
        await withBatching {
            let tasks = [1, 2].map { key in Task { try await held.loader.load(key) } }
            await held.sent.wait()
            for task in tasks { task.cancel() }
            for task in tasks { _ = await task.result }
            await held.wasCancelled.wait()
        }
    }

    @Test func `after an abandoned batch the next load asks anew`() async throws {
        let held = CancellableBatches()
        let task = Task { try await held.loader.load(1) }
        await held.sent.wait()
        task.cancel()
        _ = await task.result
        held.answer.open()
        #expect(try await held.loader.load(1) == 1)
        #expect(held.log.all == [[1], [1]])
    }

    @Test func `a cancelled task does not start a fetch`() async {
        let (loader, log) = tenfold()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await loader.load(1)
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        _ = try? await loader.load(2)
        #expect(log.all == [[2]])
    }

    @Test func `a known value is returned to a cancelled task too`() async throws {
        let (loader, _) = tenfold()
        loader.prime(1, with: 10)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await loader.load(1)
        }
        #expect(try await task.value == 10)
    }

    @Test func `cancelling loadMany returns at once and leaves what others want`() async throws {
        let held = CancellableBatches()
        await withBatching {
            let many = Task { await held.loader.loadManyResults([1, 2]) }
            await held.sent.wait()
            async let other = held.loader.load(2)
            while await !held.loader.hasCallers(2, of: 2) { await Task.yield() }
            many.cancel()
            let results = await many.value
            #expect(results.allSatisfy { $0.error is CancellationError })
            held.answer.open()
            #expect((try? await other) == 2)
        }
    }

    @Test func `cancelling the wait for an enqueued key leaves the key in its batch`() async throws {
        let (loader, log) = tenfold()
        let pending = await withBatching {
            let pending = loader.enqueue(1)
            await withTaskGroup { group in
                group.addTask { _ = try? await pending.value }
                await Task.yield()
                group.cancelAll()
            }
            #expect((try? await pending.value) == 10)
            return pending
        }
        #expect(try await pending.value == 10)
        #expect(log.all == [[1]])
    }

    @Test func `cancelling the first caller does not cancel the batch for others`() async throws {
        let held = CancellableBatches()
        let first = Task { try await held.loader.load(1) }
        await held.sent.wait()
        async let second = held.loader.load(1)
        async let third = withBatching { try await held.loader.load(1) }
        while await !held.loader.hasCallers(3, of: 1) { await Task.yield() }
        first.cancel()
        _ = await first.result
        held.answer.open()
        #expect(try await second == 1)
        #expect(try await third == 1)
    }

    @Test func `many callers of one key can all be cancelled`() async {
        let held = CancellableBatches()
        await withTaskGroup { group in
            for _ in 0..<5_000 { group.addTask { _ = try? await held.loader.load(1) } }
            await held.sent.wait()
            while await !held.loader.hasCallers(5_000, of: 1) { await Task.yield() }
            group.cancelAll()
        }
        await held.wasCancelled.wait()
        #expect(held.log.all == [[1]])
    }

    @Test func `a loadMany that is cancelled before its tick ends keeps nothing of the others`() async throws {
        let ended = Gate()
        let loader = DataLoader<Int, Witness>(options: try DataLoaderOptions(memoises: false)) { keys in
            Dictionary(uniqueKeysWithValues: keys.map { ($0, Witness(opening: ended)) })
        }
        try await withBatching {
            async let kept = loader.load(2)
            await withTaskGroup { group in
                group.addTask { _ = try? await loader.loadMany([1]) }
                await Task.yield()
                group.cancelAll()
            }
            _ = try await kept
        }
        await ended.wait()
    }
}
