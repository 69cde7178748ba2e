// SPDX-License-Identifier: Apache-2.0
//
// Batch functions that take too long.

import DataLoading
import Testing

@Suite("Batch timeouts", .timeLimit(.minutes(5)))
struct TimeoutTests {
    private let clock = ManualClock()

    private func options(maxConcurrentBatches: Int? = nil) throws -> DataLoaderOptions {
        try DataLoaderOptions(
            maxConcurrentBatches: maxConcurrentBatches,
            batchTimeout: .seconds(5),
            clock: clock,
            schedule: .immediate,
            name: "slow"
        )
    }

    @Test func `the callers of a batch that takes too long are told`() async throws {
        let batches = HeldBatches()
        let loader = DataLoader<Int, Int>(options: try options()) { try await batches.fetch($0) }
        let load = loader.enqueue(1)
        let batch = await batches.next()
        await clock.sleepers(1)
        clock.advance(by: .seconds(5))
        let error = await #expect(throws: DataLoaderError.self) { try await load.value }
        #expect(error?.code == .batchTimedOut)
        #expect(error?.message.contains("'slow'") == true)
        batch.answer.resume(returning: [1: 10])
    }

    @Test func `a batch that takes too long is cancelled, and its key is asked for anew`() async throws {
        let cancelled = Gate()
        let log = BatchLog<Int>()
        let loader = DataLoader<Int, Int>(options: try options()) { keys in
            log.append(keys)
            guard log.count == 1 else { return [1: 10] }
            await withTaskCancellationHandler {
                await cancelled.wait()
            } onCancel: {
                cancelled.open()
            }
            return [1: -1]
        }
        let load = loader.enqueue(1)
        await clock.sleepers(1)
        clock.advance(by: .seconds(5))
        await #expect(throws: DataLoaderError.self) { try await load.value }
        await cancelled.wait()
        #expect(try await loader.load(1) == 10)
        #expect(log.all == [[1], [1]])
    }

    @Test func `a batch that is back in time is not touched by its timeout`() async throws {
        let batches = HeldBatches()
        let loader = DataLoader<Int, Int>(options: try options()) { try await batches.fetch($0) }
        let load = loader.enqueue(1)
        let batch = await batches.next()
        await clock.sleepers(1)
        clock.advance(by: .seconds(4))
        batch.answer.resume(returning: [1: 10])
        #expect(try await load.value == 10)
        clock.advance(by: .seconds(4))
        #expect(try await loader.load(1) == 10)
    }

    @Test func `a batch that runs on after its timeout counts for the limit until it ends`() async throws {
        let batches = HeldBatches()
        let loader = DataLoader<Int, Int>(options: try options(maxConcurrentBatches: 1)) { try await batches.fetch($0) }
        let first = loader.enqueue(1)
        let late = await batches.next()
        await clock.sleepers(1)
        clock.advance(by: .seconds(5))
        await #expect(throws: DataLoaderError.self) { try await first.value }
        let second = loader.enqueue(2)
        late.answer.resume(returning: [1: -1])
        let batch = await batches.next()
        #expect(batch.keys == [2])
        batch.answer.resume(returning: [2: 20])
        #expect(try await second.value == 20)
    }

    @Test func `a timeout that is not more than zero is refused`() {
        let error = #expect(throws: DataLoaderError.self) { try DataLoaderOptions(batchTimeout: .zero) }
        #expect(error?.offender == "batchTimeout")
    }
}
