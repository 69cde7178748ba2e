// SPDX-License-Identifier: Apache-2.0
//
// The keys gathered in one tick, and the batches they were cut into when it ended.

/// The loads of one tick, in call order.
///
/// A queue is *gathering* until its tick ends; then it is cut into batches and takes no more keys. A slot keeps its
/// place, so a caller finds its result by the queue and an index for as long as anybody holds them.
final class LoadQueue<Key: Hashable & Sendable, Value: Sendable>: @unchecked Sendable {
    // The loader's lock guards every access to what varies.

    /// One key and who asked for it.
    struct Slot {
        enum State {
            /// No result yet.
            case waiting(Waiters<Value>)
            /// The result has been published.
            case finished(Result<Value, any Error>)
            /// Every caller left before the key was sent: it will not be.
            case abandoned
        }

        let key: Key
        /// How many callers want the result. An enqueued key is wanted for good.
        var callers = 0
        var state = State.waiting(Waiters())

        var isWaiting: Bool {
            if case .waiting = state { true } else { false }
        }
    }

    /// Neighbouring slots that are fetched together.
    struct Batch {
        let slots: Range<Int>
        /// How many callers want a result of this batch. At zero it is cancelled.
        var callers: Int
        var task: Task<Void, Never>?
    }

    /// The scope whose tick this queue belongs to; `nil` outside of all.
    let scope: BatchingScope?
    var slots: [Slot] = []
    /// In the order of their slots; empty while gathering.
    var batches: [Batch] = []
    var isGathering = true
    /// The highest priority among those who asked.
    var priority: TaskPriority
    private var lastID: UInt64 = 0

    init(scope: BatchingScope?, priority: TaskPriority) {
        self.scope = scope
        self.priority = priority
    }

    /// The number of a new caller.
    func makeID() -> UInt64 {
        lastID += 1
        return lastID
    }

    /// The batch a slot went with.
    ///
    /// - Complexity: O(log *n*) in the number of batches.
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

/// A caller's place in a queue.
struct Ticket<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    let queue: LoadQueue<Key, Value>
    let index: Int
    let id: UInt64
}

/// A batch on its way: which one, and the keys it was sent with.
struct Dispatch<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    let queue: LoadQueue<Key, Value>
    let number: Int
    let keys: [Key]
}
