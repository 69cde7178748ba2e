// SPDX-License-Identifier: Apache-2.0
//
// Putting results in and taking them out by hand.

extension Intake {
    /// Sets what is known of a key, unless something is and `force` is off. Callers whose key has not been sent yet
    /// get the result at once, and the key is not sent for them.
    @inlinable
    mutating func prime(
        _ key: Key,
        with result: Result<Value, any Error>,
        force: Bool
    ) -> (isPrimed: Bool, resumptions: [Resumption]) {
        var resumptions: [Resumption] = []
        switch entries[key] {
        case .pending(let queue, let slot) where !queue.isSent(slot: slot):
            queue.slots[slot].state = .finished(result)
            resumptions = Self.resumptions(in: queue, slots: slot..<slot + 1)
        case .pending where !force, .finished where !force:
            return (false, [])
        case .pending, .finished, nil:
            break
        }
        entries[key] = options.memoises ? .finished(result) : nil
        return (true, resumptions)
    }

    /// Forgets a key. One that has not been sent yet stays in its batch: its answer is yet to be given.
    @inlinable
    mutating func clear(_ key: Key) {
        if case .pending(let queue, let slot)? = entries[key], !queue.isSent(slot: slot) { return }
        entries[key] = nil
    }

    /// Forgets all keys but those that have not been sent yet.
    @inlinable
    mutating func clearAll() {
        entries.removeAll()
        guard options.memoises || options.deduplicates else { return }
        for queue in due + gathering.values {
            for index in queue.sent..<queue.slots.count where queue.slots[index].isWaiting {
                entries[queue.slots[index].key] = .pending(queue, slot: index)
            }
        }
    }
}
