// SPDX-License-Identifier: Apache-2.0
//
// How callers wait for a key, and how they leave when they are cancelled.

extension Intake {
    /// What leaving has for a consequence.
    struct Departure: Sendable {
        /// The caller, if it was suspended.
        var continuation: UnsafeContinuation<Value, any Error>?
        /// A batch in flight that nobody waits for any more.
        var abandonedTask: Task<Void, Never>?
    }

    /// Suspends a caller until its slot has a result.
    ///
    /// - Returns: The result if it is there already; the caller is then not kept.
    mutating func wait(_ waiter: Waiter<Value>, in queue: Queue, slot index: Int) -> Result<Value, any Error>? {
        switch queue.slots[index].state {
        case .finished(let result):
            return result
        case .abandoned:
            return .failure(CancellationError())
        case .waiting(var waiters):
            queue.slots[index].state = .abandoned  // Leaves `waiters` the only owner of its storage.
            waiters.insert(waiter)
            queue.slots[index].state = .waiting(waiters)
            return nil
        }
    }

    /// The result of a slot, if it has one.
    func result(of queue: Queue, slot index: Int) -> Result<Value, any Error>? {
        if case .finished(let result) = queue.slots[index].state { result } else { nil }
    }

    /// Takes a suspended caller out; does nothing if it is not, or no longer, suspended.
    ///
    /// - Parameter givingUpKey: Whether the caller's wish for the key goes with it. A key that nobody else wants is not
    ///   sent; a batch in flight that nobody else wants is forgotten, so that later loads ask anew.
    mutating func leave(_ ticket: Ticket<Key, Value>, givingUpKey: Bool) -> Departure {
        let (queue, index) = (ticket.queue, ticket.index)
        guard case .waiting(var waiters) = queue.slots[index].state else { return Departure() }
        queue.slots[index].state = .abandoned
        let waiter = waiters.remove(id: ticket.id)
        queue.slots[index].state = .waiting(waiters)
        guard let waiter else { return Departure() }

        var departure = Departure()
        if case .single(let continuation) = waiter.target {
            departure.continuation = continuation
        }
        if givingUpKey {
            departure.abandonedTask = release(queue, slot: index)
        }
        return departure
    }

    /// Suspends a group until all of its keys have results.
    ///
    /// - Returns: How many results are outstanding.
    mutating func join(_ group: LoadGroup, waitingFor entered: [Entered]) -> Int {
        var outstanding = 0
        for case .waiting(let ticket, _) in entered {
            let waiter = Waiter<Value>(id: ticket.id, target: .group(group))
            if wait(waiter, in: ticket.queue, slot: ticket.index) == nil { outstanding += 1 }
        }
        return outstanding
    }

    /// Takes a group out that no longer waits.
    ///
    /// - Returns: The tasks of batches in flight that nobody waits for any more.
    mutating func leave(_ entered: [Entered]) -> [Task<Void, Never>] {
        var tasks: [Task<Void, Never>] = []
        for case .waiting(let ticket, _) in entered {
            if let task = leave(ticket, givingUpKey: true).abandonedTask { tasks.append(task) }
        }
        return tasks
    }

    /// A ticket of the same slot for one more wait.
    func renew(_ ticket: Ticket<Key, Value>) -> Ticket<Key, Value> {
        Ticket(queue: ticket.queue, index: ticket.index, id: ticket.queue.makeID())
    }

    private mutating func release(_ queue: Queue, slot index: Int) -> Task<Void, Never>? {
        queue.slots[index].callers -= 1
        if queue.isGathering {
            guard queue.slots[index].callers == 0 else { return nil }
            queue.slots[index].state = .abandoned
            removeEntry(of: queue, slot: index)
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

    /// Removes the entry of a slot's key if it is still this slot's.
    mutating func removeEntry(of queue: Queue, slot index: Int) {
        let key = queue.slots[index].key
        if owns(queue, slot: index, entryOf: key) {
            entries[key] = nil
        }
    }

    /// Whether what is known of a key is that this slot will bring it.
    func owns(_ queue: Queue, slot index: Int, entryOf key: Key) -> Bool {
        guard case .pending(let owner, let slot)? = entries[key] else { return false }
        return owner === queue && slot == index
    }
}
