// SPDX-License-Identifier: Apache-2.0
//
// Each option decides one thing, and no other.

import DataLoading
import Testing

@Suite("Options", .timeLimit(.minutes(5)))
struct OptionTests {
    /// What deduplication and memoisation decide, together.
    private static let decisions: [(deduplicates: Bool, memoises: Bool, batches: [[Int]])] = [
        (true, true, [[1, 2]]),
        (true, false, [[1, 2], [1]]),
        (false, true, [[1, 1, 2]]),
        (false, false, [[1, 1, 2], [1]]),
    ]

    /// What decides neither.
    private static let others: [@Sendable (DataLoaderOptions) throws -> DataLoaderOptions] = [
        { $0 },
        { try $0.changed(maxBatchSize: 3) },
        { try $0.changed(maxConcurrentBatches: 1) },
        { try $0.changed(schedule: .immediate) },
        { try $0.changed(schedule: .window(.seconds(60))) },
        { try $0.changed(schedule: .manual()) },
        { try $0.changed(name: "named") },
    ]

    @Test(arguments: decisions.indices, others.indices)
    func `deduplication and memoisation do not depend on each other, nor on what else is chosen`(
        decision: Int,
        other: Int
    ) async throws {
        let (deduplicates, memoises, batches) = Self.decisions[decision]
        let options = try DataLoaderOptions(deduplicates: deduplicates, memoises: memoises)
        let (loader, log) = tenfold(options: try Self.others[other](options))
        let values = try await withBatching {
            try await loader.loadMany([1, 1, 2]) + loader.loadMany([1])
        }
        #expect(values == [10, 10, 20, 10])
        #expect(log.all == batches)
    }

    @Test func `the defaults are one batch, everything shared and kept, and quiescence`() {
        let options = DataLoaderOptions()
        #expect(options.maxBatchSize == nil)
        #expect(options.maxConcurrentBatches == nil)
        #expect(options.deduplicates)
        #expect(options.memoises)
        #expect(options.name == nil)
        #expect("\(options.schedule)".contains("quiescence"))
    }

    @Test func `a loader tells its options`() throws {
        let (loader, _) = tenfold(options: try DataLoaderOptions(maxBatchSize: 7, name: "sevens"))
        #expect(loader.options.maxBatchSize == 7)
        #expect(loader.options.name == "sevens")
    }

    @Test func `a cap of one sends each key by itself, and shares and keeps it all the same`() async throws {
        let (loader, log) = tenfold(options: try DataLoaderOptions(maxBatchSize: 1))
        let values = try await withBatching {
            try await loader.loadMany([1, 2, 1]) + loader.loadMany([2])
        }
        #expect(values == [10, 20, 10, 20])
        #expect(log.all == [[1], [2]])
    }

    @Test(arguments: [1, 2, Int.max])
    func `any cap and any limit from one up are taken`(number: Int) async throws {
        let options = try DataLoaderOptions(maxBatchSize: number, maxConcurrentBatches: number)
        let (loader, _) = tenfold(options: options)
        #expect(try await loader.loadMany(1...5) == [10, 20, 30, 40, 50])
    }

    @Test func `without memoisation nothing is primed for later, and a waiting caller is answered`() async throws {
        let (loader, log) = tenfold(
            options: try DataLoaderOptions(memoises: false, schedule: .manual(clock: ManualClock()))
        )
        #expect(!loader.prime(1, with: -1))
        let pending = loader.enqueue(1)
        #expect(loader.prime(1, with: -1))
        #expect(try await pending.value == -1)
        let later = loader.enqueue(1)
        loader.dispatch()
        #expect(try await later.value == 10)
        #expect(log.all == [[1]])
    }

    @Test func `without deduplication the answer to the latest of equal loads is the one that is kept`() async throws {
        let batches = HeldBatches()
        let options = try DataLoaderOptions(deduplicates: false, schedule: .manual(clock: ManualClock()))
        let loader = DataLoader<Int, Int>(options: options) { try await batches.fetch($0) }
        let early = loader.enqueue(1)
        loader.dispatch()
        let first = await batches.next()
        let late = loader.enqueue(1)
        loader.dispatch()
        let second = await batches.next()
        second.answer.resume(returning: [1: 2])
        #expect(try await late.value == 2)
        first.answer.resume(returning: [1: 1])
        #expect(try await early.value == 1)
        #expect(try await loader.load(1) == 2)
    }
}

extension DataLoaderOptions {
    /// These options, but for one.
    fileprivate func changed(
        maxBatchSize: Int? = nil,
        maxConcurrentBatches: Int? = nil,
        schedule: DataLoaderSchedule? = nil,
        name: String? = nil
    ) throws -> Self {
        try Self(
            maxBatchSize: maxBatchSize ?? self.maxBatchSize,
            maxConcurrentBatches: maxConcurrentBatches ?? self.maxConcurrentBatches,
            deduplicates: deduplicates,
            memoises: memoises,
            schedule: schedule ?? self.schedule,
            name: name ?? self.name
        )
    }
}
