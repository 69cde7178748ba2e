// SPDX-License-Identifier: Apache-2.0
//
// What a memoising loader that is dispatched by hand must do, written as simply as possible: one thing after another.

/// A sequential model of a loader.
struct LoaderModel {
    /// One fetch of a key.
    final class Slot {
        let key: Int
        /// How many callers want it; those who enqueued do for good.
        var callers = 0
        var outcome: Outcome?

        init(_ key: Int) { self.key = key }
    }

    enum Outcome: Equatable {
        case value(Int)
        case failed
    }

    private enum Entry {
        case known(Outcome)
        case pending(Slot, isSent: Bool)
    }

    private var entries: [Int: Entry] = [:]
    private(set) var gathered: [Slot] = []
    private(set) var sent: [[Slot]] = []

    /// What a caller gets: an outcome at once, or that of a slot later.
    mutating func load(_ key: Int) -> Slot {
        switch entries[key] {
        case .known(let outcome):
            let slot = Slot(key)
            slot.outcome = outcome
            return slot
        case .pending(let slot, _):
            slot.callers += 1
            return slot
        case nil:
            let slot = Slot(key)
            slot.callers = 1
            gathered.append(slot)
            entries[key] = .pending(slot, isSent: false)
            return slot
        }
    }

    /// A caller of a slot without an outcome leaves. A key that nobody wants is not sent; a batch in flight that nobody
    /// wants is forgotten.
    mutating func leave(_ slot: Slot) {
        slot.callers -= 1
        if let index = gathered.firstIndex(where: { $0 === slot }) {
            guard slot.callers == 0 else { return }
            gathered.remove(at: index)
            entries[slot.key] = nil
        } else if let batch = sent.first(where: { $0.contains { $0 === slot } }), batch.allSatisfy({ $0.callers == 0 })
        {
            for slot in batch where isOwner(slot) { entries[slot.key] = nil }
        }
    }

    mutating func clear(_ key: Int) {
        if case .pending(_, isSent: false)? = entries[key] { return }
        entries[key] = nil
    }

    mutating func clearAll() {
        for key in entries.keys { clear(key) }
    }

    mutating func prime(_ key: Int, _ value: Int, force: Bool) -> Bool {
        switch entries[key] {
        case .pending(let slot, isSent: false):
            slot.outcome = .value(value)
            gathered.removeAll { $0 === slot }
        case .pending, .known:
            guard force else { return false }
        case nil:
            break
        }
        entries[key] = .known(.value(value))
        return true
    }

    mutating func dispatch() {
        guard !gathered.isEmpty else { return }
        for slot in gathered { entries[slot.key] = .pending(slot, isSent: true) }
        sent.append(gathered)
        gathered = []
    }

    mutating func answer(batch index: Int, value: ((Int) -> Int)?) {
        for slot in sent.remove(at: index) {
            let outcome = value.map { Outcome.value($0(slot.key)) } ?? .failed
            slot.outcome = outcome
            if isOwner(slot) { entries[slot.key] = value == nil ? nil : .known(outcome) }
        }
    }

    private func isOwner(_ slot: Slot) -> Bool {
        if case .pending(let owner, _)? = entries[slot.key] { owner === slot } else { false }
    }
}
