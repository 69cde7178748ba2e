// SPDX-License-Identifier: Apache-2.0
//
// From a queue to batches, and from a batch's results to the callers.

extension Intake {
    /// Ends the gathering of a scope's queue and cuts it.
    mutating func dispatch(gatheredIn scope: BatchingScope) -> [Dispatch<Key, Value>] {
        gathering[ObjectIdentifier(scope)].map { dispatch($0) } ?? []
    }

    /// Ends the gathering of a queue and cuts it into batches of at most `maxBatchSize` keys, in call order.
    mutating func dispatch(_ queue: Queue) -> [Dispatch<Key, Value>] {
        guard queue.isGathering else { return [] }
        queue.isGathering = false
        gathering[queue.scope.map(ObjectIdentifier.init)] = nil

        var dispatches: [Dispatch<Key, Value>] = []
        var next = 0
        while let batch = Self.cut(queue, from: next, maxBatchSize: options.maxBatchSize ?? .max) {
            let number = queue.batches.count
            queue.batches.append(batch.batch)
            dispatches.append(Dispatch(queue: queue, number: number, keys: batch.keys))
            next = batch.batch.slots.upperBound
        }
        return dispatches
    }

    private static func cut(
        _ queue: Queue,
        from start: Int,
        maxBatchSize: Int
    ) -> (batch: Queue.Batch, keys: [Key])? {
        var keys: [Key] = []
        keys.reserveCapacity(min(maxBatchSize, queue.slots.count - start))
        var callers = 0
        var end = start
        while end < queue.slots.count, keys.count < maxBatchSize {
            if queue.slots[end].isWaiting {
                keys.append(queue.slots[end].key)
                callers += queue.slots[end].callers
            }
            end += 1
        }
        guard !keys.isEmpty else { return nil }
        return (Queue.Batch(slots: start..<end, callers: callers), keys)
    }

    /// Notes the task that fetches a batch.
    ///
    /// - Returns: Whether anybody still waits for it.
    mutating func started(_ dispatch: Dispatch<Key, Value>, by task: Task<Void, Never>) -> Bool {
        dispatch.queue.batches[dispatch.number].task = task
        return dispatch.queue.batches[dispatch.number].callers > 0
    }

    /// Takes the results of a batch in.
    ///
    /// - Parameter outcome: What the batch function returned, or what it threw.
    /// - Returns: Whom to resume, in call order.
    mutating func finish(
        _ dispatch: Dispatch<Key, Value>,
        with outcome: Result<BatchResults<Key, Value>, any Error>
    ) -> [Resumption] {
        let queue = dispatch.queue
        let slots = queue.batches[dispatch.number].slots
        queue.batches[dispatch.number].task = nil
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
    fileprivate var isSuccess: Bool {
        if case .success = self { true } else { false }
    }
}
