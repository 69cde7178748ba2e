// SPDX-License-Identifier: Apache-2.0
//
// Results that are put in by hand: who gets them, and what they replace.

import DataLoading
import Testing

@Suite("Priming", .timeLimit(.minutes(5)))
struct PrimingTests {
    @Test func `a primed value is not fetched`() async throws {
        let (loader, log) = tenfold()
        #expect(loader.prime(1, with: 111))
        let values = try await withBatching { try await loader.loadMany([1, 2]) }
        #expect(values == [111, 20])
        #expect(log.all == [[2]])
    }

    @Test func `priming leaves a known value alone unless forced`() async throws {
        let (loader, _) = tenfold()
        loader.prime(1, with: 1)
        #expect(!loader.prime(1, with: 2))
        #expect(try await loader.load(1) == 1)
        #expect(loader.prime(1, with: 3, force: true))
        #expect(try await loader.load(1) == 3)
    }

    @Test func `priming a key that has not been sent answers its callers and spares the fetch`() async throws {
        let (loader, log) = tenfold()
        let values = try await withBatching {
            let pending = [loader.enqueue(1), loader.enqueue(2)]
            loader.prime(1, with: 111)
            return try await [pending[0].value, pending[1].value]
        }
        #expect(values == [111, 20])
        #expect(log.all == [[2]])
    }

    @Test func `a tick whose keys were all primed calls nobody`() async throws {
        let (loader, log) = tenfold()
        let value = try await withBatching {
            let pending = loader.enqueue(1)
            loader.prime(1, with: 111)
            return try await pending.value
        }
        #expect(value == 111)
        #expect(log.count == 0)
    }

    @Test func `a value primed by force during a fetch outlives the fetch`() async throws {
        let batches = HeldBatches()
        let loader = DataLoader<Int, Int> { try await batches.fetch($0) }
        let (fetched, kept) = try await withBatching {
            async let old = loader.load(1)
            let batch = await batches.next()
            #expect(!loader.prime(1, with: 500))
            #expect(loader.prime(1, with: 600, force: true))
            batch.answerKeys()
            return try await (old, loader.load(1))
        }
        #expect(fetched == 1)
        #expect(kept == 600)
    }

    @Test func `a failing batch does not take a newer primed value with it`() async throws {
        let sent = Gate()
        let answer = Gate()
        let loader = DataLoader<Int, Int> { _ in
            sent.open()
            await answer.wait()
            throw TestError()
        }
        await withBatching {
            async let failing = #expect(throws: TestError.self) { try await loader.load(1) }
            await sent.wait()
            loader.prime(1, with: 600, force: true)
            answer.open()
            _ = await failing
        }
        #expect(try await loader.load(1) == 600)
    }

    @Test func `a primed error is thrown`() async {
        let (loader, log) = tenfold()
        loader.prime(1, throwing: TestError(1))
        await #expect(throws: TestError(1)) { try await loader.load(1) }
        #expect(log.count == 0)
    }

    @Test func `several callers of a key that has not been sent get the primed error`() async throws {
        let (loader, log) = tenfold(options: try DataLoaderOptions(schedule: .manual(clock: ManualClock())))
        let callers = [
            startNow { try await loader.load(1) }, startNow { try await loader.loadMany([1])[0] },
            startNow { try await loader.enqueue(1).value },
        ]
        loader.prime(1, throwing: TestError(1))
        for caller in callers { await #expect(throws: TestError(1)) { try await caller.value } }
        loader.dispatch()
        #expect(log.count == 0)
    }

    @Test func `who waits for several keys goes on when the last has its value, primed or fetched`() async throws {
        let (loader, log) = tenfold(options: try DataLoaderOptions(schedule: .manual(clock: ManualClock())))
        let many = startNow { try await loader.loadMany([1, 2, 3]) }
        loader.prime(3, with: -3)
        loader.prime(1, with: -1)
        loader.dispatch()
        #expect(try await many.value == [-1, 20, -3])
        #expect(log.all == [[2]])
    }

    @Test func `a cleared key can be primed anew, without force`() async throws {
        let (loader, _) = tenfold()
        loader.prime(1, with: 1)
        loader.clear(1)
        #expect(loader.prime(1, with: 2))
        #expect(try await loader.load(1) == 2)
    }

    @Test func `priming resumes callers in the order of their calls`() async throws {
        let order = Locked<[Int]>([])
        let (loader, _) = tenfold()
        await withBatching {
            await withTaskGroup { group in
                for caller in 0..<50 {
                    group.addTask {
                        _ = try? await loader.load(1)
                        order.withLock { $0.append(caller) }
                    }
                }
                group.addTask { loader.prime(1, with: 0) }
            }
        }
        #expect(order.withLock { $0 } == Array(0..<50))
    }

    @Test func `what a batch brings beyond its keys replaces nothing`() async throws {
        let loader = DataLoader<Int, Int> { _ in [1: 10, 2: 20] }
        loader.prime(2, with: -2)
        #expect(try await loader.load(1) == 10)
        #expect(try await loader.load(2) == -2)
    }

    @Test func `what a batch brings beyond its keys answers who waits for it`() async throws {
        let held = HeldBatches()
        let options = try DataLoaderOptions(maxConcurrentBatches: 1, schedule: .immediate)
        let loader = DataLoader<Int, Int>(options: options) { try await held.fetch($0) }
        let first = loader.enqueue(1)
        let batch = await held.next()
        let second = startNow { try await loader.load(2) }
        batch.answer.resume(returning: [1: 10, 2: 20])
        #expect(try await first.value == 10)
        #expect(try await second.value == 20)
    }

    @Test func `what a batch brings beyond its keys is kept when its keys repeat, too`() async throws {
        let log = BatchLog<Int>()
        let loader = DataLoader<Int, Int>(options: try DataLoaderOptions(deduplicates: false)) { keys in
            log.append(keys)
            return [1: 10, 2: 20]
        }
        _ = try await withBatching { try await loader.loadMany([1, 1]) }
        let value = try await withBatching { try await loader.load(2) }
        #expect(value == 20)
        #expect(log.all == [[1, 1]])
    }
}
