// SPDX-License-Identifier: Apache-2.0
//
// Who runs out of time next. Ours, because curl's time-outs sleep while a request waits for a connection.

/// Something with a deadline that knows its place in the heap, so that it can leave from the middle.
protocol DeadlineHeapElement: AnyObject {
    var deadline: Moment { get }
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
        let deadline: Moment
        let element: Element
    }

    private var entries: [Entry] = []

    var isEmpty: Bool { entries.isEmpty }

    /// The one with the earliest deadline.
    var first: Element? { entries.first?.element }

    /// The next deadline.
    var earliest: Moment? { entries.first?.deadline }

    /// Takes an element in, whose deadline does not change while it is here.
    mutating func insert(_ element: Element) {
        entries.append(Entry(deadline: element.deadline, element: element))
        element.heapIndex = entries.count - 1
        siftUp(from: entries.count - 1)
    }

    /// Takes an element out, wherever it is; nothing happens if it is not there.
    mutating func remove(_ element: Element) {
        guard let index = element.heapIndex else { return }
        let last = entries.count - 1
        swap(index, last)
        entries.removeLast()
        element.heapIndex = nil
        guard index < last else { return }
        siftUp(from: index)
        siftDown(from: index)
    }

    /// Takes out one element whose deadline has come.
    mutating func popExpired(at now: Moment) -> Element? {
        guard let first = entries.first, first.deadline <= now else { return nil }
        remove(first.element)
        return first.element
    }

    /// Exchanges two entries. No reference is counted for it, as it would be for a copy.
    private mutating func swap(_ one: Int, _ other: Int) {
        entries.swapAt(one, other)
        entries[one].element.heapIndex = one
        entries[other].element.heapIndex = other
    }

    private mutating func siftUp(from start: Int) {
        var index = start
        while index > 0, entries[index].deadline < entries[(index - 1) / 2].deadline {
            swap(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func siftDown(from start: Int) {
        var index = start
        while let child = earlierChild(of: index), entries[child].deadline < entries[index].deadline {
            swap(index, child)
            index = child
        }
    }

    private func earlierChild(of index: Int) -> Int? {
        let left = 2 * index + 1
        guard left < entries.count else { return nil }
        let right = left + 1
        return right < entries.count && entries[right].deadline < entries[left].deadline ? right : left
    }
}
