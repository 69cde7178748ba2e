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

/// Where a load comes from: looked up when it is needed first, and once for many keys.
@usableFromInline
struct LoadOrigin {
    @usableFromInline lazy var scope = BatchingScope.current
    @usableFromInline lazy var priority = Task.currentPriority

    @inlinable
    init() {}
}

/// Takes loads in, cuts them into batches, takes results in.
@usableFromInline
struct Intake<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    @usableFromInline typealias Queue = LoadQueue<Key, Value>

    /// What is known of a key. A pending entry is identified by its slot: whoever changes an entry on behalf of a
    /// slot first checks that the entry is still of that slot, so newer values are never lost to older results.
    @usableFromInline
    enum Entry: Sendable {
        case finished(Result<Value, any Error>)
        case pending(Queue, slot: Int)
    }

    /// What a load finds.
    @usableFromInline
    enum Entered: Sendable {
        case finished(Result<Value, any Error>)
        case waiting(Ticket<Key, Value>, QueueEvent?)
    }

    /// A suspended caller and what it is to be resumed with.
    @usableFromInline
    enum Resumption: Sendable {
        case single(UnsafeContinuation<Value, any Error>, Result<Value, any Error>)
        case group(UnsafeContinuation<Void, Never>)

        @inlinable
        func callAsFunction() {
            switch self {
            case .single(let continuation, let result): continuation.resume(with: result)
            case .group(let continuation): continuation.resume()
            }
        }
    }

    @usableFromInline let options: DataLoaderOptions
    @usableFromInline var entries: [Key: Entry] = [:]
    /// The queues that are gathering, by scope.
    @usableFromInline var gathering: [ObjectIdentifier?: Queue] = [:]
    /// The queues whose tick has ended and that have keys to send, oldest first.
    @usableFromInline var due: [Queue] = []
    /// How often keys have been cleared.
    @usableFromInline var clears = 0
    /// How many batches are in flight.
    @usableFromInline var running = 0

    @inlinable
    init(options: DataLoaderOptions) {
        self.options = options
    }

    /// Takes a load in: finds the result, joins a pending key, or adds the key to the queue of the current scope.
    ///
    /// - Returns: `nil` if the batch that is to bring the key makes the load, and would wait for itself.
    @inlinable
    mutating func enter(_ key: Key, from origin: inout LoadOrigin) -> Entered? {
        switch remembersKeys ? entries[key] : nil {
        case .finished(let result):
            return .finished(result)
        case .pending(let queue, let slot) where isJoinable(queue, slot: slot):
            if queue.isSent(slot: slot), queue.batches[queue.batchIndex(ofSlot: slot)].identity.isRunning {
                return nil
            }
            return .waiting(join(queue, slot: slot, from: &origin), nil)
        case .pending, nil:
            return add(key, from: &origin)
        }
    }

    /// Whether anything is kept of a key.
    @inlinable
    var remembersKeys: Bool { options.memoises || options.deduplicates }

    /// Whether a load may share a pending key of this queue. Without memoisation a key is shared only until it is
    /// sent: nobody gets the answer to a question that was asked before their own.
    @inlinable
    func isJoinable(_ queue: Queue, slot: Int) -> Bool {
        options.deduplicates && (options.memoises || !queue.isSent(slot: slot))
    }

    /// Adds one more caller to a slot.
    @inlinable
    func join(_ queue: Queue, slot index: Int, from origin: inout LoadOrigin) -> Ticket<Key, Value> {
        queue.slots[index].callers += 1
        if queue.isSent(slot: index) {
            queue.batches[queue.batchIndex(ofSlot: index)].callers += 1
        } else {
            queue.priority = max(queue.priority, origin.priority)
        }
        return Ticket(queue: queue, slot: index, place: queue.lineUp(forSlot: index))
    }

    @inlinable
    mutating func add(_ key: Key, from origin: inout LoadOrigin) -> Entered {
        let (queue, opened) = queue(of: &origin)
        let index = queue.slots.count
        queue.slots.append(Queue.Slot(key: key))
        if remembersKeys {
            entries[key] = .pending(queue, slot: index)
        }
        let mayFill = queue.scope == nil && options.schedule.sendsFullBatches
        let event: QueueEvent? = mayFill && queue.slots.count == options.maxBatchSize ? .filled : opened ? .opened : nil
        return .waiting(join(queue, slot: index, from: &origin), event)
    }

    @inlinable
    mutating func queue(of origin: inout LoadOrigin) -> (Queue, opened: Bool) {
        let scope = origin.scope
        let id = scope.map(ObjectIdentifier.init)
        if let queue = gathering[id] { return (queue, false) }
        let queue = Queue(scope: scope, priority: origin.priority)
        gathering[id] = queue
        return (queue, true)
    }
}
