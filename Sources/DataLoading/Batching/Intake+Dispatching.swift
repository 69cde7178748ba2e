// SPDX-License-Identifier: Apache-2.0
//
// From a queue to batches, and from a batch's results to the callers.

extension Intake {
    /// A suspended caller and what it is to be resumed with.
    @usableFromInline
    enum Resumption: Sendable {
        case single(Queue.Continuation, Result<Value, any Error>)
        case group(UnsafeContinuation<Void, Never>)

        @inlinable
        func callAsFunction() {
            switch self {
            case .single(let continuation, let result): continuation.resume(returning: result)
            case .group(let continuation): continuation.resume()
            }
        }
    }

    /// What there is to be done when a tick has ended, or when there is room for more batches.
    @usableFromInline
    struct Departures: Sendable {
        @usableFromInline var dispatches = Few<Dispatch<Key, Value>>()
        /// The scopes that are to try when their ticks end.
        @usableFromInline var offers: [BatchingScope] = []
        @usableFromInline var chores = Chores<Key, Value>()

        @inlinable
        init() {}
    }

    /// Ends the tick of what has been gathered in a scope, if anything has. Where batches are limited, a queue is due then,
    /// and goes on gathering until the first of its keys is sent: batches grow by themselves while the limit is reached.
    ///
    /// - Parameter onWaiting: What a batch is to do when it begins to wait for loads of its own, and when it no longer does.
    @inlinable
    mutating func endTick(
        of queue: consuming Queue?,
        in scope: BatchingScope?,
        onWaiting: (@Sendable (_ isWaiting: Bool) -> Void)?
    ) -> Departures {
        guard options.maxConcurrentBatches == nil else {
            if let queue, !queue.isDue {
                queue.isDue = true
                due.append(queue)
            }
            return departures(of: scope, onWaiting: onWaiting)
        }
        var departures = Departures()
        if let queue, !queue.isDue {
            queue.isDue = true
            cut(queue, onWaiting: onWaiting, into: &departures)
        }
        return departures
    }

    /// Cuts the queues of a scope that are due, as far as batches may run, and offers what room is left to other scopes, to
    /// whom has waited longest first.
    @inlinable
    mutating func departures(
        of scope: BatchingScope?,
        onWaiting: (@Sendable (_ isWaiting: Bool) -> Void)?
    ) -> Departures {
        var departures = Departures()
        for queue in due where queue.scope === scope { takeOfferBack(from: queue) }
        var number = 0
        while number < due.count {
            let queue = due[number]
            if let other = queue.scope, other !== scope {
                if offer(to: queue, of: other) { departures.offers.append(other) }
            } else if queue.scope === scope {
                cut(queue, onWaiting: onWaiting, into: &departures)
            }
            if queue.sent < queue.slots.count { number += 1 } else { due.remove(at: number) }
        }
        return departures
    }

    /// Cuts a queue into batches of at most `maxBatchSize` keys, in call order, as far as they may run.
    @inlinable
    mutating func cut(
        _ queue: Queue,
        onWaiting: (@Sendable (_ isWaiting: Bool) -> Void)?,
        into departures: inout Departures
    ) {
        while queue.sent < queue.slots.count, hasRoom {
            if queue.sent == 0 { gathering.remove(queue) }
            guard let dispatch = cut(queue, onWaiting: onWaiting, leaving: &departures.chores) else { continue }
            running += 1
            queue.running += 1
            departures.dispatches.append(dispatch)
        }
        guard queue.hasEnded else { return }  // All of its keys were primed or given up.
        departures.chores.ended.append(queue)
        end(queue)
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

    @inlinable var hasRoom: Bool { running + reserved < options.maxConcurrentBatches ?? .max }

    @inlinable
    mutating func cut(
        _ queue: Queue,
        onWaiting: (@Sendable (_ isWaiting: Bool) -> Void)?,
        leaving chores: inout Chores<Key, Value>
    ) -> Dispatch<Key, Value>? {
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
            chores.resumptions.append(contentsOf: resumptions(in: queue, slots: slots))
            return nil
        }
        let dispatch = Dispatch(
            queue: queue,
            slots: slots,
            keys: consume keys,
            clears: clears,
            name: batchName,
            onWaiting: onWaiting
        )
        queue.batches.append(Queue.Batch(slots: slots, callers: callers, carrier: dispatch))
        noteWaits(for: dispatch, in: queue, slots: slots)
        return dispatch
    }

    /// Takes the results of a batch in, whose function has ended.
    @inlinable
    mutating func finish(
        _ dispatch: Dispatch<Key, Value>,
        of queue: Queue,
        with outcome: BatchOutcome<Key, Value>,
        _ judgement: Judgement<Key, Value>?
    ) -> Chores<Key, Value> {
        running -= 1
        queue.running -= 1
        var chores = publish(outcome, judgement, of: dispatch, in: queue)
        // Of a key that was not asked for, nobody can tell whether it was cleared since; so any clear counts.
        if let judgement, options.memoises, dispatch.clears == clears {
            for candidate in judgement.additional { prime(candidate, force: false, leaving: &chores) }
        }
        dispatch.queue = nil
        queue.batches[queue.batchIndex(ofSlot: dispatch.slots.lowerBound)].carrier = nil
        if queue.hasEnded { end(queue) }
        return chores
    }

    /// Fails what a batch has not brought, whose function goes on.
    @inlinable
    mutating func abandon(
        _ dispatch: Dispatch<Key, Value>,
        with failure: BatchOutcome<Key, Value>
    ) -> Chores<Key, Value> {
        guard let queue = dispatch.queue else { return Chores() }
        return publish(failure, nil, of: dispatch, in: queue)
    }

    /// Gives the slots of a batch that have none their results, in the order of the slots.
    @inlinable
    mutating func publish(
        _ outcome: BatchOutcome<Key, Value>,
        _ judgement: Judgement<Key, Value>?,
        of dispatch: Dispatch<Key, Value>,
        in queue: Queue
    ) -> Chores<Key, Value> {
        var chores = Chores<Key, Value>()
        dispatch.isClosed = true
        // What is looked up in the outcome again and again is retained each time.
        switch outcome {
        case .results(.many(let results), _):
            publish(judgement, in: queue, slots: dispatch.slots, leaving: &chores) { (results[$0], true) }
        case .results(.one(let result), _):
            publish(judgement, in: queue, slots: dispatch.slots, leaving: &chores) { _ in (result, true) }
        case .results(.empty, _), .partial, .failure:
            publish(judgement, in: queue, slots: dispatch.slots, leaving: &chores) {
                (outcome.result(at: $0), outcome.isOfKey(at: $0))
            }
        }
        letGo(queue, slots: dispatch.slots)
        chores.resumptions = resumptions(in: queue, slots: dispatch.slots)
        return chores
    }

    @inlinable
    mutating func publish(
        _ judgement: Judgement<Key, Value>?,
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
                let retention = judgement.flatMap { $0.retentions.isEmpty ? nil : $0.retentions[position] }
                publish(result, in: queue, slot: slot, for: retention, leaving: &chores)
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
            forget(place, of: queue)
        }
    }

    /// Takes the callers out that wait for slots which are finished.
    @inlinable
    mutating func resumptions(in queue: Queue, slots: Range<Int>) -> Few<Resumption> {
        if slots.count == queue.slots.count, queue.waiters.count == 1 {
            return resumption(of: 0, in: queue).map { .one($0) } ?? .empty
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
