// SPDX-License-Identifier: Apache-2.0
//
// How callers wait for a key, and how they leave when they are cancelled.

extension Intake {
    /// What leaving has for a consequence.
    @usableFromInline
    struct Departure: Sendable {
        /// The caller, if it was suspended.
        @usableFromInline var continuation: UnsafeContinuation<Value, any Error>?
        /// A batch in flight that nobody waits for any more.
        @usableFromInline var abandonedTask: Task<Void, Never>?

        @inlinable
        init() {}
    }

    /// Suspends a caller until its slot has a result.
    ///
    /// - Returns: The result if it is there already; the caller is then not kept.
    @inlinable
    mutating func wait(_ caller: Queue.Caller, at ticket: Ticket<Key, Value>) -> Result<Value, any Error>? {
        if let result = result(at: ticket) { return result }
        ticket.queue.waiters[ticket.place].caller = caller
        return nil
    }

    /// The result of a slot, if it has one.
    @inlinable
    func result(at ticket: Ticket<Key, Value>) -> Result<Value, any Error>? {
        if case .finished(let result) = ticket.queue.slots[ticket.slot].state { result } else { nil }
    }

    /// Takes a suspended caller out; does nothing if it is not, or no longer, suspended.
    ///
    /// - Parameter givingUpKey: Whether the caller's wish for the key goes with it. A key that nobody else wants is not
    ///   sent; a batch in flight that nobody else wants is forgotten, so that later loads ask anew.
    @inlinable
    mutating func leave(_ ticket: Ticket<Key, Value>, givingUpKey: Bool) -> Departure {
        guard let caller = ticket.queue.waiters[ticket.place].caller.take() else { return Departure() }
        var departure = Departure()
        if case .single(let continuation) = caller {
            departure.continuation = continuation
        }
        if givingUpKey {
            departure.abandonedTask = release(ticket.queue, slot: ticket.slot)
        }
        return departure
    }

    /// Suspends a group until all of its keys have results.
    ///
    /// - Returns: How many results are outstanding.
    @inlinable
    mutating func join(_ group: LoadGroup, waitingFor entered: [Entered]) -> Int {
        var outstanding = 0
        for case .waiting(let ticket, _) in entered where wait(.group(group), at: ticket) == nil {
            outstanding += 1
        }
        return outstanding
    }

    /// Takes a group out that no longer waits.
    ///
    /// - Returns: The tasks of batches in flight that nobody waits for any more.
    @inlinable
    mutating func leave(_ entered: [Entered]) -> [Task<Void, Never>] {
        var tasks: [Task<Void, Never>] = []
        for case .waiting(let ticket, _) in entered {
            if let task = leave(ticket, givingUpKey: true).abandonedTask { tasks.append(task) }
        }
        return tasks
    }

    /// A place in line for one more wait for the same slot.
    @inlinable
    mutating func lineUp(again ticket: Ticket<Key, Value>) -> Ticket<Key, Value> {
        guard result(at: ticket) == nil else { return ticket }
        return Ticket(queue: ticket.queue, slot: ticket.slot, place: ticket.queue.lineUp(forSlot: ticket.slot))
    }

    @inlinable
    mutating func release(_ queue: Queue, slot index: Int) -> Task<Void, Never>? {
        queue.slots[index].callers -= 1
        guard queue.isSent(slot: index) else {
            if queue.slots[index].callers == 0 {
                queue.slots[index].state = .abandoned
                removeEntry(of: queue, slot: index)
            }
            return nil
        }
        let number = queue.batchIndex(ofSlot: index)
        queue.batches[number].callers -= 1
        guard queue.batches[number].callers == 0 else { return nil }
        for slot in queue.batches[number].slots {
            removeEntry(of: queue, slot: slot)
        }
        return queue.batches[number].task
    }

    @inlinable
    mutating func removeEntry(of queue: Queue, slot index: Int) {
        let key = queue.slots[index].key
        if owns(queue, slot: index, entryOf: key) {
            entries[key] = nil
        }
    }

    /// Whether what is known of a key is that this slot will bring it.
    @inlinable
    func owns(_ queue: Queue, slot index: Int, entryOf key: Key) -> Bool {
        guard case .pending(let owner, let slot)? = entries[key] else { return false }
        return owner === queue && slot == index
    }
}
