// SPDX-License-Identifier: Apache-2.0
//
// What observers and statistics need to know that only the lock can tell.

extension Intake {
    /// Counts a load that has just been taken in, and keeps what is to be given back when its key is sent.
    ///
    /// - Parameter caller: What the observer returned for the load.
    @inlinable
    mutating func note(_ entered: Entered, of caller: (any Sendable)?) -> LoadFinding {
        guard case .waiting(let ticket, _) = entered else {
            statistics.countHit()
            return .hit
        }
        let (queue, slot) = (ticket.queue, ticket.slot)
        guard slot >= queue.sent else {
            statistics.countJoining()
            return .joined(in: queue.scope, carrier(of: slot, in: queue))
        }
        if case .held = queue.slots[slot].state {
            statistics.countHit()
            return .hit
        }
        let observation = queue.observation ?? QueueObservation()
        queue.observation = observation
        if let caller { observation.callers[slot, default: []].append(caller) }
        // A key that has not been sent is forgotten with its last caller, so whoever finds one has company.
        guard queue.slots[slot].callers == 1 else {
            statistics.countJoining()
            return .joined(in: queue.scope, nil)
        }
        statistics.countMiss()
        return .queued(in: queue.scope)
    }

    /// What there is to tell of a batch that is about to run.
    @usableFromInline
    struct Start: Sendable {
        @usableFromInline let wait: Duration
        /// What the observer returned for those whose keys are sent.
        @usableFromInline var callers: [any Sendable] = []
        /// The same for those whose keys are not: taken out, so that it ends outside the lock.
        @usableFromInline var dropped: [any Sendable] = []

        @inlinable
        init(wait: Duration) {
            self.wait = wait
        }
    }

    /// Counts a batch that is about to run.
    @inlinable
    mutating func noteStart(of dispatch: Dispatch<Key, Value>, at now: Duration) -> Start {
        let observation = dispatch.queue?.observation
        var start = Start(wait: observation?.openedAt.map { now - $0 } ?? .zero)
        statistics.countStart(keys: dispatch.keys.count, wait: start.wait)
        guard let queue = dispatch.queue, let observation, !observation.callers.isEmpty else { return start }
        for slot in dispatch.slots {
            guard let callers = observation.callers.removeValue(forKey: slot) else { continue }
            if queue.slots[slot].isSent { start.callers += callers } else { start.dropped += callers }
        }
        return start
    }

    /// Counts the end of a batch whose results are about to be published.
    ///
    /// - Returns: What there is to tell; `nil` if its end was told before, when its time was up.
    @inlinable
    mutating func noteEnd(
        of dispatch: Dispatch<Key, Value>,
        with outcome: BatchOutcome<Key, Value>,
        in time: Duration
    ) -> BatchEnd<Key>? {
        let start = dispatch.slots.lowerBound
        guard let queue = dispatch.queue, let observation = queue.observation, observation.ended.insert(start).inserted
        else { return nil }
        var end = BatchEnd<Key>(time: time, failedKeys: observation.failedKeys[start] ?? 0)
        switch outcome {
        case .failure(let error):
            end.error = error
        case .results, .partial:
            let slots = dispatch.slots.lazy.filter { queue.slots[$0].isSent }
            for (position, slot) in slots.enumerated() where outcome.isOfKey(at: position) {
                guard case .failure(let error) = outcome.result(at: position) else { continue }
                end.failures.append((queue.slots[slot].key, error))
            }
            if case .partial(_, let error) = outcome { end.error = error }
        }
        end.failedKeys += end.failures.count
        statistics.countEnd(failedKeys: end.failures.count, hasFailed: end.error != nil, time: time)
        return end
    }

    /// Counts a key that has an error while its batch is under way.
    @inlinable
    mutating func noteFailure(in dispatch: Dispatch<Key, Value>) {
        dispatch.queue?.observation?.failedKeys[dispatch.slots.lowerBound, default: 0] += 1
        statistics.countFailedKey()
    }
}
