// SPDX-License-Identifier: Apache-2.0
//
// Whose error is whose, and which are kept.

import DataLoading
import Testing

@Suite("Errors", .timeLimit(.minutes(5)))
struct ErrorTests {
    @Test func `errors and values of one batch reach their own callers`() async {
        let loader = DataLoader<Int, Int>(
            .aligned { keys in keys.map { $0.isMultiple(of: 2) ? .success($0) : .failure(TestError($0)) } }
        )
        let results = await withBatching { await loadEach([1, 2, 3], from: loader) }
        #expect(results.map(\.value) == [nil, 2, nil])
        #expect(results.map { $0.error as? TestError } == [TestError(1), nil, TestError(3)])
    }

    @Test func `the error of a key is kept, and cleared like a value`() async throws {
        let log = BatchLog<Int>()
        let loader = DataLoader<Int, Int>(
            .aligned { keys in
                log.append(keys)
                return keys.map { .failure(TestError($0)) }
            }
        )
        await withBatching {
            await #expect(throws: TestError(1)) { try await loader.load(1) }
            await #expect(throws: TestError(1)) { try await loader.load(1) }
            loader.clear(1)
            await #expect(throws: TestError(1)) { try await loader.load(1) }
        }
        #expect(log.count == 2)
    }

    @Test func `what a batch function throws reaches all callers of the batch and is not kept`() async throws {
        let calls = Locked(0)
        let loader = DataLoader<Int, Int> { keys in
            if calls.withLock({
                $0 += 1; return $0
            }) == 1 {
                throw TestError()
            }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
        let first = await withBatching { await loadEach([1, 2], from: loader) }
        #expect(first.map { $0.error as? TestError } == [TestError(), TestError()])
        let second = await withBatching { await loadEach([1, 2], from: loader) }
        #expect(second.map(\.value) == [1, 2])
    }

    @Test func `a throw reaches the callers of its own batch only`() async throws {
        let loader = DataLoader<Int, Int>(options: try DataLoaderOptions(maxBatchSize: 2)) { keys in
            if keys.contains(1) { throw TestError(1) }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
        let results = await withBatching { await loadEach([1, 2, 3, 4], from: loader) }
        #expect(results.map(\.value) == [nil, nil, 3, 4])
    }

    @Test func `loadMany throws the error of the first key that failed`() async throws {
        let loader = DataLoader<Int, Int>(.aligned { $0.map { $0 < 2 ? .success($0) : .failure(TestError($0)) } })
        await withBatching {
            _ = await #expect(throws: TestError(3)) { try await loader.loadMany([1, 3, 2]) }
        }
    }

    @Test func `loadManyResults has a result for each key`() async throws {
        let loader = DataLoader<Int, Int>(.aligned { $0.map { $0 < 2 ? .success($0) : .failure(TestError($0)) } })
        let results = await withBatching { await loader.loadManyResults([1, 3, 0, 3]) }
        #expect(results.map(\.value) == [1, nil, 0, nil])
        #expect(results.map { $0.error as? TestError } == [nil, TestError(3), nil, TestError(3)])
    }

    /// The faults that a load can meet.
    enum Fault: CaseIterable {
        case ofKey, ofBatch, missing, wrongCount, primed

        func loader() -> DataLoader<Int, Int> {
            switch self {
            case .ofKey: return DataLoader(.aligned { $0.map { _ in .failure(TestError(1)) } })
            case .ofBatch: return DataLoader { _ in throw TestError(1) }
            case .missing: return DataLoader { _ in [:] }
            case .wrongCount: return DataLoader(.aligned { _ in [] })
            case .primed:
                let (loader, _) = tenfold()
                loader.prime(1, throwing: TestError(1))
                return loader
            }
        }

        var code: DataLoaderError.Code? {
            switch self {
            case .missing: .missingValue
            case .wrongCount: .wrongResultCount
            case .ofKey, .ofBatch, .primed: nil
            }
        }
    }

    @Test(arguments: Fault.allCases)
    func `every way to ask throws the same`(fault: Fault) async {
        let asks: [@Sendable (DataLoader<Int, Int>) async throws -> Void] = [
            { _ = try await $0.load(1) },
            { _ = try await $0.loadMany([1]) },
            { _ = try await $0.loadManyResults([1])[0].get() },
            { _ = try await $0.enqueue(1).value },
        ]
        for ask in asks {
            let error = await #expect(throws: (any Error).self) {
                let loader = fault.loader()
                try await withBatching { try await ask(loader) }
            }
            if let code = fault.code {
                #expect((error as? DataLoaderError)?.code == code)
            } else {
                #expect(error as? TestError == TestError(1))
            }
        }
    }

    @Test(arguments: [
        DataLoaderSchedule.quiescence(), .window(.zero), .immediate, .manual(deadline: .zero), .manual(),
    ])
    func `a throw reaches the callers under any schedule`(schedule: DataLoaderSchedule) async throws {
        let loader = DataLoader<Int, Int>(options: try DataLoaderOptions(schedule: schedule)) { _ in throw TestError() }
        let pending = [loader.enqueue(1), loader.enqueue(2)]
        loader.dispatch()
        for load in pending { await #expect(throws: TestError()) { try await load.value } }
    }

    @Test func `a throw reaches who joined in flight, and the next load asks anew`() async throws {
        let batches = HeldBatches()
        let options = try DataLoaderOptions(schedule: .manual(clock: ManualClock()))
        let loader = DataLoader<Int, Int>(options: options) { try await batches.fetch($0) }
        let first = loader.enqueue(1)
        loader.dispatch()
        let batch = await batches.next()
        let joined = startNow { try await loader.load(1) }
        batch.answer.resume(throwing: TestError())
        await #expect(throws: TestError()) { try await joined.value }
        await #expect(throws: TestError()) { try await first.value }
        let again = loader.enqueue(1)
        loader.dispatch()
        await batches.next().answerKeys()
        #expect(try await again.value == 1)
    }

    @Test func `without memoisation no error is kept`() async throws {
        let calls = Locked(0)
        let loader = DataLoader<Int, Int>(
            .aligned { keys in
                let call = calls.withLock {
                    $0 += 1
                    return $0
                }
                return keys.map { call == 1 ? .failure(TestError($0)) : .success($0) }
            },
            options: try DataLoaderOptions(memoises: false)
        )
        await #expect(throws: TestError(1)) { try await loader.load(1) }
        #expect(try await loader.load(1) == 1)
    }

    @Test func `clearing and priming after an error bring a value`() async throws {
        let calls = Locked(0)
        let loader = DataLoader<Int, Int>(
            .aligned { keys in
                let call = calls.withLock {
                    $0 += 1
                    return $0
                }
                return keys.map { call == 1 ? .failure(TestError($0)) : .success($0) }
            }
        )
        _ = await withBatching { await loader.loadManyResults([1, 2]) }
        #expect(!loader.prime(2, with: 20), "an error is known, too")
        #expect(loader.prime(2, with: 20, force: true))
        loader.clear(1)
        #expect(try await loader.load(1) == 1)
        #expect(try await loader.load(2) == 20)
    }

    @Test func `loadMany awaits all of its keys before it throws`() async throws {
        let batches = HeldBatches()
        let options = try DataLoaderOptions(maxBatchSize: 1, schedule: .manual(clock: ManualClock()))
        let loader = DataLoader<Int, Int>(options: options) { try await batches.fetch($0) }
        let hasEnded = Gate()
        let many = startNow {
            defer { hasEnded.open() }
            return try await loader.loadMany([1, 2])
        }
        let first = loader.enqueue(1)
        loader.dispatch()
        let both = [await batches.next(), await batches.next()]
        both.first { $0.keys == [1] }?.answer.resume(throwing: TestError(1))
        await #expect(throws: TestError(1)) { try await first.value }
        #expect(!hasEnded.isOpen)
        both.first { $0.keys == [2] }?.answerKeys()
        await #expect(throws: TestError(1)) { try await many.value }
    }
}
