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
            /// Not sent yet.
            case gathered
            /// Sent, and no result yet.
            case sent
            /// The result is known, and waits for the batch all the same.
            case held(Result<Value, any Error>)
            /// The result has been published.
            case finished(Result<Value, any Error>)
            /// Every caller left before the key was sent: it will not be.
            case abandoned
        }

        @usableFromInline let key: Key
        @usableFromInline var state: State
        /// How many callers want the result. An enqueued key is wanted for good.
        @usableFromInline var callers: Int32
        /// The key's place in the memo; -1 if it has none.
        @usableFromInline var place: Int32
        /// The list of waiters: the numbers of its first and its last; -1 while there is none.
        @usableFromInline var firstWaiter: Int32 = -1
        @usableFromInline var lastWaiter: Int32 = -1

        @inlinable
        init(key: Key, place: Int, callers: Int32 = 0, state: State = .gathered) {
            self.key = key
            self.state = state
            self.callers = callers
            self.place = Int32(truncatingIfNeeded: place)
        }

        /// Notes who is the last in its line.
        ///
        /// - Returns: Who was; -1 if nobody was.
        @inlinable
        mutating func lineUp(_ waiter: Int32) -> Int32 {
            defer { lastWaiter = waiter }
            if lastWaiter < 0 { firstWaiter = waiter }
            return lastWaiter
        }

        @inlinable
        var isGathered: Bool {
            if case .gathered = state { true } else { false }
        }

        @inlinable
        var isSent: Bool {
            if case .sent = state { true } else { false }
        }

        /// Whether the callers are still to get a result.
        @inlinable
        var isOpen: Bool {
            switch state {
            case .gathered, .sent, .held: true
            case .finished, .abandoned: false
            }
        }
    }

    /// A suspended caller. It is given a result rather than an error to throw: see `withCancellationHandler`.
    @usableFromInline typealias Continuation = UnsafeContinuation<Result<Value, any Error>, Never>

    /// A caller's place in line, kept from the moment it asks. Those of one slot are linked.
    @usableFromInline
    struct Waiter {
        @usableFromInline var caller = Caller.absent
        @usableFromInline let slot: Int32
        @usableFromInline var next: Int32 = -1

        @inlinable
        init(slot: Int) {
            self.slot = Int32(truncatingIfNeeded: slot)
        }
    }

    @usableFromInline
    enum Caller {
        /// Not suspended yet, or resumed.
        case absent
        case single(Continuation)
        case group(LoadGroup<Key, Value>)
        /// Cancelled before it was suspended.
        case cancelled
    }

    /// Neighbouring slots that are fetched together.
    @usableFromInline
    struct Batch {
        @usableFromInline let slots: Range<Int>
        /// How many callers want a result of this batch. At zero it is cancelled.
        @usableFromInline var callers: Int
        /// What fetches it, until that has ended.
        @usableFromInline var carrier: RunningBatch?

        @inlinable
        init(slots: Range<Int>, callers: Int, carrier: RunningBatch) {
            self.slots = slots
            self.callers = callers
            self.carrier = carrier
        }
    }

    /// Room for a batch, under a limit of concurrent ones.
    @usableFromInline
    enum Offer {
        case none
        /// For as long as nobody else takes it.
        case open
        case reserved
    }

    /// The scope whose tick this queue belongs to; `nil` outside of all.
    @usableFromInline let scope: BatchingScope?
    /// Its number among the loader's queues.
    @usableFromInline let number: Int
    @exclusivity(unchecked) @usableFromInline var slots: [Slot] = []
    /// In call order, over all slots.
    @exclusivity(unchecked) @usableFromInline var waiters: [Waiter] = []
    /// In the order of their slots; empty while gathering.
    @exclusivity(unchecked) @usableFromInline var batches = Few<Batch>()
    /// How many batches are in flight.
    @exclusivity(unchecked) @usableFromInline var running = 0
    /// What has been offered to its scope since.
    @exclusivity(unchecked) @usableFromInline var offer = Offer.none
    /// Whether the tick has ended.
    @exclusivity(unchecked) @usableFromInline var isDue = false
    /// How many slots have been cut off into batches.
    @exclusivity(unchecked) @usableFromInline var sent = 0
    /// How many slots are gathered and still wanted.
    @exclusivity(unchecked) @usableFromInline var gathered = 0
    /// The priority that no batch of it has less than.
    @usableFromInline let lowestPriority: Priority
    /// The highest priority among those who asked.
    @exclusivity(unchecked) @usableFromInline var priority: Priority
    /// The batches whose functions wait here, by waiter.
    @exclusivity(unchecked) @usableFromInline var waitingBatches: [Int: RunningBatch] = [:]

    /// What stood for keys that have been forgotten.
    @exclusivity(unchecked) @usableFromInline var forgotten: [CacheKey] = []
    /// What is noted of it if the loader is observed.
    @exclusivity(unchecked) @usableFromInline var observation: QueueObservation?

    @inlinable
    init(scope: BatchingScope?, number: Int, priority: Priority) {
        self.scope = scope
        self.number = number
        lowestPriority = priority
        self.priority = priority
    }

    /// Makes room for more slots, if they are more than there are: few at a time must not copy all each time.
    @inlinable
    func prepare(for more: Int) {
        if !isDue, more > slots.count { slots.reserveCapacity(slots.count + more) }
    }

    /// Gets in line for a slot.
    ///
    /// - Returns: The number of the waiter.
    /// - Complexity: O(1).
    @inlinable
    func lineUp(forSlot slot: Int) -> Int {
        let number = waiters.count
        waiters.appendOrBegin(with: Waiter(slot: slot))
        let last = slots[slot].lineUp(Int32(truncatingIfNeeded: number))
        if last >= 0 { waiters[Int(last)].next = Int32(truncatingIfNeeded: number) }
        return number
    }

    /// The numbers of those who wait for any of some slots, in call order.
    ///
    /// - Complexity: O(*n*), or O(*n* log *n*) if several wait for the same slot.
    @inlinable
    func waiters(ofSlots range: Range<Int>) -> [Int32] {
        var numbers: [Int32] = []
        numbers.reserveCapacity(range.count)
        var isInOrder = true
        for slot in range {
            var number = slots[slot].firstWaiter
            while number >= 0 {
                if let last = numbers.last, last > number { isInOrder = false }
                numbers.append(number)
                number = waiters[Int(number)].next
            }
        }
        if !isInOrder { numbers.sort() }
        return numbers
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

    /// Whether the current thread runs a task of its scope.
    @inlinable var isOfCurrentThread: Bool { scope?.isRunningOnCurrentThread ?? false }

    /// Whether nothing of it is to come any more.
    @inlinable var hasEnded: Bool { isDue && sent == slots.count && running == 0 }
}

/// A slot of a queue, and the batch that waits for it, if one does.
@usableFromInline
struct Ticket<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    @usableFromInline let queue: LoadQueue<Key, Value>
    @usableFromInline let slot: Int
    /// The number of its place in line; -1 if it has none yet.
    @usableFromInline let waiter: Int
    /// The batch whose function waits for the slot.
    @usableFromInline let batch: RunningBatch?

    @inlinable
    init(queue: LoadQueue<Key, Value>, slot: Int, waiter: Int, batch: RunningBatch?) {
        self.queue = queue
        self.slot = slot
        self.waiter = waiter
        self.batch = batch
    }
}

extension Array {
    /// Appends; where there is no room at all, it begins with the element alone. That is cheaper than growth, and many
    /// queues have one slot and one waiter.
    @inlinable @inline(__always)
    mutating func appendOrBegin(with element: Element) {
        if capacity == 0 { self = [element] } else { append(element) }
    }
}
