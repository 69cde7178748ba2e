// SPDX-License-Identifier: Apache-2.0
//
// Putting results in and taking them out by hand.
//
// What is taken out is returned, so that it ends outside the lock: the end of a value is its owner's code.

extension Intake {
    @usableFromInline typealias Place = Memo<Key, Value>.Place

    /// Sets what is known of a key, unless something is that is still good and `force` is off. Callers whose key has
    /// not been sent yet get the result at once, and the key is not sent for them.
    ///
    /// - Returns: Whether the result was taken, by a caller or to be kept.
    @discardableResult
    @inlinable
    mutating func prime(
        _ candidate: Candidate<Key, Value>,
        force: Bool,
        leaving chores: inout Chores<Key, Value>
    ) -> Bool {
        let known = memo.find(candidate.key, as: candidate.lookup?.cacheKey)
        var isTaken = false
        if let known {
            let fetch = memo.fetch(of: known)
            if let fetch, let queue = gatheringQueue(of: fetch) {
                let slot = Int(fetch.slot)
                queue.gathered -= 1
                queue.slots[slot].state = .finished(candidate.result)
                chores.resumptions.append(contentsOf: resumptions(in: queue, slots: slot..<slot + 1))
                isTaken = true
            } else if !force {
                let isOutdated = fetch == nil && memo.age(of: known, at: candidate.lookup?.time ?? .zero) != .fresh
                guard isOutdated else { return false }
            }
        }
        if let retention = candidate.retention {
            let number = known ?? memo.claim(HashedKey(candidate.key), as: candidate.lookup?.cacheKey).number
            memo.keep(candidate.result, of: candidate.key, at: number, for: retention, discarded: &chores.discarded)
            memo.renew(number)
            isTaken = true
        } else if let known {
            chores.discarded.append(memo.remove(known))
        }
        return isTaken
    }

    /// The queue of a slot that has not been sent.
    @inlinable
    func gatheringQueue(of id: SlotID) -> Queue? {
        guard let queue = queues[Int(id.queue)], Int(id.slot) >= queue.sent else { return nil }
        return queue
    }

    /// Forgets a key. One that has not been sent yet stays in its batch: its answer is yet to be given.
    @inlinable
    mutating func clear(_ key: Key, as cacheKey: CacheKey?) -> Memo<Key, Value>.Forgotten? {
        clears += 1
        return memo.find(key, as: cacheKey).flatMap { clear($0) }
    }

    @inlinable
    mutating func clear(_ number: Int) -> Memo<Key, Value>.Forgotten? {
        guard let fetch = memo.fetch(of: number), gatheringQueue(of: fetch) != nil else { return memo.remove(number) }
        return memo.giveUp(number, awaiting: fetch).map { .init($0) }
    }

    /// Forgets all keys but those that have not been sent yet.
    @inlinable
    mutating func clearAll() -> Memo<Key, Value> {
        clears += 1
        let cleared = memo
        memo = cleared.emptied
        for number in cleared.places.indices {
            guard let key = cleared.places[number].key, let fetch = cleared.fetch(of: number) else { continue }
            guard let queue = gatheringQueue(of: fetch) else { continue }
            let place = memo.claim(HashedKey(key), as: cleared.cacheKeys?[number]).number
            memo.set(place, to: .pending(key, fetch))
            queue.slots[Int(fetch.slot)].place = Int32(truncatingIfNeeded: place)
        }
        return cleared
    }

    /// The result that is known of a key and may be given, which counts as a use.
    @inlinable
    mutating func use(_ key: Key, _ lookup: Lookup?) -> Result<Value, any Error>? {
        guard let number = memo.find(key, as: lookup?.cacheKey), case .finished(_, let result) = memo.places[number]
        else { return nil }
        guard let lookup else { return result }
        guard memo.age(of: number, at: lookup.time) != .spent else { return nil }
        memo.ledger?.use(number)
        return result
    }
}

// By predicate

extension Intake {
    /// What was known at the moment when the clearing of some keys began.
    @usableFromInline
    struct ClearingStart: Sendable {
        @usableFromInline let places: ContiguousArray<Place>
        /// How much of each queue had been sent.
        @usableFromInline let sent: [Int]
        @usableFromInline let generation: Int
        @usableFromInline let renewals: Int

        @inlinable
        init(places: ContiguousArray<Place>, sent: [Int], generation: Int, renewals: Int) {
            self.places = places
            self.sent = sent
            self.generation = generation
            self.renewals = renewals
        }

        /// The key at a place, unless there is none or it had not been sent.
        @inlinable
        func key(at number: Int) -> Key? {
            if case .pending(_, let slot) = places[number], Int(slot.slot) >= sent[Int(slot.queue)] { return nil }
            return places[number].key
        }
    }

    /// Begins to clear some keys: from now on it is noted which are asked for anew.
    @inlinable
    mutating func beginClearing() -> ClearingStart {
        clears += 1
        var renewals = memo.renewals ?? Renewals()
        renewals.readers += 1
        memo.renewals = renewals
        return ClearingStart(
            places: memo.places,
            sent: queues.map { $0?.sent ?? 0 },
            generation: memo.generation,
            renewals: renewals.numbers.count
        )
    }

    /// Clears places, but those that were asked for anew or primed since.
    @inlinable
    mutating func endClearing(_ numbers: [Int], since start: ClearingStart) -> [Memo<Key, Value>.Forgotten] {
        guard memo.generation == start.generation, var renewals = memo.renewals else { return [] }
        let renewed = Set(renewals.numbers[start.renewals...])
        renewals.readers -= 1
        memo.renewals = renewals.readers > 0 ? renewals : nil
        return numbers.compactMap { number in
            renewed.contains(Int32(truncatingIfNeeded: number)) ? nil : clear(number)
        }
    }
}
