// SPDX-License-Identifier: Apache-2.0
//
// The state of a loader: what is known, what is pending, what is being gathered. Pure: it says what is to be done,
// and the loader does it outside the lock.

/// What a load did to the queue that it joined, if somebody must see to it.
@usableFromInline
enum QueueEvent: Sendable {
    /// The queue is new: its end is to be scheduled.
    case opened
    /// The queue has a full batch, and the schedule does not let it wait.
    case filled
}

/// Takes loads in, cuts them into batches, takes results in.
@usableFromInline
struct Intake<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    @usableFromInline typealias Queue = LoadQueue<Key, Value>

    /// What a load finds.
    @usableFromInline
    enum Entered: Sendable {
        case finished(Result<Value, any Error>)
        case waiting(Ticket<Key, Value>, QueueEvent?)
    }

    @usableFromInline let options: DataLoaderOptions
    /// What the task of a batch is called.
    @usableFromInline let batchName: String?
    /// Whether a load whose result is known is nobody else's business.
    @usableFromInline let returnsKnownAtOnce: Bool
    @usableFromInline let isObserved: Bool
    @usableFromInline var memo: Memo<Key, Value>
    /// The queues that have not ended, by number.
    @usableFromInline var queues: [Queue?] = []
    @usableFromInline var freeNumbers: [Int] = []
    /// The queues that are gathering.
    @usableFromInline var gathering = GatheringQueues<Key, Value>()
    /// The queues whose tick has ended and that have keys to send, oldest first.
    @usableFromInline var due: [Queue] = []
    /// How often keys have been cleared.
    @usableFromInline var clears = 0
    /// How many batches are in flight and do not wait for loads of their own.
    @usableFromInline var running = 0
    /// Room for batches that is kept for scopes which have been told.
    @usableFromInline var reserved = 0
    /// Kept by the loader, if it is observed.
    @usableFromInline var statistics = DataLoaderStatistics()

    @inlinable
    init(options: DataLoaderOptions, cache: CacheRules<Key, Value>?, isObserved: Bool) {
        self.options = options
        batchName = options.name.map { "\($0) batch" }
        self.isObserved = isObserved
        returnsKnownAtOnce = !options.alignsHits && !isObserved && cache == nil
        memo = cache?.memo ?? Memo()
    }

    /// The result of a key, if it is there and nothing but returning it is to be done.
    @inlinable
    func known(_ key: HashedKey<Key>) -> Result<Value, any Error>? {
        returnsKnownAtOnce && memo.knowsResults ? memo.result(of: key) : nil
    }

    /// Takes a load in: finds the result, joins a pending key, or adds the key to the queue of the current scope.
    ///
    /// - Parameters:
    ///   - waits: Whether the caller will wait at once, rather than some time later or never.
    ///   - origin: Where the load comes from: looked up when it is needed first, and once for many keys.
    @inlinable
    mutating func enter(_ key: HashedKey<Key>, waits: Bool, from origin: inout LoadOrigin?) -> Entered {
        guard options.remembersKeys else { return add(key.key, place: -1, waits: waits, from: &origin) }
        let (place, isNew) = memo.claim(key)
        guard !isNew else { return add(key.key, place: place, waits: waits, from: &origin) }
        return enter(key.key, at: place, waits: waits, from: &origin)
    }

    /// Takes the load of a key in that has a place.
    @inlinable
    mutating func enter(_ key: Key, at place: Int, waits: Bool, from origin: inout LoadOrigin?) -> Entered {
        switch memo.places[place] {
        case .finished(_, let result):
            return options.alignsHits ? hold(result, of: key, waits: waits, from: &origin) : .finished(result)
        case .pending(_, let slot):
            if let queue = queues[Int(slot.queue)], isJoinable(queue, slot: Int(slot.slot)) {
                return .waiting(join(queue, slot: Int(slot.slot), waits: waits, from: &origin), nil)
            }
            return add(key, place: place, waits: waits, from: &origin)
        case .vacant:
            return add(key, place: place, waits: waits, from: &origin)
        }
    }

    /// Has a known result wait for the batch that is being gathered, if there is one.
    @inlinable
    mutating func hold(
        _ result: Result<Value, any Error>,
        of key: Key,
        waits: Bool,
        from origin: inout LoadOrigin?
    ) -> Entered {
        guard let queue = gathering.queue(of: Self.found(&origin).scope) else { return .finished(result) }
        queue.slots.append(Queue.Slot(key: key, place: -1, state: .held(result)))
        return .waiting(join(queue, slot: queue.slots.count - 1, waits: waits, from: &origin), nil)
    }

    /// Whether a load may share a pending key of this queue. Without memoisation a key is shared only until it is
    /// sent: nobody gets the answer to a question that was asked before their own.
    @inlinable
    func isJoinable(_ queue: Queue, slot: Int) -> Bool {
        options.deduplicates && (options.memoises || slot >= queue.sent)
    }

    /// Adds one more caller to a slot.
    ///
    /// - Parameter isOpened: Whether the queue has been opened for it, and has its priority.
    @inlinable
    func join(
        _ queue: Queue,
        slot: Int,
        isOpened: Bool = false,
        waits: Bool,
        from origin: inout LoadOrigin?
    ) -> Ticket<Key, Value> {
        queue.slots[slot].callers += 1
        if slot < queue.sent {
            let batch = queue.batchIndex(ofSlot: slot)
            queue.batches[batch].callers += 1
        }
        guard waits else { return Ticket(queue: queue, slot: slot, waiter: -1, batch: nil) }
        if !isOpened { raisePriority(of: queue, slot: slot, to: .current) }
        let batch = Self.batch(askingFor: queue, from: &origin)
        return Ticket(queue: queue, slot: slot, waiter: queue.lineUp(forSlot: slot), batch: batch)
    }

    /// The batch whose function asks for a key of a queue.
    @inlinable
    static func batch(askingFor queue: Queue, from origin: inout LoadOrigin?) -> RunningBatch? {
        // That no batch runs is known sooner than the origin.
        if origin == nil, let scope = queue.scope, scope.isRunningWithoutBatches { return nil }
        return found(&origin).batch
    }

    @inlinable
    static func found(_ origin: inout LoadOrigin?) -> LoadOrigin {
        if let origin { return origin }
        let current = LoadOrigin.current
        origin = current
        return current
    }

    /// Sees to it that a batch is fetched with no less priority than any of its callers has.
    @inlinable
    func raisePriority(of queue: Queue, slot: Int, to priority: Priority) {
        if slot >= queue.sent {
            queue.priority = max(queue.priority, priority)
        } else if priority > queue.lowestPriority {
            queue.batches[queue.batchIndex(ofSlot: slot)].carrier?.escalate(to: priority)
        }
    }

    @inlinable
    mutating func add(_ key: Key, place: Int, waits: Bool, from origin: inout LoadOrigin?) -> Entered {
        let (queue, opened) = queue(for: &origin)
        let slot = gather(key, place: place, callers: 0, in: queue)
        let isFull = mayFill(queue) && queue.gathered == options.maxBatchSize
        let event: QueueEvent? = isFull ? .filled : opened ? .opened : nil
        return .waiting(join(queue, slot: slot, isOpened: opened, waits: waits, from: &origin), event)
    }

    /// Appends a key that is to be fetched to a queue.
    ///
    /// - Returns: Its slot.
    @inlinable
    mutating func gather(_ key: Key, place: Int, callers: Int32, in queue: Queue) -> Int {
        let slot = queue.slots.count
        queue.slots.appendOrBegin(with: Queue.Slot(key: key, place: place, callers: callers))
        queue.gathered += 1
        if place >= 0 {
            memo.set(place, to: .pending(key, SlotID(queue: queue.number, slot: slot)))
            memo.renew(place)
        }
        return slot
    }

    /// Whether a full batch does not wait for more.
    @inlinable
    func mayFill(_ queue: Queue) -> Bool { queue.scope == nil && options.schedule.sendsFullBatches }

    /// The queue that gathers the loads of the current task.
    @inlinable
    mutating func queue(for origin: inout LoadOrigin?) -> (Queue, opened: Bool) {
        // That the current thread runs a task of the queue's scope is known sooner than the origin.
        if let queue = gathering.first, queue.isOfCurrentThread { return (queue, false) }
        if origin == nil { origin = .current }  // `found(_:)` would make a copy of it.
        return queue(of: origin?.scope)
    }

    /// The queue that gathers the loads of a scope.
    @inlinable
    mutating func queue(of scope: BatchingScope?) -> (Queue, opened: Bool) {
        if let queue = gathering.queue(of: scope) { return (queue, false) }
        let number = freeNumbers.popLast() ?? queues.count
        let queue = Queue(scope: scope, number: number, priority: .current)
        if number == queues.count { queues.append(queue) } else { queues[number] = queue }
        gathering.insert(queue)
        return (queue, true)
    }

    /// Forgets a queue of which nothing is to come any more. Its own end is to be outside the lock: that of a key or a value
    /// is its owner's code.
    @inlinable
    mutating func end(_ queue: Queue) {
        queues[queue.number] = nil
        freeNumbers.append(queue.number)
    }
}

/// At most one queue a scope. The first is found without a hash: most loaders serve one scope at a time.
@usableFromInline
struct GatheringQueues<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    @usableFromInline typealias Queue = LoadQueue<Key, Value>

    @usableFromInline var first: Queue?
    @usableFromInline var others: [ObjectIdentifier?: Queue] = [:]

    @inlinable
    init() {}

    @inlinable
    func queue(of scope: BatchingScope?) -> Queue? {
        if let first, first.scope === scope { return first }
        return others.isEmpty ? nil : others[scope.map(ObjectIdentifier.init)]
    }

    /// The queues that no tick will end.
    @inlinable var withoutTicks: [Queue] {
        ([first].compactMap(\.self) + others.values).filter { $0.scope?.isOpen != true }
    }

    @inlinable
    mutating func insert(_ queue: Queue) {
        if first == nil { first = queue } else { others[queue.scope.map(ObjectIdentifier.init)] = queue }
    }

    @inlinable
    mutating func remove(_ queue: Queue) {
        if first === queue {
            first = nil
        } else if !others.isEmpty, others[queue.scope.map(ObjectIdentifier.init)] === queue {
            others[queue.scope.map(ObjectIdentifier.init)] = nil
        }
    }
}
