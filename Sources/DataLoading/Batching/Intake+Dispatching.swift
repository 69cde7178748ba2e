// SPDX-License-Identifier: Apache-2.0
//
// From a queue to batches, and from a batch's results to the callers.

extension Intake {
    /// Ends a tick: its queue is due. It goes on gathering until the first of its keys is sent, so that batches grow by
    /// themselves while the limit of concurrent batches is reached.
    @inlinable
    mutating func endTick(of queue: Queue) {
        guard !queue.isDue else { return }
        queue.isDue = true
        due.append(queue)
    }

    /// Cuts the queues of a scope that are due into batches of at most `maxBatchSize` keys, in call order, as far as
    /// they may run.
    @inlinable
    mutating func dispatches(of scope: BatchingScope?) -> [Dispatch<Key, Value>] {
        var dispatches: [Dispatch<Key, Value>] = []
        let candidates = due
        due = []
        for queue in candidates {
            while queue.scope === scope, hasRoom, let dispatch = cut(queue) {
                running += 1
                dispatches.append(dispatch)
            }
            if queue.sent < queue.slots.count { due.append(queue) }
        }
        return dispatches
    }

    /// The scope that has waited longest to send what is due, if a batch of it may run.
    @inlinable
    var nextScope: BatchingScope? {
        hasRoom ? due.first { $0.scope != nil }?.scope : nil
    }

    @inlinable
    var hasRoom: Bool { running < options.maxConcurrentBatches ?? .max }

    @inlinable
    mutating func cut(_ queue: Queue) -> Dispatch<Key, Value>? {
        if queue.sent == 0, gathering[queue.scope.map(ObjectIdentifier.init)] === queue {
            gathering[queue.scope.map(ObjectIdentifier.init)] = nil
        }
        let maxBatchSize = options.maxBatchSize ?? .max
        let start = queue.sent
        var keys: [Key] = []
        keys.reserveCapacity(min(maxBatchSize, queue.slots.count - start))
        var callers = 0
        while queue.sent < queue.slots.count, keys.count < maxBatchSize {
            let slot = queue.sent
            queue.sent += 1
            guard queue.slots[slot].isWaiting else { continue }
            keys.append(queue.slots[slot].key)
            callers += queue.slots[slot].callers
        }
        guard !keys.isEmpty else { return nil }
        queue.batches.append(Queue.Batch(slots: start..<queue.sent, callers: callers))
        return Dispatch(queue: queue, number: queue.batches.count - 1, keys: keys, clears: clears)
    }

    /// Notes the task that fetches a batch.
    ///
    /// - Returns: Whether anybody still waits for it.
    @inlinable
    mutating func started(_ dispatch: Dispatch<Key, Value>, by task: Task<Void, Never>) -> Bool {
        dispatch.queue.batches[dispatch.number].task = task
        return dispatch.queue.batches[dispatch.number].callers > 0
    }

    /// Takes the results of a batch in.
    ///
    /// - Returns: Whom to resume, in call order.
    @inlinable
    mutating func finish(_ dispatch: Dispatch<Key, Value>, with outcome: BatchOutcome<Key, Value>) -> [Resumption] {
        let queue = dispatch.queue
        let slots = queue.batches[dispatch.number].slots
        queue.batches[dispatch.number].task = nil
        running -= 1
        var position = 0
        for slot in slots where queue.slots[slot].isWaiting {
            let result = outcome.result(at: position)
            queue.slots[slot].state = .finished(result)
            if owns(queue, slot: slot, entryOf: dispatch.keys[position]) {
                entries[dispatch.keys[position]] = options.memoises && outcome.isOfKeys ? .finished(result) : nil
            }
            position += 1
        }
        var resumptions = Self.resumptions(in: queue, slots: slots)
        // Of a key that was not asked for, nobody can tell whether it was cleared since; so any clear counts.
        if options.memoises, dispatch.clears == clears {
            for (key, value) in outcome.additional {
                resumptions += prime(key, with: .success(value), force: false).resumptions
            }
        }
        return resumptions
    }

    /// Takes the callers out that wait for slots which are finished.
    @inlinable
    static func resumptions(in queue: Queue, slots: Range<Int>) -> [Resumption] {
        queue.takeCallers(ofSlots: slots).compactMap { caller, slot in
            switch caller {
            case .single(let continuation):
                guard case .finished(let result) = queue.slots[slot].state else { return nil }
                return .single(continuation, result)
            case .group(let group):
                group.remaining -= 1
                guard group.remaining == 0 else { return nil }
                return group.continuation.take().map { .group($0) }
            }
        }
    }
}
