// SPDX-License-Identifier: Apache-2.0
//
// The keys gathered in one tick, who waits for them, and the batches they were cut into when it ended.

/// The loads of one tick, in call order.
///
/// A queue is *gathering* until its tick has ended and its first batch is cut; then it takes no more keys. A slot keeps
/// its place, so a caller finds its result by the queue and an index for as long as anybody holds them.
@usableFromInline
final class LoadQueue<Key: Hashable & Sendable, Value: Sendable>: @unchecked Sendable {
    // The loader's lock guards every access to what varies, which makes the run-time check for exclusive access, a
    // seventh of the cost of a load, superfluous.

    /// One key and how much it is wanted.
    @usableFromInline
    struct Slot {
        @usableFromInline
        enum State {
            /// No result yet.
            case waiting
            /// The result has been published.
            case finished(Result<Value, any Error>)
            /// Every caller left before the key was sent: it will not be.
            case abandoned
        }

        @usableFromInline let key: Key
        @usableFromInline var state = State.waiting
        /// How many callers want the result. An enqueued key is wanted for good.
        @usableFromInline var callers = 0
        /// The list of waiters: the places of its first and its last; -1 while there is none.
        @usableFromInline var waiters = (first: -1, last: -1)

        @inlinable
        init(key: Key) {
            self.key = key
        }

        @inlinable
        var isWaiting: Bool {
            if case .waiting = state { true } else { false }
        }
    }

    /// A caller's place in line, kept from the moment it asks. Lines of one slot are linked.
    @usableFromInline
    struct Waiter {
        /// The caller while it is suspended; `nil` before, and after it left.
        @usableFromInline var caller: Caller?
        @usableFromInline var next = -1

        @inlinable
        init() {}
    }

    /// A caller that is suspended.
    @usableFromInline
    enum Caller {
        case single(UnsafeContinuation<Value, any Error>)
        case group(LoadGroup)
    }

    /// Neighbouring slots that are fetched together.
    @usableFromInline
    struct Batch {
        @usableFromInline let slots: Range<Int>
        /// How many callers want a result of this batch. At zero it is cancelled.
        @usableFromInline var callers: Int
        @usableFromInline var task: Task<Void, Never>?
        @usableFromInline let identity = BatchIdentity()

        @inlinable
        init(slots: Range<Int>, callers: Int) {
            self.slots = slots
            self.callers = callers
        }
    }

    /// The scope whose tick this queue belongs to; `nil` outside of all.
    @usableFromInline let scope: BatchingScope?
    @exclusivity(unchecked) @usableFromInline var slots: [Slot] = []
    /// In call order, over all slots.
    @exclusivity(unchecked) @usableFromInline var waiters: [Waiter] = []
    /// In the order of their slots; empty while gathering.
    @exclusivity(unchecked) @usableFromInline var batches: [Batch] = []
    /// Whether the tick has ended.
    @exclusivity(unchecked) @usableFromInline var isDue = false
    /// How many slots have been cut off into batches.
    @exclusivity(unchecked) @usableFromInline var sent = 0
    /// The highest priority among those who asked.
    @exclusivity(unchecked) @usableFromInline var priority: TaskPriority

    @inlinable
    init(scope: BatchingScope?, priority: TaskPriority) {
        self.scope = scope
        self.priority = priority
    }

    /// Whether a slot has been cut off into a batch.
    @inlinable
    func isSent(slot: Int) -> Bool { slot < sent }

    /// Gets in line for a slot.
    ///
    /// - Returns: The place.
    /// - Complexity: O(1).
    @inlinable
    func lineUp(forSlot index: Int) -> Int {
        let place = waiters.count
        waiters.append(Waiter())
        if slots[index].waiters.first < 0 {
            slots[index].waiters.first = place
        } else {
            waiters[slots[index].waiters.last].next = place
        }
        slots[index].waiters.last = place
        return place
    }

    /// Takes the callers out that wait for any of some slots, in call order.
    ///
    /// - Complexity: O(*n*), or O(*n* log *n*) if several wait for the same slot.
    @inlinable
    func takeCallers(ofSlots range: Range<Int>) -> [(caller: Caller, slot: Int)] {
        var places: [(place: Int, slot: Int)] = []
        places.reserveCapacity(range.count)
        var isInOrder = true
        for slot in range {
            var place = slots[slot].waiters.first
            slots[slot].waiters = (-1, -1)
            while place >= 0 {
                if let last = places.last, last.place > place { isInOrder = false }
                places.append((place, slot))
                place = waiters[place].next
            }
        }
        if !isInOrder { places.sort { $0.place < $1.place } }
        return places.compactMap { place, slot in waiters[place].caller.take().map { ($0, slot) } }
    }

    /// The batch a slot went with.
    ///
    /// - Complexity: O(log *n*) in the number of batches.
    @inlinable
    func batchIndex(ofSlot index: Int) -> Int {
        var low = 0
        var high = batches.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if batches[middle].slots.lowerBound <= index { low = middle } else { high = middle }
        }
        return low
    }
}

/// A caller of `loadMany`, suspended until the last of its keys has a result.
@usableFromInline
final class LoadGroup: @unchecked Sendable {
    // The loader's lock guards every access.
    @usableFromInline var continuation: UnsafeContinuation<Void, Never>?
    @usableFromInline var remaining = 0

    @inlinable
    init() {}
}

/// A caller's slot in a queue and its place in line.
@usableFromInline
struct Ticket<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    @usableFromInline let queue: LoadQueue<Key, Value>
    @usableFromInline let slot: Int
    @usableFromInline let place: Int

    @inlinable
    init(queue: LoadQueue<Key, Value>, slot: Int, place: Int) {
        self.queue = queue
        self.slot = slot
        self.place = place
    }
}

/// A batch on its way: which one, and the keys it was sent with.
@usableFromInline
struct Dispatch<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    @usableFromInline let queue: LoadQueue<Key, Value>
    @usableFromInline let number: Int
    @usableFromInline let keys: [Key]
    @usableFromInline let priority: TaskPriority
    @usableFromInline let identity: BatchIdentity
    /// How often keys had been cleared when it was cut.
    @usableFromInline let clears: Int

    @inlinable
    init(queue: LoadQueue<Key, Value>, number: Int, keys: [Key], clears: Int) {
        self.queue = queue
        self.number = number
        self.keys = keys
        self.clears = clears
        priority = queue.priority
        identity = queue.batches[number].identity
    }
}
