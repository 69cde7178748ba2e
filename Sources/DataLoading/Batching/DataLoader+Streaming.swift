// SPDX-License-Identifier: Apache-2.0
//
// Results that come one by one, while their batch is under way.

extension DataLoader {
    /// Runs a streaming batch function.
    ///
    /// - Returns: The outcome of the keys that it left without a result, and these, in the order of their slots.
    @inlinable
    nonisolated func outcome(
        of dispatch: Dispatch<Key, Value>,
        from stream: @Sendable ([Key], BatchResponder<Key, Value>) async throws -> Void
    ) async throws -> (BatchOutcome<Key, Value>, [Key]) {
        let slots = intake.withLock { $0.slotsByKey(of: dispatch) }
        let responder = BatchResponder<Key, Value> { self.take($1, of: $0, in: dispatch, slots: slots) }
        try await stream(dispatch.keys, responder)
        let unresolved = intake.withLock { $0.close(dispatch) }
        let missing = BatchFunction<Key, Value>.valueOfMissingKey
        let outcome = BatchResults.keyed([:], missing: missing).outcome(
            for: unresolved,
            areUnique: options.deduplicates,
            loader: options.name
        )
        return (outcome, unresolved)
    }

    @inlinable
    nonisolated func take(
        _ result: Result<Value, any Error>,
        of key: Key,
        in dispatch: Dispatch<Key, Value>,
        slots: SlotsByKey<Key>
    ) -> BatchResolution {
        let candidate = candidate(key, result)
        if let observation { return take(candidate, in: dispatch, slots: slots, for: observation) }
        let (resolution, chores) = intake.withLock { $0.take(candidate, in: dispatch, slots: slots) }
        settle(chores)
        return resolution
    }
}

/// The slots of a batch by their keys, of which each may have several.
@usableFromInline
struct SlotsByKey<Key: Hashable & Sendable>: Sendable {
    @usableFromInline var first: [Key: Int] = [:]
    /// The next slot of the same key; none has one where keys are unique.
    @usableFromInline var next: [Int: Int] = [:]

    @inlinable
    init() {}
}

extension Intake {
    @inlinable
    func slotsByKey(of dispatch: Dispatch<Key, Value>) -> SlotsByKey<Key> {
        var slots = SlotsByKey<Key>()
        slots.first.reserveCapacity(dispatch.keys.count)
        guard let queue = dispatch.queue else { return slots }
        for slot in dispatch.slots.reversed() where queue.slots[slot].isSent {
            if let later = slots.first.updateValue(slot, forKey: queue.slots[slot].key) {
                slots.next[slot] = later
            }
        }
        return slots
    }

    /// Takes one result of a batch in that is still under way.
    @inlinable
    mutating func take(
        _ candidate: Candidate<Key, Value>,
        in dispatch: Dispatch<Key, Value>,
        slots: SlotsByKey<Key>
    ) -> (BatchResolution, Chores<Key, Value>) {
        var chores = Chores<Key, Value>()
        guard let queue = dispatch.queue, !dispatch.isClosed else { return (.repeated, chores) }
        let batch = queue.batchIndex(ofSlot: dispatch.slots.lowerBound)
        guard var slot = slots.first[candidate.key] else {
            if options.memoises, dispatch.clears == clears, case .success = candidate.result {
                prime(candidate, force: false, leaving: &chores)
            }
            return (.notAsked, chores)
        }
        guard queue.slots[slot].isSent else { return (.repeated, chores) }
        while true {
            queue.batches[batch].callers -= Int(queue.slots[slot].callers)
            publish(candidate.result, in: queue, slot: slot, for: candidate.retention, leaving: &chores)
            chores.resumptions.append(contentsOf: resumptions(in: queue, slots: slot..<slot + 1))
            guard let next = slots.next[slot] else { return (.taken, chores) }
            slot = next
        }
    }

    /// Has a batch take no more single results.
    ///
    /// - Returns: The keys that have none, in the order of their slots.
    @inlinable
    func close(_ dispatch: Dispatch<Key, Value>) -> [Key] {
        guard let queue = dispatch.queue else { return [] }
        dispatch.isClosed = true
        return dispatch.slots.lazy.filter { queue.slots[$0].isSent }.map { queue.slots[$0].key }
    }
}
