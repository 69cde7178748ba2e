// SPDX-License-Identifier: Apache-2.0
//
// Putting results in and taking them out by hand.

//
// What is taken out is returned, so that it ends outside the lock: the end of a value is its owner's code.

extension Intake {
    /// What priming did.
    @usableFromInline
    struct Priming: Sendable {
        @usableFromInline var isTaken = false
        @usableFromInline var resumptions: [Resumption] = []
        @usableFromInline var replaced: Entry?

        @inlinable
        init() {}
    }

    /// Sets what is known of a key, unless something is and `force` is off. Callers whose key has not been sent yet
    /// get the result at once, and the key is not sent for them.
    @inlinable
    mutating func prime(_ key: Key, with result: Result<Value, any Error>, force: Bool) -> Priming {
        var priming = Priming()
        switch entries[key] {
        case .pending(let queue, let slot) where !queue.isSent(slot: slot):
            queue.slots[slot].state = .finished(result)
            priming.resumptions = Self.resumptions(in: queue, slots: slot..<slot + 1)
            priming.isTaken = true
        case .pending where !force, .finished where !force:
            return priming
        case .pending, .finished, nil:
            priming.isTaken = options.memoises
        }
        priming.replaced = entries[key]
        entries[key] = options.memoises ? .finished(result) : nil
        return priming
    }

    /// Forgets a key. One that has not been sent yet stays in its batch: its answer is yet to be given.
    @inlinable
    mutating func clear(_ key: Key) -> Entry? {
        clears += 1
        if case .pending(let queue, let slot)? = entries[key], !queue.isSent(slot: slot) { return nil }
        return entries.removeValue(forKey: key)
    }

    /// Forgets all keys but those that have not been sent yet.
    @inlinable
    mutating func clearAll() -> [Key: Entry] {
        clears += 1
        let cleared = entries
        entries = [:]
        guard remembersKeys else { return cleared }
        for queue in due + gathering.values {
            for index in queue.sent..<queue.slots.count where queue.slots[index].isWaiting {
                entries[queue.slots[index].key] = .pending(queue, slot: index)
            }
        }
        return cleared
    }
}
