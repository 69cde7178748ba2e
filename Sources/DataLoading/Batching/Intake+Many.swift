// SPDX-License-Identifier: Apache-2.0
//
// Many loads of one caller: taken in together, waited for once.

extension Intake {
    @usableFromInline typealias Group = LoadGroup<Key, Value>

    /// Takes the loads of several keys in, where no rules say what is kept and nobody wants to know.
    ///
    /// New keys, which most are, go to one queue, which is looked up once.
    @inlinable
    mutating func enter(_ keys: [Key]) -> (Group, Chores<Key, Value>) {
        let group = Group(count: keys.count)
        var chores = Chores<Key, Value>()
        if options.remembersKeys { memo.prepare(for: keys.count) }
        var origin: LoadOrigin?
        let priority = Priority.current
        var open: Queue?
        var claims = Claims<Key, Value>(of: keys)
        for key in keys {
            let (place, isNew) = options.remembersKeys ? claims.next(in: &memo) : (-1, true)
            if isNew, let open, !mayFill(open) {
                group.append(open, slot: gather(key, place: place, callers: 1, in: open))
                continue
            }
            let entered =
                isNew
                ? add(key, place: place, waits: false, from: &origin)
                : enter(key, at: place, waits: false, from: &origin)
            add(entered, to: group, of: keys.count, priority: priority, leaving: &chores)
            if isNew, case .waiting(let ticket, _) = entered { open = ticket.queue }
        }
        if !group.queues.isEmpty { group.batch = Self.found(&origin).batch }
        return (group, chores)
    }

    /// Takes the loads of several keys in.
    ///
    /// - Parameters:
    ///   - lookups: What must be known of each key where there are rules for what is kept.
    ///   - log: Where to note what each load found, if somebody wants to know.
    @inlinable
    mutating func enter(_ keys: [Key], _ lookups: [Lookup]?, log: LoadLog? = nil) -> (Group, Chores<Key, Value>) {
        let group = Group(count: keys.count)
        var chores = Chores<Key, Value>()
        if options.remembersKeys { memo.prepare(for: keys.count) }
        var origin: LoadOrigin?
        let priority = Priority.current
        for (position, key) in keys.enumerated() {
            let hashed = HashedKey(key, isNeeded: options.remembersKeys && lookups?[position].cacheKey == nil)
            let entered = enter(hashed, lookups?[position], waits: false, from: &origin, leaving: &chores)
            if let log { log.findings.append(note(entered, of: log.nextCaller)) }
            add(entered, to: group, of: keys.count, priority: priority, leaving: &chores)
        }
        if !group.queues.isEmpty { group.batch = Self.found(&origin).batch }
        return (group, chores)
    }

    @inlinable
    func add(
        _ entered: Entered,
        to group: Group,
        of count: Int,
        priority: Priority,
        leaving chores: inout Chores<Key, Value>
    ) {
        switch entered {
        case .finished(let result):
            group.loads.append(.finished(result))
        case .waiting(let ticket, let event):
            if group.queues.isEmpty { ticket.queue.prepare(for: count) }
            group.append(ticket.queue, slot: ticket.slot)
            raisePriority(of: ticket.queue, slot: ticket.slot, to: priority)
            if let event { chores.events.append((event, ticket.queue)) }
        }
    }

    /// Gets a group in line for the next of its slots that has no result.
    ///
    /// - Returns: Whether there is one. If not, its caller may go on.
    @inlinable
    mutating func advance(_ group: Group) -> Bool {
        while !group.hasLeft, group.cursor < group.loads.count {
            guard case .waiting(let index, let number) = group.loads[group.cursor] else {
                group.cursor += 1
                continue
            }
            let (queue, slot) = (group.queues[Int(index)], Int(number))
            if case .finished(let result) = queue.slots[slot].state {
                group.loads[group.cursor] = .finished(result)
            } else {
                let waiter = queue.lineUp(forSlot: slot)
                if beginWait(of: group.batch, in: queue, waiter: waiter) {
                    queue.waiters[waiter].caller = .group(group)
                    group.waiter = waiter
                    return true
                }
                _ = release(queue, slot: slot)  // Whoever is refused works for the batch: that is wanted by others.
                group.loads[group.cursor] = .circular(queue.slots[slot].key)
            }
            group.cursor += 1
        }
        return false
    }

    /// Suspends the caller of a group until all of its keys have results.
    ///
    /// - Returns: Whether it is suspended.
    @inlinable
    mutating func wait(_ continuation: UnsafeContinuation<Void, Never>, for group: Group) -> Bool {
        guard !group.hasLeft, advance(group) else { return false }
        group.continuation = continuation
        return true
    }

    /// Takes the caller of a group out, and its wish for each key that has no result.
    ///
    /// - Returns: The caller, if it was suspended, and the batches in flight that nobody waits for any more.
    @inlinable
    mutating func leave(_ group: Group) -> (UnsafeContinuation<Void, Never>?, [RunningBatch]) {
        guard !group.hasLeft else { return (nil, []) }
        group.hasLeft = true
        var abandoned: [RunningBatch] = []
        if group.continuation != nil, case .waiting(let index, _) = group.loads[group.cursor] {
            endWait(in: group.queues[Int(index)], waiter: group.waiter)
            group.queues[Int(index)].waiters[group.waiter].caller = .absent  // It would keep the queue, which it keeps.
        }
        for case .waiting(let index, let slot) in group.loads[group.cursor...] {
            if let batch = release(group.queues[Int(index)], slot: Int(slot)) { abandoned.append(batch) }
        }
        return (group.continuation.take(), abandoned)
    }

    /// The results of a group whose caller goes on, in its loads: a load that has none was cancelled.
    @inlinable
    mutating func settle(_ group: Group) {
        for (number, load) in group.loads.enumerated() {
            guard case .waiting(let index, let slot) = load else { continue }
            if case .finished(let result) = group.queues[Int(index)].slots[Int(slot)].state {
                group.loads[number] = .finished(result)
            } else {
                statistics.countCancelledLoad()
            }
        }
    }
}
