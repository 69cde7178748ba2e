// SPDX-License-Identifier: Apache-2.0
//
// Who runs out of time next. Ours, because curl's time-outs sleep while a request waits for a connection.

/// Something with a deadline that knows its place in the heap, so that it can leave from the middle.
protocol DeadlineHeapElement: AnyObject {
    var deadline: ContinuousClock.Instant { get }
    /// For the heap alone to write.
    var heapIndex: Int? { get set }
}

/// A binary heap, the earliest deadline first.
///
/// - Complexity: O(log *n*) to insert and to remove; O(1) when deadlines come in order, as they mostly do; O(1) to look
///   at the earliest.
struct DeadlineHeap<Element: DeadlineHeapElement> {
    /// The deadline beside the element: those that are only compared are not touched.
    private struct Entry {
        let deadline: ContinuousClock.Instant
        let element: Element
    }

    private var entries: [Entry] = []

    var isEmpty: Bool { entries.isEmpty }

    /// The one with the earliest deadline.
    var first: Element? { entries.first?.element }

    /// The next deadline.
    var earliest: ContinuousClock.Instant? { entries.first?.deadline }

    /// Takes an element in, whose deadline does not change while it is here.
    mutating func insert(_ element: Element) {
        let entry = Entry(deadline: element.deadline, element: element)
        entries.append(entry)
        siftUp(entry, from: entries.count - 1)
    }

    /// Takes an element out, wherever it is; nothing happens if it is not there.
    mutating func remove(_ element: Element) {
        guard let index = element.heapIndex, let last = entries.popLast() else { return }
        element.heapIndex = nil
        guard index < entries.count else { return }
        let isEarlier = last.deadline < entries[index].deadline
        if isEarlier { siftUp(last, from: index) } else { siftDown(last, from: index) }
    }

    /// Takes out one element whose deadline has come.
    mutating func popExpired(at now: ContinuousClock.Instant) -> Element? {
        guard let first = entries.first, first.deadline <= now else { return nil }
        remove(first.element)
        return first.element
    }

    private mutating func place(_ entry: Entry, at index: Int) {
        entries[index] = entry
        entry.element.heapIndex = index
    }

    /// Puts an entry where there is a hole, or above.
    private mutating func siftUp(_ entry: Entry, from hole: Int) {
        var index = hole
        while index > 0, entry.deadline < entries[(index - 1) / 2].deadline {
            place(entries[(index - 1) / 2], at: index)
            index = (index - 1) / 2
        }
        place(entry, at: index)
    }

    /// Puts an entry where there is a hole, or below.
    private mutating func siftDown(_ entry: Entry, from hole: Int) {
        var index = hole
        while let child = earlierChild(of: index), entries[child].deadline < entry.deadline {
            place(entries[child], at: index)
            index = child
        }
        place(entry, at: index)
    }

    private func earlierChild(of index: Int) -> Int? {
        let left = 2 * index + 1
        guard left < entries.count else { return nil }
        let right = left + 1
        return right < entries.count && entries[right].deadline < entries[left].deadline ? right : left
    }
}

extension ContinuousClock.Instant {
    /// This instant plus a duration, which may be any: beyond a century it counts as a century, for the sum of
    /// instants traps where it overflows.
    func advanced(byAtMost duration: Duration) -> Self {
        let century = Duration.seconds(100 * 365 * 86_400)
        return advanced(by: min(max(duration, .zero), century))
    }
}
