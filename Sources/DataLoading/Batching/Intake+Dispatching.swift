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

    /// Cuts the next batch, of at most `maxBatchSize` keys in call order, if one is due and may run.
    @inlinable
    mutating func nextDispatch() -> Dispatch<Key, Value>? {
        while running < options.maxConcurrentBatches ?? .max, let queue = due.first {
            let id = queue.scope.map(ObjectIdentifier.init)
            if gathering[id] === queue { gathering[id] = nil }
            if let dispatch = cut(queue) {
                running += 1
                return dispatch
            }
            due.removeFirst()
        }
        return nil
    }

    @inlinable
    func cut(_ queue: Queue) -> Dispatch<Key, Value>? {
        let maxBatchSize = options.maxBatchSize ?? .max
        let start = queue.sent
        var keys: [Key] = []
        keys.reserveCapacity(min(maxBatchSize, queue.slots.count - start))
        var callers = 0
        while queue.sent < queue.slots.count, keys.count < maxBatchSize {
            let slot = queue.slots[queue.sent]
            queue.sent += 1
            guard slot.isWaiting else { continue }
            keys.append(slot.key)
            callers += slot.callers
        }
        guard !keys.isEmpty else { return nil }
        queue.batches.append(Queue.Batch(slots: start..<queue.sent, callers: callers))
        return Dispatch(queue: queue, number: queue.batches.count - 1, keys: keys)
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
    /// - Parameter outcome: What the batch function returned, or what it threw.
    /// - Returns: Whom to resume, in call order.
    @inlinable
    mutating func finish(
        _ dispatch: Dispatch<Key, Value>,
        with outcome: Result<BatchResults<Key, Value>, any Error>
    ) -> [Resumption] {
        let queue = dispatch.queue
        let slots = queue.batches[dispatch.number].slots
        queue.batches[dispatch.number].task = nil
        running -= 1
        var position = 0
        for slot in slots where queue.slots[slot].isWaiting {
            let key = dispatch.keys[position]
            let result = outcome.flatMap { $0.result(for: key, at: position, options: options) }
            position += 1
            queue.slots[slot].state = .finished(result)
            if owns(queue, slot: slot, entryOf: key) {
                entries[key] = options.memoises && outcome.isSuccess ? .finished(result) : nil
            }
        }
        return Self.resumptions(in: queue, slots: slots)
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

extension Result {
    @inlinable
    var isSuccess: Bool {
        if case .success = self { true } else { false }
    }
}
