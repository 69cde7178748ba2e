// SPDX-License-Identifier: Apache-2.0
//
// Whose error is whose, and what a batch function that breaks its contract is told.

import DataLoading
import Testing

@Suite("Errors", .timeLimit(.minutes(1)))
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

    @Test func `a missing key is an error that names the key and the loader`() async throws {
        let loader = DataLoader<String, Int>(options: try DataLoaderOptions(name: "prices")) { _ in ["tea": 3] }
        let results = await withBatching { await loadEach(["tea", "cake"], from: loader) }
        #expect(results[0].value == 3)
        let error = try #require(results[1].error as? DataLoaderError)
        #expect(error.code == .missingValue)
        #expect(error.offender == "cake")
        #expect(error.message.contains("cake") && error.message.contains("'prices'"))
    }

    @Test(arguments: [0, 1, 3])
    func `a wrong number of aligned results is an error that names both counts`(count: Int) async throws {
        let loader = DataLoader<Int, Int>(
            .aligned { _ in Array(repeating: .success(0), count: count) },
            options: try DataLoaderOptions(name: "zeros")
        )
        let results = await withBatching { await loadEach([1, 2], from: loader) }
        for result in results {
            let error = try #require(result.error as? DataLoaderError)
            #expect(error.code == .wrongResultCount)
            #expect(error.message.contains("\(count) results for 2 keys") && error.message.contains("'zeros'"))
        }
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

    @Test func `a batch function that loads a key of its own batch is told so and does not hang`() async throws {
        let reference = Locked<DataLoader<Int, Int>?>(nil)
        let loader = DataLoader<Int, Int> { keys in
            guard let loader = reference.withLock({ $0 }), keys == [7] else { return [8: 80] }
            let results = await loader.loadManyResults([7, 8])
            #expect(results[1].value == 80, "another key is no circle")
            return [7: try results[0].get()]
        }
        reference.withLock { $0 = loader }
        let error = await #expect(throws: DataLoaderError.self) { try await withBatching { try await loader.load(7) } }
        #expect(error?.code == .circularLoad)
        #expect(error?.offender == "7")
        reference.withLock { $0 = nil }
    }

    @Test(arguments: [0, -1, Int.min])
    func `a batch size below one is refused by name`(size: Int) {
        let error = #expect(throws: DataLoaderError.self) { try DataLoaderOptions(maxBatchSize: size) }
        #expect(error?.code == .invalidOption)
        #expect(error?.offender == "maxBatchSize")
        #expect(error?.message.contains("\(size)") == true)
    }
}
