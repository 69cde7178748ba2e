// SPDX-License-Identifier: Apache-2.0
//
// Random operations on a loader and on its model: both must say the same, whatever the order.

import DataLoading
import Testing

@Suite("Against a model", .timeLimit(.minutes(3)))
struct ModelTests {
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `five thousand random operations end as the model says`(seed: UInt64) async throws {
        var run = try ModelRun(seed: seed)
        for _ in 0..<5_000 { await run.step() }
        await run.finish()
    }
}

/// One run: a loader, its model, and the loads whose end is to be compared.
private struct ModelRun {
    private var random: SplitMix64
    private var model = LoaderModel()
    private let batches = HeldBatches()
    private let loader: DataLoader<Int, Int>
    private let clock = ManualClock()
    private var held: [HeldBatches.Batch] = []
    private var pending: [(load: PendingLoad<Int, Int>, slot: LoaderModel.Slot)] = []
    private var version = 0

    init(seed: UInt64) throws {
        random = SplitMix64(state: seed)
        let batches = batches
        loader = DataLoader(options: try DataLoaderOptions(schedule: .manual(clock: clock))) { keys in
            try await batches.fetch(keys)
        }
    }

    mutating func step() async {
        let key = Int.random(in: 0..<12, using: &random)
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<6: pending.append((loader.enqueue(key), model.load(key)))
        case 6..<9: await loadAndCancel(key)
        case 9..<11:
            loader.clear(key)
            model.clear(key)
        case 11:
            loader.clearAll()
            model.clearAll()
        case 12..<15:
            version += 1
            let force = Bool.random(using: &random)
            #expect(loader.prime(key, with: version, force: force) == model.prime(key, version, force: force))
        case 15..<17: await dispatch()
        default: await answer()
        }
    }

    /// Sends and answers what is left.
    mutating func finish() async {
        await dispatch()
        while !held.isEmpty { await answer() }
        await compare()
        #expect(pending.isEmpty, "every load has ended")
    }

    private mutating func loadAndCancel(_ key: Int) async {
        let slot = model.load(key)
        guard slot.outcome == nil else {
            let value = try? await loader.load(key)
            #expect(value.map { .value($0) } ?? .failed == slot.outcome)
            return
        }
        let task = Task { [loader] in try await loader.load(key) }
        while await !loader.hasCallers(slot.callers, of: key) { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        model.leave(slot)
    }

    private mutating func dispatch() async {
        let keys = model.gathered.map(\.key)
        model.dispatch()
        loader.dispatch()
        guard !keys.isEmpty else { return }
        let batch = await batches.next()
        #expect(batch.keys == keys)
        held.append(batch)
    }

    private mutating func answer() async {
        guard !held.isEmpty else { return }
        let index = held.indices.randomElement(using: &random) ?? 0
        let batch = held.remove(at: index)
        version += 1
        let version = version
        let fails = Int.random(in: 0..<4, using: &random) == 0
        model.answer(batch: index, value: fails ? nil : { $0 * 1_000_000 + version })
        if fails {
            batch.answer.resume(throwing: TestError())
        } else {
            let values = batch.keys.map { ($0, $0 * 1_000_000 + version) }
            batch.answer.resume(returning: Dictionary(uniqueKeysWithValues: values))
        }
        await compare()
    }

    /// Compares the loads that have ended in the model. Awaiting them also waits until a batch that was answered is
    /// published; one that nobody waits for changes nothing.
    private mutating func compare() async {
        for (load, slot) in pending where slot.outcome != nil {
            let value = try? await load.value
            #expect(value.map { .value($0) } ?? .failed == slot.outcome, "key \(slot.key)")
        }
        pending.removeAll { $0.slot.outcome != nil }
    }
}
