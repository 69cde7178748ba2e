// SPDX-License-Identifier: Apache-2.0
//
// From a queue to batches, and from a batch's results to the callers.

extension Intake {
    /// A suspended caller and what it is to be resumed with.
    @usableFromInline
    enum Resumption: Sendable {
        case single(UnsafeContinuation<Value, any Error>, Result<Value, any Error>)
        case group(UnsafeContinuation<Void, Never>)

        @inlinable
        func callAsFunction() {
            switch self {
            case .single(let continuation, let result): continuation.resume(with: result)
            case .group(let continuation): continuation.resume()
            }
        }
    }

    /// Ends a tick: its queue is due. It goes on gathering until the first of its keys is sent, so that batches grow by
    /// themselves while the limit of concurrent batches is reached.
    @inlinable
    mutating func endTick(of queue: Queue) {
        guard !queue.isDue else { return }
        queue.isDue = true
        due.append(queue)
    }

    /// Cuts the queues of a scope that are due into batches of at most `maxBatchSize` keys, in call order, as far as
    /// they may run, and offers what room is left to other scopes, to whom has waited longest first.
    ///
    /// - Parameter onWaiting: What a batch is to do when it begins to wait for loads of its own, and when it no longer does.
    /// - Returns: The batches, and the scopes that are to try when their ticks end.
    @inlinable
    mutating func dispatches(
        of scope: BatchingScope?,
        onWaiting: (@Sendable (_ isWaiting: Bool) -> Void)?
    ) -> (dispatches: Few<Dispatch<Key, Value>>, offers: [BatchingScope]) {
        var dispatches = Few<Dispatch<Key, Value>>()
        var offers: [BatchingScope] = []
        for queue in due where queue.scope === scope { takeOfferBack(from: queue) }
        var number = 0
        while number < due.count {
            let queue = due[number]
            if let other = queue.scope, other !== scope {
                if offer(to: queue, of: other) { offers.append(other) }
            } else {
                while queue.scope === scope, queue.sent < queue.slots.count, hasRoom,
                    let dispatch = cut(queue, onWaiting: onWaiting)
                {
                    running += 1
                    queue.running += 1
                    dispatches.append(dispatch)
                }
            }
            if queue.sent < queue.slots.count {
                number += 1
            } else {
                due.remove(at: number)
                endIfDone(queue)
            }
        }
        return (dispatches, offers)
    }

    /// Offers room for a batch to a scope. One that is idle can take it at once, and nobody else gets it before; one that
    /// is busy may take long, and only gets what is there when its tick ends.
    ///
    /// - Returns: Whether there is room, and it has not been offered yet.
    @inlinable
    mutating func offer(to queue: Queue, of scope: BatchingScope) -> Bool {
        guard hasRoom, queue.offer == .none else { return false }
        queue.offer = scope.isIdle ? .reserved : .open
        if queue.offer == .reserved { reserved += 1 }
        return true
    }

    @inlinable
    mutating func takeOfferBack(from queue: Queue) {
        if queue.offer == .reserved { reserved -= 1 }
        queue.offer = .none
    }

    /// What the task of a batch is called.
    @inlinable var batchName: String? { options.name.map { "\($0) batch" } }

    @inlinable var hasRoom: Bool { running + reserved < options.maxConcurrentBatches ?? .max }

    @inlinable
    mutating func cut(
        _ queue: Queue,
        onWaiting: (@Sendable (_ isWaiting: Bool) -> Void)?
    ) -> Dispatch<Key, Value>? {
        if queue.sent == 0 { gathering.remove(queue) }
        let maxBatchSize = options.maxBatchSize ?? .max
        let start = queue.sent
        var keys: [Key] = []
        keys.reserveCapacity(min(maxBatchSize, queue.slots.count - start))
        var callers = 0
        while queue.sent < queue.slots.count, keys.count < maxBatchSize {
            let slot = queue.sent
            queue.sent += 1
            guard queue.slots[slot].isGathered else { continue }
            queue.slots[slot].state = .sent
            queue.gathered -= 1
            keys.append(queue.slots[slot].key)
            callers += Int(queue.slots[slot].callers)
        }
        let slots = start..<queue.sent
        guard !keys.isEmpty else {
            letGo(queue, slots: slots)
            stranded.append(contentsOf: resumptions(in: queue, slots: slots))
            return nil
        }
        let dispatch = Dispatch(
            queue: queue,
            slots: slots,
            keys: keys,
            clears: clears,
            name: batchName,
            onWaiting: onWaiting
        )
        queue.batches.append(Queue.Batch(slots: slots, callers: callers, carrier: dispatch))
        noteWaits(for: dispatch, in: queue, slots: slots)
        return dispatch
    }

    /// What cutting has left to be done outside the lock.
    @inlinable
    mutating func takeChores() -> Chores<Key, Value> {
        var chores = Chores<Key, Value>()
        swap(&chores.resumptions, &stranded)
        swap(&chores.ended, &ended)
        return chores
    }

