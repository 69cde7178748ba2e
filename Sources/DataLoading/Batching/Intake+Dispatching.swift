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
        queue.batches[dispatch.number].task = nil
        var resumptions: [Resumption] = []
        resumptions.reserveCapacity(dispatch.keys.count)
        var position = 0
        for index in queue.batches[dispatch.number].slots where queue.slots[index].isWaiting {
            let key = dispatch.keys[position]
            let result: Result<Value, any Error>
            let isCached: Bool
            switch outcome {
            case .success(let results):
                result = results.result(for: key, at: position, options: options)
                isCached = options.memoises
            case .failure(let error):
                result = .failure(error)
                isCached = false
            }
            position += 1
            if owns(queue, slot: index, entryOf: key) {
                entries[key] = isCached ? .finished(result) : nil
            }
            Self.finish(queue, slot: index, with: result, resuming: &resumptions)
        }
        return resumptions
    }

    /// Gives a slot its result.
    static func finish(
        _ queue: Queue,
        slot index: Int,
        with result: Result<Value, any Error>,
        resuming resumptions: inout [Resumption]
    ) {
        guard case .waiting(let waiters) = queue.slots[index].state else { return }
        queue.slots[index].state = .finished(result)
        waiters.forEach { waiter in
            switch waiter.target {
            case .single(let continuation):
                resumptions.append(.single(continuation, result))
            case .group(let group):
                group.remaining -= 1
                if group.remaining == 0, let continuation = group.continuation.take() {
                    resumptions.append(.group(continuation))
                }
            }
        }
    }
}
