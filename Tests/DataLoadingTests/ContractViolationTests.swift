// SPDX-License-Identifier: Apache-2.0
//
// What a batch function that breaks its contract is told, by whom, and what is kept of it.

import DataLoading
import Testing

@Suite("Contract violations", .timeLimit(.minutes(5)))
struct ContractViolationTests {
    @Test func `a missing key is an error that names the key and the loader`() async throws {
        let loader = DataLoader<String, Int>(options: try DataLoaderOptions(name: "prices")) { _ in ["tea": 3] }
        let results = await withBatching { await loadEach(["tea", "cake"], from: loader) }
        #expect(results[0].value == 3)
        let error = try #require(results[1].error as? DataLoaderError)
        #expect(error.code == .missingValue)
        #expect(error.offender == "cake")
        #expect(error.message.contains("cake") && error.message.contains("'prices'"))
    }

    @Test func `that a key is missing is remembered until it is cleared`() async throws {
        let log = BatchLog<Int>()
        let loader = DataLoader<Int, Int> { keys in
            log.append(keys)
            return log.count == 1 ? [:] : [1: 10]
        }
        for _ in 1...2 { await #expect(throws: DataLoaderError.self) { try await loader.load(1) } }
        loader.clear(1)
        #expect(try await loader.load(1) == 10)
        #expect(log.count == 2)
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

    @Test func `of a wrong number of results nothing is kept`() async throws {
        let log = BatchLog<Int>()
        let loader = DataLoader<Int, Int>(
            .aligned { keys in
                log.append(keys)
                return Array(repeating: .success(0), count: log.count == 1 ? 1 : keys.count)
            }
        )
        let first = await withBatching { await loader.loadManyResults([1, 2]) }
        let second = await withBatching { await loader.loadManyResults([1, 2]) }
        #expect(first.map(\.value) == [nil, nil])
        #expect(second.map(\.value) == [0, 0])
    }

    @Test func `a wrong count in one batch is no matter of the other batches of its tick`() async throws {
        let loader = DataLoader<Int, Int>(
            .aligned { keys in keys.contains(1) ? [] : keys.map { .success($0) } },
            options: try DataLoaderOptions(maxBatchSize: 2)
        )
        let results = await withBatching { await loader.loadManyResults([1, 2, 3, 4]) }
        #expect(results.map(\.value) == [nil, nil, 3, 4])
    }

    @Test func `values by key reach their own callers in whatever order they come, with more or fewer of them`() async {
        let loader = DataLoader<Int, Int> { keys in
            var values = Dictionary(uniqueKeysWithValues: keys.shuffled().map { ($0, -$0) })
            for key in keys where key.isMultiple(of: 10) { values[key] = nil }
            for key in keys { values[key + 1_000_000] = 0 }
            return values
        }
        let results = await withBatching { await loadEach(1...500, from: loader) }
        #expect(results.map(\.value) == (1...500).map { $0.isMultiple(of: 10) ? nil : -$0 })
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

    @Test func `an error of a loader says what it is, for a person`() async throws {
        let loader = DataLoader<Int, Int>(options: try DataLoaderOptions(name: "prices")) { _ in [:] }
        let error = await #expect(throws: DataLoaderError.self) { try await loader.load(7) }
        #expect(error?.description.hasPrefix("missingValue: ") == true)
        #expect(error?.description.contains("Bring one for every key") == true)
    }

    @Test(arguments: [0, -1, Int.min])
    func `a batch size below one is refused by name`(size: Int) {
        let error = #expect(throws: DataLoaderError.self) { try DataLoaderOptions(maxBatchSize: size) }
        #expect(error?.code == .invalidOption)
        #expect(error?.offender == "maxBatchSize")
        #expect(error?.message.contains("\(size)") == true)
    }

    @Test(arguments: [0, -1, Int.min])
    func `a limit of concurrent batches below one is refused by name`(limit: Int) {
        let error = #expect(throws: DataLoaderError.self) { try DataLoaderOptions(maxConcurrentBatches: limit) }
        #expect(error?.code == .invalidOption)
        #expect(error?.offender == "maxConcurrentBatches")
        #expect(error?.message.contains("\(limit)") == true)
    }

    @Test(arguments: [
        (DataLoaderSchedule.quiescence(maximumDelay: .seconds(-1)), "maximumDelay"),
        (.window(.nanoseconds(-1)), "window"),
        (.manual(deadline: .seconds(-1)), "deadline"),
    ])
    func `a negative time is refused by name`(schedule: DataLoaderSchedule, name: String) {
        let error = #expect(throws: DataLoaderError.self) { try DataLoaderOptions(schedule: schedule) }
        #expect(error?.offender == name)
    }

    @Test(arguments: [
        DataLoaderSchedule.quiescence(maximumDelay: .zero), .window(.zero), .manual(deadline: .zero),
    ])
    func `a time of zero is taken, and serves`(schedule: DataLoaderSchedule) async throws {
        let (loader, _) = tenfold(options: try DataLoaderOptions(schedule: schedule))
        #expect(try await loader.load(1) == 10)
    }
}
