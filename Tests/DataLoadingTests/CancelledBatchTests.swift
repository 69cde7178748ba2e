// SPDX-License-Identifier: Apache-2.0
//
// Who counts: for a key its callers, for a batch the callers of its keys. Before, during and after it is asked for.

import DataLoading
import Testing

@Suite("Cancelled keys and batches", .timeLimit(.minutes(5)))
struct CancelledBatchTests {
    private let byHand = DataLoaderSchedule.manual(clock: ManualClock())

    private func tenfoldByHand() throws -> (DataLoader<Int, Int>, BatchLog<Int>) {
        tenfold(options: try DataLoaderOptions(schedule: byHand))
    }

    @Test func `a key is sent as long as one of its callers is left, and not when none is`() async throws {
        let (loader, log) = try tenfoldByHand()
        let callers = (0..<4).map { startNow { [key = $0 / 2] in try await loader.load(key) } }
        for caller in callers[0..<3] { caller.cancel() }
        for caller in callers[0..<3] {
            await #expect(throws: CancellationError.self) { try await caller.value }
        }
        loader.dispatch()
        #expect(try await callers[3].value == 10)
        #expect(log.all == [[1]])
    }

    @Test func `a tick whose callers have all left calls nobody`() async throws {
        let (loader, log) = try tenfoldByHand()
        let callers = [startNow { try await loader.load(1) }, startNow { try await loader.loadMany([2, 3])[0] }]
        for caller in callers { caller.cancel() }
        for caller in callers { _ = await caller.result }
        loader.dispatch()
        #expect(try await dispatched(loader.enqueue(4), by: loader) == 40)
        #expect(log.all == [[4]])
        #expect(loader.holdings.queues == 0)
    }

    private func dispatched(_ load: PendingLoad<Int, Int>, by loader: DataLoader<Int, Int>) async throws -> Int {
        loader.dispatch()
        return try await load.value
    }

    @Test func `a key that was abandoned and is asked for again goes once, at its new place`() async throws {
        let (loader, log) = try tenfoldByHand()
        let first = startNow { try await loader.load(1) }
        let second = loader.enqueue(2)
        first.cancel()
        _ = await first.result
        let again = loader.enqueue(1)
        loader.dispatch()
        #expect(try await [second.value, again.value] == [20, 10])
        #expect(log.all == [[2, 1]])
    }

