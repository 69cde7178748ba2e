// SPDX-License-Identifier: Apache-2.0
//
// Random operations on a loader and on its model: both must say the same, whatever the order and the options.

import DataLoading
import Testing

@Suite("Against a model", .timeLimit(.minutes(5)))
struct ModelTests {
    @Test(.serialized, arguments: 1...20 as ClosedRange<UInt64>)
    func `five thousand random operations end as the model says`(seed: UInt64) async throws {
        var run = ModelRun(seed: seed, options: try Self.options())
        for _ in 0..<repetitions(5_000) { await run.step() }
        await run.finish()
    }

    @Test(.serialized, arguments: 1...20 as ClosedRange<UInt64>)
    func `so do a hundred with each combination of the options`(seed: UInt64) async throws {
        for (deduplicates, memoises) in [(true, true), (true, false), (false, true), (false, false)] {
            for maxBatchSize in [nil, 1, 3] {
                for maxConcurrentBatches in [nil, 1, 2] {
                    let options = try Self.options(maxBatchSize, maxConcurrentBatches, deduplicates, memoises)
                    var run = ModelRun(seed: seed, options: options)
                    for _ in 0..<repetitions(100) { await run.step() }
                    await run.finish()
                }
            }
        }
    }

    /// The options of a loader that is dispatched by hand and by nothing else: the clock of the deadline stands still.
    private static func options(
        _ maxBatchSize: Int? = nil,
        _ maxConcurrentBatches: Int? = nil,
        _ deduplicates: Bool = true,
        _ memoises: Bool = true
    ) throws -> DataLoaderOptions {
        try DataLoaderOptions(
            maxBatchSize: maxBatchSize,
            maxConcurrentBatches: maxConcurrentBatches,
            deduplicates: deduplicates,
            memoises: memoises,
            schedule: .manual(clock: ManualClock())
        )
    }
}

/// A key that is equal to all others of its number, and yet tells which load brought it.
private struct ModelKey: Hashable, Sendable {
    let number: Int
    let serial: Int

    static func == (left: Self, right: Self) -> Bool { left.number == right.number }
    func hash(into hasher: inout Hasher) { hasher.combine(number) }
}

private struct KeyError: Error {
    let version: Int
}

/// One run: a loader, its model, and the loads whose end is to be compared.
private struct ModelRun {
    typealias Batches = Held<ModelKey, [Result<Int, any Error>]>
    typealias Slot = LoaderModel.Slot

    private var random: SplitMix64
    private var model: LoaderModel
    private let batches = Batches()
    private let loader: DataLoader<ModelKey, Int>
    private var held: [Batches.Batch] = []
    private var pending: [(load: PendingLoad<ModelKey, Int>, slot: Slot)] = []
    private var callers: [(task: Task<[Result<Int, any Error>], any Error>, slots: [Slot])] = []
    /// The serials of the keys whose batches may be cancelled.
    private let unwanted = Locked<Set<Int>>([])
    private var serial = 0

