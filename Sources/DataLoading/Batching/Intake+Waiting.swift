// SPDX-License-Identifier: Apache-2.0
//
// How callers wait for a key, and how they leave when they are cancelled.

extension Intake {
    /// What a caller finds that wants to wait.
    @usableFromInline
    enum Waiting: Sendable {
        /// It is suspended, and will be resumed.
        case suspended
        case finished(Result<Value, any Error>)
        /// It was cancelled before it could wait.
        case cancelled
        /// It would wait for a batch that waits for it.
        case circular(Key)
    }

    /// What leaving has for a consequence.
    @usableFromInline
    struct Departure: Sendable {
        /// The caller, if it was suspended.
        @usableFromInline var continuation: Queue.Continuation?
        /// A batch in flight that nobody waits for any more.
        @usableFromInline var abandoned: RunningBatch?

        @inlinable
        init() {}
    }

    /// Suspends a caller until its slot has a result.
    @inlinable
    mutating func wait(_ continuation: Queue.Continuation, at ticket: Ticket<Key, Value>) -> Waiting {
        let queue = ticket.queue
        if case .cancelled = queue.waiters[ticket.waiter].caller { return .cancelled }
        if case .finished(let result) = queue.slots[ticket.slot].state { return .finished(result) }
        guard beginWait(of: ticket.batch, in: queue, waiter: ticket.waiter) else {
            queue.slots[ticket.slot].callers -= 1
            queue.batches[queue.batchIndex(ofSlot: ticket.slot)].callers -= 1
            queue.waiters[ticket.waiter].caller = .cancelled
            return .circular(queue.slots[ticket.slot].key)
        }
        queue.waiters[ticket.waiter].caller = .single(continuation)
        return .suspended
    }

    /// Takes a cancelled caller out; does nothing if it has been resumed.
    ///
    /// - Parameter givingUpKey: Whether the caller's wish for the key goes with it. A key that nobody else wants is not
    ///   sent; a batch in flight that nobody else wants is forgotten, so that later loads ask anew.
    @inlinable
    mutating func leave(_ ticket: Ticket<Key, Value>, givingUpKey: Bool) -> Departure {
        let (queue, waiter) = (ticket.queue, ticket.waiter)
        var departure = Departure()
        switch queue.waiters[waiter].caller {
        case .absent where queue.slots[ticket.slot].isOpen:
            queue.waiters[waiter].caller = .cancelled
        case .single(let continuation):
            queue.waiters[waiter].caller = .absent
            endWait(in: queue, waiter: waiter)
            departure.continuation = continuation
        case .absent, .cancelled, .group:
            return departure
        }
        if givingUpKey {
            statistics.countCancelledLoad()
            departure.abandoned = release(queue, slot: ticket.slot)
        }
        return departure
    }

    /// Takes the wait for a slot in that was asked for before: finds the result, or gets in line.
    @inlinable
    mutating func enter(_ queue: Queue, slot: Int) -> Entered {
        if case .finished(let result) = queue.slots[slot].state { return .finished(result) }
        raisePriority(of: queue, slot: slot, to: Priority.current)
        let waiter = queue.lineUp(forSlot: slot)
        return .waiting(Ticket(queue: queue, slot: slot, waiter: waiter, batch: LoadOrigin.current.batch), nil)
    }

    /// Takes one caller's wish for a slot back.
    ///
    /// - Returns: The batch in flight that nobody waits for any more, if there is one.
    @inlinable
    mutating func release(_ queue: Queue, slot: Int) -> RunningBatch? {
        guard queue.slots[slot].isOpen else { return nil }
        queue.slots[slot].callers -= 1
        guard queue.slots[slot].isSent else {
            if queue.slots[slot].callers == 0 {
                if queue.slots[slot].isGathered { queue.gathered -= 1 }
                queue.slots[slot].state = .abandoned
                forget(queue, slot: slot)
            }
            return nil
        }
        let number = queue.batchIndex(ofSlot: slot)
        queue.batches[number].callers -= 1
        guard queue.batches[number].callers == 0 else { return nil }
        for slot in queue.batches[number].slots { forget(queue, slot: slot) }
        return queue.batches[number].carrier
    }

    /// Forgets a key if all that is known of it is that this slot will bring it.
    @inlinable
    mutating func forget(_ queue: Queue, slot: Int) {
        let place = Int(queue.slots[slot].place)
        guard memo.isPending(place, in: SlotID(queue: queue.number, slot: slot)) else { return }
        forget(place, of: queue)
    }

    /// Forgets a key that has no result. What stands for it ends with the queue, outside the lock.
    @inlinable
    mutating func forget(_ place: Int, of queue: Queue) {
        if let cacheKey = memo.remove(place).cacheKey { queue.forgotten.append(cacheKey) }
    }
}

// Batches that wait for batches

extension Intake {
    /// Notes that a batch's function waits for a slot.
    ///
    /// - Returns: Whether it may: not if the slot's batch waits for that batch, by whatever detour.
    @inlinable
    func beginWait(of batch: RunningBatch?, in queue: Queue, waiter: Int) -> Bool {
        guard let batch else { return true }
        let slot = Int(queue.waiters[waiter].slot)
        if slot < queue.sent, let carrier = carrier(of: slot, in: queue), !WaitGraph.add(from: batch, to: carrier) {
            return false
        }
        queue.waitingBatches[waiter] = batch
        return true
    }

    /// Notes that a batch's function waits no more, if it is one that did.
    @inlinable
    func endWait(in queue: Queue, waiter: Int) {
        guard !queue.waitingBatches.isEmpty else { return }
        guard let batch = queue.waitingBatches.removeValue(forKey: waiter) else { return }
        let slot = Int(queue.waiters[waiter].slot)
        if slot < queue.sent, let carrier = carrier(of: slot, in: queue) { WaitGraph.remove(from: batch, to: carrier) }
    }

    /// Notes which batches wait for the slots of a batch that is sent.
    @inlinable
    func noteWaits(for carrier: RunningBatch, in queue: Queue, slots: Range<Int>) {
        guard !queue.waitingBatches.isEmpty else { return }
        for waiter in queue.waiters(ofSlots: slots) {
            // Nothing waits for nobody: a batch that is only sent now closes no circle.
            if let batch = queue.waitingBatches[Int(waiter)] { _ = WaitGraph.add(from: batch, to: carrier) }
        }
    }

    /// The batch that is to bring a slot that was sent; `nil` if it has ended, or none was needed.
    @inlinable
    func carrier(of slot: Int, in queue: Queue) -> RunningBatch? {
        queue.batches.isEmpty ? nil : queue.batches[queue.batchIndex(ofSlot: slot)].carrier
    }
}
