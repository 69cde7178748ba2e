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
        @usableFromInline var replaced: Memo<Key, Value>.Place?

        @inlinable
        init() {}
    }

    /// Sets what is known of a key, unless something is and `force` is off. Callers whose key has not been sent yet
    /// get the result at once, and the key is not sent for them.
    @inlinable
    mutating func prime(_ key: Key, with result: Result<Value, any Error>, force: Bool) -> Priming {
        var priming = Priming()
        let known = memo.find(key)
        if let known {
            if case .pending(_, let id) = memo.places[known], let queue = gatheringQueue(of: id) {
                let slot = Int(id.slot)
                queue.gathered -= 1
                queue.slots[slot].state = .finished(result)
                priming.resumptions = resumptions(in: queue, slots: slot..<slot + 1)
                priming.isTaken = true
            } else if !force {
                return priming
            }
            priming.replaced = memo.places[known]
        }
        guard options.memoises else {
            if let known { priming.replaced = memo.remove(known) }
            return priming
        }
        memo.set(known ?? memo.claim(key).number, to: .finished(key, result))
        priming.isTaken = true
        return priming
    }

    /// The queue of a slot that has not been sent.
    @inlinable
    func gatheringQueue(of id: SlotID) -> Queue? {
        guard let queue = queues[Int(id.queue)], Int(id.slot) >= queue.sent else { return nil }
        return queue
    }

    /// Forgets a key. One that has not been sent yet stays in its batch: its answer is yet to be given.
    @inlinable
    mutating func clear(_ key: Key) -> Memo<Key, Value>.Place? {
        clears += 1
        guard let known = memo.find(key) else { return nil }
        if case .pending(_, let id) = memo.places[known], gatheringQueue(of: id) != nil { return nil }
        return memo.remove(known)
    }

    /// Forgets all keys but those that have not been sent yet.
    @inlinable
    mutating func clearAll() -> Memo<Key, Value> {
        clears += 1
        let cleared = memo
        memo = Memo()
        for case .pending(let key, let id) in cleared.places {
            guard let queue = gatheringQueue(of: id) else { continue }
            let place = memo.claim(key).number
            memo.set(place, to: .pending(key, id))
            queue.slots[Int(id.slot)].place = Int32(truncatingIfNeeded: place)
        }
        return cleared
    }
}
