// SPDX-License-Identifier: Apache-2.0
//
// Loads under a policy: what is too old is fetched anew, what is only stale is given once more meanwhile.

extension Intake {
    /// Takes a load in, under a policy if there is a lookup.
    @inlinable
    mutating func enter(
        _ hashed: HashedKey<Key>,
        _ lookup: Lookup?,
        waits: Bool,
        from origin: inout LoadOrigin?,
        leaving chores: inout Chores<Key, Value>
    ) -> Entered {
        guard let lookup else { return enter(hashed, waits: waits, from: &origin) }
        let key = hashed.key
        let (place, isNew) = memo.claim(hashed, as: lookup.cacheKey)
        guard !isNew else { return add(key, place: place, waits: waits, from: &origin) }
        guard case .finished(let known, _) = memo.places[place] else {
            return enter(key, at: place, waits: waits, from: &origin)
        }
        switch memo.age(of: place, at: lookup.time) {
        case .fresh:
            memo.ledger?.use(place)
            return enter(key, at: place, waits: waits, from: &origin)
        case .stale:
            memo.ledger?.use(place)
            let entered = enter(key, at: place, waits: waits, from: &origin)
            if let event = refresh(known, at: place, from: &origin) { chores.events.append(event) }
            return entered
        case .spent:
            if let fetch = memo.fetch(of: place) {
                if let spent = memo.giveUp(place, awaiting: fetch) { chores.discarded.append(.init(spent)) }
                return enter(key, at: place, waits: waits, from: &origin)
            }
            chores.discarded.append(.init(memo.places[place]))
            memo.ledger?.remove(place)
            return add(key, place: place, waits: waits, from: &origin)
        }
    }

    /// Adds the key of a stale result to the queue that gathers, for nobody in particular, unless it has been.
    @inlinable
    mutating func refresh(_ key: Key, at place: Int, from origin: inout LoadOrigin?) -> (QueueEvent, Queue)? {
        guard memo.fetch(of: place) == nil else { return nil }
        let entered = add(key, place: -1, waits: false, from: &origin)
        guard case .waiting(let ticket, let event) = entered else { return nil }
        if isObserved, ticket.queue.observation == nil { ticket.queue.observation = QueueObservation() }
        ticket.queue.slots[ticket.slot].place = Int32(truncatingIfNeeded: place)
        memo.ledger?.setRefresh(of: place, to: SlotID(queue: ticket.queue.number, slot: ticket.slot))
        return event.map { ($0, ticket.queue) }
    }

    /// Gives a slot its result, and the memo, unless it knows better. A refresh that failed leaves the stale result.
    ///
    /// - Parameter retention: For how long the result is to be kept; `nil` for not at all.
    @inlinable
    mutating func publish(
        _ result: Result<Value, any Error>,
        in queue: Queue,
        slot: Int,
        for retention: Retention?,
        leaving chores: inout Chores<Key, Value>
    ) {
        queue.slots[slot].state = .finished(result)
        let (key, place) = (queue.slots[slot].key, Int(queue.slots[slot].place))
        let id = SlotID(queue: queue.number, slot: slot)
        let isRefresh = !memo.isPending(place, in: id)
        guard place >= 0, !isRefresh || memo.ledger?.refresh(of: place) == id else { return }
        if isRefresh, case .failure = result {
            memo.ledger?.setRefresh(of: place, to: nil)
        } else if let retention {
            memo.keep(result, of: key, at: place, for: retention, discarded: &chores.discarded)
        } else {
            chores.discarded.append(memo.remove(place))
        }
    }
}

extension DataLoader {
    /// Takes a load in under a policy, and settles what a refresh leaves to be done. The load's own event is for the caller
    /// to handle.
    @inlinable
    nonisolated func enter(
        _ key: HashedKey<Key>,
        waits: Bool,
        under cache: CacheRules<Key, Value>
    ) -> Intake<Key, Value>.Entered {
        let lookup = cache.lookup(of: key.key)
        var chores = Chores<Key, Value>()
        defer { settle(chores) }
        return intake.withLock { intake in
            var origin: LoadOrigin?
            return intake.enter(key, lookup, waits: waits, from: &origin, leaving: &chores)
        }
    }
}