    /// Takes the results of a batch in, whose function has ended.
    @inlinable
    mutating func finish(
        _ dispatch: Dispatch<Key, Value>,
        with judged: JudgedOutcome<Key, Value>
    ) -> Chores<Key, Value> {
        guard let queue = dispatch.queue else { return Chores() }
        running -= 1
        queue.running -= 1
        var chores = publish(judged, of: dispatch)
        // Of a key that was not asked for, nobody can tell whether it was cleared since; so any clear counts.
        if options.memoises, dispatch.clears == clears {
            for candidate in judged.additional { prime(candidate, force: false, leaving: &chores) }
        }
        dispatch.queue = nil
        queue.batches[queue.batchIndex(ofSlot: dispatch.slots.lowerBound)].carrier = nil
        endIfDone(queue)
        swap(&chores.ended, &ended)
        return chores
    }

    /// Gives the slots of a batch that have none their results, in the order of the slots.
    @inlinable
    mutating func publish(
        _ judged: JudgedOutcome<Key, Value>,
        of dispatch: Dispatch<Key, Value>
    ) -> Chores<Key, Value> {
        var chores = Chores<Key, Value>()
        guard let queue = dispatch.queue else { return chores }
        dispatch.isClosed = true
        // What is looked up in the outcome again and again is retained each time.
        switch judged.outcome {
        case .results(.many(let results), _):
            publish(judged, in: queue, slots: dispatch.slots, leaving: &chores) { (results[$0], true) }
        case .results(.one(let result), _):
            publish(judged, in: queue, slots: dispatch.slots, leaving: &chores) { _ in (result, true) }
        case .partial, .failure:
            let outcome = judged.outcome
            publish(judged, in: queue, slots: dispatch.slots, leaving: &chores) {
                (outcome.result(at: $0), outcome.isOfKey(at: $0))
            }
        }
        letGo(queue, slots: dispatch.slots)
        chores.resumptions = resumptions(in: queue, slots: dispatch.slots)
        return chores
    }

    @inlinable
    mutating func publish(
        _ judged: JudgedOutcome<Key, Value>,
        in queue: Queue,
        slots: Range<Int>,
        leaving chores: inout Chores<Key, Value>,
        resultAt result: (_ position: Int) -> (Result<Value, any Error>, isOfKey: Bool)
    ) {
        var position = 0
        for slot in slots where queue.slots[slot].isSent {
            let (result, isOfKey) = result(position)
            if memo.ledger == nil {
                publish(result, in: queue, slot: slot, isKept: options.memoises && isOfKey)
            } else {
                publish(result, in: queue, slot: slot, for: judged.retention(at: position), leaving: &chores)
            }
            position += 1
        }
    }

    /// Publishes the results that were held for a batch.
    @inlinable
    func letGo(_ queue: Queue, slots: Range<Int>) {
        guard options.alignsHits else { return }
        for slot in slots {
            if case .held(let result) = queue.slots[slot].state { queue.slots[slot].state = .finished(result) }
        }
    }

    /// Gives a slot its result, and the memo, unless it knows better.
    @inlinable
    mutating func publish(_ result: Result<Value, any Error>, in queue: Queue, slot: Int, isKept: Bool) {
        queue.slots[slot].state = .finished(result)
        let place = Int(queue.slots[slot].place)
        guard memo.isPending(place, in: SlotID(queue: queue.number, slot: slot)) else { return }
        if isKept {
            memo.knowsResults = true
            memo.places[place] = .finished(queue.slots[slot].key, result)
        } else {
            _ = memo.remove(place)  // It holds no value.
        }
    }

    /// Takes the callers out that wait for slots which are finished.
    @inlinable
    mutating func resumptions(in queue: Queue, slots: Range<Int>) -> Few<Resumption> {
        if slots.count == queue.slots.count, queue.waiters.count == 1 {
            return resumption(of: 0, in: queue).map { .one($0) } ?? Few()
        }
        var resumptions: [Resumption] = []
        if slots.count == queue.slots.count {
            resumptions.reserveCapacity(queue.waiters.count)
            for waiter in 0..<queue.waiters.count {
                if let resumption = resumption(of: waiter, in: queue) { resumptions.append(resumption) }
            }
        } else {
            let waiters = queue.waiters(ofSlots: slots)
            resumptions.reserveCapacity(waiters.count)
            for waiter in waiters {
                if let resumption = resumption(of: Int(waiter), in: queue) { resumptions.append(resumption) }
            }
        }
        return .many(resumptions)
    }

    @inlinable
    mutating func resumption(of waiter: Int, in queue: Queue) -> Resumption? {
        guard case .finished(let result) = queue.slots[Int(queue.waiters[waiter].slot)].state else { return nil }
        switch queue.waiters[waiter].caller {
        case .single(let continuation):
            queue.waiters[waiter].caller = .absent
            endWait(in: queue, waiter: waiter)
            return .single(continuation, result)
        case .group(let group):
            queue.waiters[waiter].caller = .absent
            endWait(in: queue, waiter: waiter)
            return advance(group) ? nil : group.continuation.take().map { .group($0) }
        case .absent, .cancelled:
            return nil
        }
    }
}