    @Test func `a caller that is cancelled after it was answered has its value`() async throws {
        let (loader, _) = try tenfoldByHand()
        let callers = (1...100).map { key in startNow { try await loader.load(key) } }
        for (key, caller) in zip(1..., callers) {
            loader.prime(key, with: -key)
            caller.cancel()
        }
        for (key, caller) in zip(1..., callers) { #expect(try await caller.value == -key) }
    }

    @Test func `a loadMany that is cancelled before its keys are sent takes them out`() async throws {
        let (loader, log) = try tenfoldByHand()
        let many = startNow { await loader.loadManyResults([1, 2, 3, 1]) }
        let other = loader.enqueue(2)
        many.cancel()
        #expect(try await many.value.allSatisfy { $0.error is CancellationError })
        loader.dispatch()
        #expect(try await other.value == 20)
        #expect(log.all == [[2]])
    }

    @Test func `a loadMany that is cancelled keeps what it has by then`() async throws {
        let batches = HeldBatches()
        let options = try DataLoaderOptions(maxBatchSize: 1, schedule: byHand)
        let loader = DataLoader<Int, Int>(options: options) { try await batches.fetch($0) }
        loader.prime(9, with: 90)
        let many = startNow { await loader.loadManyResults([1, 9, 2]) }
        let answered = loader.enqueue(2)
        loader.dispatch()
        let both = [await batches.next(), await batches.next()]
        both.first { $0.keys == [2] }?.answerKeys()
        #expect(try await answered.value == 2)
        many.cancel()
        let results = try await many.value
        #expect(results.map(\.value) == [nil, 90, 2])
        #expect(results[0].error is CancellationError)
        both.first { $0.keys == [1] }?.answerKeys()
    }

    @Test func `a loadMany over several batches takes down those that nobody else wants`() async throws {
        let batches = CancellableBatches(options: try DataLoaderOptions(maxBatchSize: 1, schedule: byHand))
        let many = startNow { await batches.loader.loadManyResults([1, 2, 3, 1]) }
        let other = startNow { try await batches.loader.load(2) }
        batches.loader.dispatch()
        while batches.log.count < 3 { await Task.yield() }
        many.cancel()
        _ = await many.result
        while batches.cancelled.count < 2 { await Task.yield() }
        batches.answer.open()
        #expect(try await other.value == 2)
        #expect(Set(batches.cancelled.all) == [[1], [3]])
    }

    @Test func `a batch goes on as long as one caller of one of its keys is left`() async throws {
        let batches = CancellableBatches(options: try DataLoaderOptions(schedule: byHand))
        let callers = [1, 1, 2, 3].map { key in startNow { try await batches.loader.load(key) } }
        batches.loader.dispatch()
        await batches.sent.wait()
        for caller in callers[0..<3] { caller.cancel() }
        for caller in callers[0..<3] { _ = await caller.result }
        #expect(batches.cancelled.count == 0)
        callers[3].cancel()
        await batches.wasCancelled.wait()
        #expect(batches.cancelled.all == [[1, 2, 3]])
    }

    @Test func `keys of a batch in flight that their callers have left are kept like the others`() async throws {
        let batches = HeldBatches()
        let loader = DataLoader<Int, Int>(options: try DataLoaderOptions(schedule: byHand)) {
            try await batches.fetch($0)
        }
        let left = startNow { try await loader.load(1) }
        let stayed = loader.enqueue(2)
        loader.dispatch()
        let batch = await batches.next()
        left.cancel()
        _ = await left.result
        batch.answerKeys()
        #expect(try await stayed.value == 2)
        #expect(try await loader.load(1) == 1, "without a second fetch, which nobody would answer")
    }

    @Test func `a batch with a key that was enqueued is not cancelled`() async throws {
        let batches = CancellableBatches(options: try DataLoaderOptions(schedule: byHand))
        let caller = startNow { try await batches.loader.load(1) }
        let pending = batches.loader.enqueue(2)
        let waiting = startNow { try await pending.value }
        batches.loader.dispatch()
        await batches.sent.wait()
        for task in [caller, waiting] { task.cancel() }
        for task in [caller, waiting] { _ = await task.result }
        batches.answer.open()
        #expect(try await pending.value == 2)
        #expect(batches.cancelled.count == 0)
    }

    @Test func `what a cancelled batch brings in the end is not kept`() async throws {
        let batches = HeldBatches()
        let loader = DataLoader<Int, Int>(options: try DataLoaderOptions(schedule: byHand)) {
            try await batches.fetch($0)
        }
        let caller = startNow { try await loader.load(1) }
        loader.dispatch()
        let abandoned = await batches.next()
        caller.cancel()
        _ = await caller.result
        abandoned.answer.resume(returning: [1: -1])
        let again = loader.enqueue(1)
        loader.dispatch()
        await batches.next().answerKeys()
        #expect(try await again.value == 1)
        #expect(try await loader.load(1) == 1)
    }

    @Test func `sent at once, the batch of a cancelled task is cancelled`() async throws {
        let batches = CancellableBatches(options: try DataLoaderOptions(schedule: .immediate))
        let caller = startNow {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await batches.loader.load(1)
        }
        await #expect(throws: CancellationError.self) { try await caller.value }
        await batches.wasCancelled.wait()
    }

    @Test func `cancelling a scope cancels the batches of its child tasks, and no others`() async throws {
        let (own, shared) = (CancellableBatches(), CancellableBatches())
        let other = startNow { try await shared.loader.load(1) }
        await shared.sent.wait()
        let scope = Task {
            await withBatching {
                _ = await (loadEach([1, 2], from: own.loader), shared.loader.loadManyResults([1]))
            }
        }
        await own.sent.wait()
        scope.cancel()
        await scope.value
        await own.wasCancelled.wait()
        shared.answer.open()
        #expect(try await other.value == 1)
        #expect(shared.cancelled.count == 0)
    }

    @Test func `a batch function that loads its own key is still cancelled when its callers leave`() async throws {
        let reference = Locked<DataLoader<Int, Int>?>(nil)
        let (wasTold, wasCancelled, answer) = (Gate(), Gate(), Gate())
        let loader = DataLoader<Int, Int>(options: try DataLoaderOptions(schedule: byHand)) { keys in
            let results = await reference.withLock { $0 }?.loadManyResults(keys)
            #expect((results?.first?.error as? DataLoaderError)?.code == .circularLoad)
            wasTold.open()
            await withTaskCancellationHandler {
                await answer.waitUnlessCancelled()
            } onCancel: {
                wasCancelled.open()
            }
            return [:]
        }
        reference.withLock { $0 = loader }
        let caller = startNow { try await loader.load(1) }
        loader.dispatch()
        await wasTold.wait()
        caller.cancel()
        _ = await caller.result
        #expect(wasCancelled.isOpen)
        answer.open()
        reference.withLock { $0 = nil }
    }

    @Test func `a loadMany that is cancelled after it was answered has its values`() async {
        await #expect(processExitsWith: .success) {
            let options = try DataLoaderOptions(schedule: .manual(clock: ManualClock()))
            let loader = DataLoader<Int, Int>(options: options) { _ in [:] }
            for key in 0..<100 {
                let many = startNow { try await loader.loadMany([key]) }
                loader.prime(key, with: -key)
                many.cancel()
                #expect(try await many.value == [-key])
            }
        }
    }

    @Test func `a loadMany that has left takes nothing more when one of its keys comes`() async throws {
        let batches = HeldBatches()
        let options = try DataLoaderOptions(maxBatchSize: 1, schedule: byHand)
        let loader = DataLoader<Int, Int>(options: options) { try await batches.fetch($0) }
        let many = startNow { await loader.loadManyResults([1, 2, 3]) }
        let others = [loader.enqueue(1), loader.enqueue(2)]
        loader.dispatch()
        let all = [await batches.next(), await batches.next(), await batches.next()]
        many.cancel()
        _ = await many.result
        for key in [1, 2] {
            all.first { $0.keys == [key] }?.answerKeys()
            #expect(try await others[key - 1].value == key)
        }
        let again = loader.enqueue(3)
        loader.dispatch()
        await batches.next().answerKeys()
        #expect(try await again.value == 3)
    }
}
