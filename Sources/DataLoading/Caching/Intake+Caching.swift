// SPDX-License-Identifier: Apache-2.0
//
// Putting results in and taking them out by hand.

extension Intake {
    /// Sets what is known of a key, unless something is and `force` is off. Callers whose key has not been sent yet
    /// get the result at once, and the key is not sent for them.
    mutating func prime(
        _ key: Key,
        with result: Result<Value, any Error>,
        force: Bool
    ) -> (isPrimed: Bool, resumptions: [Resumption]) {
        var resumptions: [Resumption] = []
        switch entries[key] {
        case .pending(let queue, let slot) where queue.isGathering:
            Self.finish(queue, slot: slot, with: result, resuming: &resumptions)
        case .pending where !force, .finished where !force:
            return (false, [])
        case .pending, .finished, nil:
            break
        }
        entries[key] = options.memoises ? .finished(result) : nil
        return (true, resumptions)
    }

    /// Forgets a key. One that has not been sent yet stays in its batch: its answer is yet to be given.
    mutating func clear(_ key: Key) {
        if case .pending(let queue, _)? = entries[key], queue.isGathering { return }
        entries[key] = nil
    }

    /// Forgets all keys but those that have not been sent yet.
    mutating func clearAll() {
        entries.removeAll()
        guard options.memoises || options.deduplicates else { return }
        for queue in gathering.values {
            for (index, slot) in queue.slots.enumerated() where slot.isWaiting {
                entries[slot.key] = .pending(queue, slot: index)
            }
        }
    }
}
