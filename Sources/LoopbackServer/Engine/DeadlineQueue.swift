// SPDX-License-Identifier: Apache-2.0
//
// Which connection is to be woken next: a binary heap, earliest first.

/// Deadlines of connections. An entry counts only while its connection still has this very deadline; others are
/// skipped when they surface.
struct DeadlineQueue {
    private struct Entry {
        let deadline: SuspendingClock.Instant
        let connection: Connection

        var isCurrent: Bool { connection.deadline == deadline }
    }

    private var heap: [Entry] = []

    /// The earliest deadline.
    ///
    /// - Complexity: O(1), and O(log *n*) for each entry that is out of date.
    mutating func earliest() -> SuspendingClock.Instant? {
        while let first = heap.first, !first.isCurrent { removeFirst() }
        return heap.first?.deadline
    }

    /// Takes out a connection whose deadline has passed.
    mutating func next(at now: SuspendingClock.Instant) -> Connection? {
        guard let deadline = earliest(), deadline <= now else { return nil }
        return removeFirst()
    }

    mutating func insert(_ connection: Connection, at deadline: SuspendingClock.Instant) {
        heap.append(Entry(deadline: deadline, connection: connection))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].deadline < heap[parent].deadline else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    @discardableResult
    private mutating func removeFirst() -> Connection {
        heap.swapAt(0, heap.count - 1)
        let removed = heap.removeLast().connection
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].deadline < heap[smallest].deadline { smallest = child }
            }
            guard smallest != parent else { return removed }
            heap.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