    init(seed: UInt64, options: DataLoaderOptions) {
        random = SplitMix64(state: seed)
        model = LoaderModel(options)
        loader = DataLoader(
            .aligned { [batches, unwanted] keys in
                let answer = try await batches.fetch(keys)
                if Task.isCancelled { #expect(unwanted.withLock { $0.contains(keys[0].serial) }) }
                return answer
            },
            options: options
        )
    }

    mutating func step() async {
        let key = Int.random(in: 0..<12, using: &random)
        switch Int.random(in: 0..<24, using: &random) {
        case 0..<4: pending.append((loader.enqueue(nextKey(key)), model.load(key, serial: serial)))
        case 4..<7: load(key)
        case 7..<9: loadMany((0..<Int.random(in: 0..<5, using: &random)).map { key + $0 * $0 })
        case 9..<12: await cancel()
        case 12: await loadCancelled(key)
        case 13..<15:
            loader.clear(nextKey(key))
            model.clear(key)
        case 15:
            loader.clearAll()
            model.clearAll()
        case 16..<18: prime(key)
        case 18..<20: await dispatch()
        default: await answer()
        }
    }

    /// Sends and answers what is left.
    mutating func finish() async {
        await dispatch()
        while !held.isEmpty {
            await answer()
            await dispatch()
        }
        await compare()
        #expect(pending.isEmpty && callers.isEmpty, "every load has ended")
        let (traffic, holdings) = (loader.traffic, loader.holdings)
        #expect(traffic == (0, 0))
        #expect(holdings.queues == 0)
        if !model.options.memoises { #expect(holdings.keys == 0) }
    }

    private mutating func nextKey(_ number: Int) -> ModelKey {
        serial += 1
        return ModelKey(number: number, serial: serial)
    }

    private mutating func load(_ number: Int) {
        let key = nextKey(number)
        let task = startNow { [loader] () -> [Result<Int, any Error>] in
            do { return [.success(try await loader.load(key))] } catch { return [.failure(error)] }
        }
        callers.append((task, [model.load(number, serial: serial)]))
    }

    private mutating func loadMany(_ numbers: [Int]) {
        var (keys, slots): ([ModelKey], [Slot]) = ([], [])
        for number in numbers {
            keys.append(nextKey(number))
            slots.append(model.load(number, serial: serial))
        }
        callers.append((startNow { [loader, keys] in await loader.loadManyResults(keys) }, slots))
    }

    private mutating func loadCancelled(_ number: Int) async {
        let key = nextKey(number)
        let slot = model.load(number, serial: serial)
        let task = startNow { [loader] in
            withUnsafeCurrentTask { $0?.cancel() }
            return try await loader.load(key)
        }
        let result = await task.result
        expect(result, is: slot.outcome)
        leave(slot)
    }

    /// Cancels one of those who wait.
    private mutating func cancel() async {
        guard let index = callers.indices.randomElement(using: &random) else { return }
        let (task, slots) = callers.remove(at: index)
        task.cancel()
        await compare(task, slots)
        for slot in slots { leave(slot) }
    }

    private mutating func leave(_ slot: Slot) {
        model.leave(slot)
        for batch in model.sent where model.isUnwanted(batch) {
            unwanted.withLock { $0.formUnion(batch.map(\.serial)) }
        }
    }

    private mutating func prime(_ number: Int) {
        let key = nextKey(number)
        let force = Bool.random(using: &random)
        let isError = Int.random(in: 0..<4, using: &random) == 0
        let isTaken =
            isError
            ? loader.prime(key, throwing: KeyError(version: serial), force: force)
            : loader.prime(key, with: serial, force: force)
        #expect(isTaken == model.prime(number, isError ? .keyError(serial) : .value(serial), force: force))
    }

    private mutating func dispatch() async {
        let expected = model.dispatch()
        loader.dispatch()
        await take(expected)
    }

    private mutating func answer() async {
        guard let index = held.indices.randomElement(using: &random) else { return }
        let batch = held.remove(at: index)
        serial += 1
        let version = serial
        if Int.random(in: 0..<4, using: &random) == 0 {
            let expected = model.answer(batch: index, outcomes: nil)
            batch.answer.resume(throwing: TestError())
            await take(expected)
        } else {
            let outcomes = batch.keys.map { key -> LoaderModel.Outcome in
                key.serial.isMultiple(of: 5) ? .keyError(version) : .value(version * 1_000 + key.serial)
            }
            let expected = model.answer(batch: index, outcomes: outcomes)
            batch.answer.resume(returning: outcomes.map(Self.result))
            await take(expected)
        }
        await compare()
    }

    /// Waits for the batches that are to go, and until what has ended is taken in.
    private mutating func take(_ expected: [[Slot]]) async {
        var arrived: [Int: Batches.Batch] = [:]
        for _ in expected {
            let batch = await batches.next()
            arrived[batch.keys[0].serial] = batch
        }
        for slots in expected {
            guard let batch = arrived[slots[0].serial] else {
                Issue.record("no batch begins with key \(slots[0].key)")
                return
            }
            #expect(batch.keys.map(\.serial) == slots.map(\.serial))
            held.append(batch)
        }
        while loader.traffic != model.traffic { await Task.yield() }
    }

    /// Compares the loads that have ended in the model.
    private mutating func compare() async {
        for (load, slot) in pending where slot.outcome != nil {
            do {
                expect(.success(try await load.value), is: slot.outcome)
            } catch {
                expect(.failure(error), is: slot.outcome)
            }
        }
        pending.removeAll { $0.slot.outcome != nil }
        let isOver = { (slots: [Slot]) in slots.allSatisfy { $0.outcome != nil } }
        for (task, slots) in callers where isOver(slots) { await compare(task, slots) }
        callers.removeAll { isOver($0.slots) }
    }

    /// Compares the results of a caller that has its values, or was cancelled.
    private func compare(_ task: Task<[Result<Int, any Error>], any Error>, _ slots: [Slot]) async {
        let results = await task.result.value ?? []
        #expect(results.count == slots.count)
        for (result, slot) in zip(results, slots) { expect(result, is: slot.outcome) }
    }

    private func expect(_ result: Result<Int, any Error>, is outcome: LoaderModel.Outcome?) {
        switch result {
        case .success(let value): #expect(outcome == .value(value))
        case .failure(let error as KeyError): #expect(outcome == .keyError(error.version))
        case .failure(is TestError): #expect(outcome == .batchError)
        case .failure(is CancellationError): #expect(outcome == nil)
        case .failure(let error): Issue.record(error)
        }
    }

    private static func result(of outcome: LoaderModel.Outcome) -> Result<Int, any Error> {
        switch outcome {
        case .value(let value): .success(value)
        case .keyError(let version): .failure(KeyError(version: version))
        case .batchError: .failure(TestError())
        }
    }
}
