// SPDX-License-Identifier: Apache-2.0
//
// What a loader that is dispatched by hand must do, written as simply as possible: one thing after another.

import DataLoading

/// A sequential model of a loader.
struct LoaderModel {
    /// One fetch of a key.
    final class Slot {
        let key: Int
        /// Tells loads of equal keys apart.
        let serial: Int
        /// How many callers want it; those who enqueued do for good.
        var callers = 0
        var outcome: Outcome?
        var isSent = false
        var isAbandoned = false

        init(_ key: Int, serial: Int) {
            self.key = key
            self.serial = serial
        }

        var isGathered: Bool { !isSent && !isAbandoned && outcome == nil }
    }

    enum Outcome: Equatable {
        case value(Int)
        case keyError(Int)
        case batchError
    }

    /// What is gathered until a dispatch, and then sent as far as the limit allows.
    private final class Queue {
        var slots: [Slot] = []
    }

    private enum Entry {
        case known(Outcome)
        case pending(Slot)
    }

    let options: DataLoaderOptions
    private var entries: [Int: Entry] = [:]
    private var gathering: Queue?
    private var due: [Queue] = []
    /// The batches in flight.
    private(set) var sent: [[Slot]] = []

    init(_ options: DataLoaderOptions) {
        self.options = options
    }

    var traffic: (running: Int, due: Int) { (sent.count, due.count) }

    /// What a caller gets: an outcome at once, or that of a slot later.
    mutating func load(_ key: Int, serial: Int) -> Slot {
        switch entries[key] {
        case .known(let outcome):
            let slot = Slot(key, serial: serial)
            slot.outcome = outcome
            return slot
        case .pending(let slot) where options.deduplicates && (options.memoises || !slot.isSent):
            slot.callers += 1
            return slot
        case .pending, nil:
            let slot = Slot(key, serial: serial)
            slot.callers = 1
            let queue = gathering ?? Queue()
            gathering = queue
            queue.slots.append(slot)
            if options.memoises || options.deduplicates { entries[key] = .pending(slot) }
            return slot
        }
    }

    /// A caller leaves. A key that nobody wants is not sent; a batch in flight that nobody wants is forgotten.
    mutating func leave(_ slot: Slot) {
        guard slot.outcome == nil else { return }
        slot.callers -= 1
        if !slot.isSent {
            guard slot.callers == 0 else { return }
            slot.isAbandoned = true
            forget(slot)
        } else if let batch = sent.first(where: { $0.contains { $0 === slot } }), isUnwanted(batch) {
            for slot in batch { forget(slot) }
        }
    }

    func isUnwanted(_ batch: [Slot]) -> Bool { batch.allSatisfy { $0.callers == 0 } }

    mutating func clear(_ key: Int) {
        if case .pending(let slot)? = entries[key], !slot.isSent { return }
        entries[key] = nil
    }

    mutating func clearAll() {
        for key in entries.keys { clear(key) }
    }

    mutating func prime(_ key: Int, _ outcome: Outcome, force: Bool) -> Bool {
        var isTaken = false
        switch entries[key] {
        case .pending(let slot) where !slot.isSent:
            slot.outcome = outcome
            isTaken = true
        case .pending, .known:
            guard force else { return false }
        case nil:
            break
        }
        entries[key] = options.memoises ? .known(outcome) : nil
        return isTaken || options.memoises
    }

    /// - Returns: The batches that go.
    mutating func dispatch() -> [[Slot]] {
        if let gathering, !due.contains(where: { $0 === gathering }) { due.append(gathering) }
        return send()
    }

    /// - Parameter outcomes: The outcome of each key; `nil` if the batch failed.
    /// - Returns: The batches that go now.
    mutating func answer(batch index: Int, outcomes: [Outcome]?) -> [[Slot]] {
        for (position, slot) in sent.remove(at: index).enumerated() {
            let outcome = outcomes?[position] ?? .batchError
            slot.outcome = outcome
            guard isOwner(slot) else { continue }
            entries[slot.key] = options.memoises && outcomes != nil ? .known(outcome) : nil
        }
        return options.maxConcurrentBatches == nil ? [] : send()
    }

    /// Cuts what is due, oldest first, while there is room. Of a queue that was cut, no new key becomes part.
    private mutating func send() -> [[Slot]] {
        var batches: [[Slot]] = []
        while let queue = due.first, sent.count < options.maxConcurrentBatches ?? .max {
            if gathering === queue { gathering = nil }
            var batch: [Slot] = []
            while !queue.slots.isEmpty, batch.count < options.maxBatchSize ?? .max {
                let slot = queue.slots.removeFirst()
                if slot.isGathered { batch.append(slot) }
            }
            if queue.slots.isEmpty { due.removeFirst() }
            guard !batch.isEmpty else { continue }
            for slot in batch { slot.isSent = true }
            sent.append(batch)
            batches.append(batch)
        }
        return batches
    }

    private mutating func forget(_ slot: Slot) {
        if isOwner(slot) { entries[slot.key] = nil }
    }

    private func isOwner(_ slot: Slot) -> Bool {
        if case .pending(let owner)? = entries[slot.key] { owner === slot } else { false }
    }
}
