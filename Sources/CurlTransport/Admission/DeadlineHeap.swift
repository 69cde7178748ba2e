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
    /// All elements, in no order that matters.
    private(set) var elements: [Element] = []

    var isEmpty: Bool { elements.isEmpty }

    /// The next deadline.
    var earliest: ContinuousClock.Instant? { elements.first?.deadline }

    mutating func insert(_ element: Element) {
        elements.append(element)
        element.heapIndex = elements.count - 1
        siftUp(from: elements.count - 1)
    }

    /// Takes an element out, wherever it is; nothing happens if it is not there.
    mutating func remove(_ element: Element) {
        guard let index = element.heapIndex, let last = elements.popLast() else { return }
        element.heapIndex = nil
        guard last !== element else { return }
        place(last, at: index)
        siftUp(from: index)
        siftDown(from: last.heapIndex ?? index)
    }

    /// Takes out one element whose deadline has come.
    mutating func popExpired(at now: ContinuousClock.Instant) -> Element? {
        guard let first = elements.first, first.deadline <= now else { return nil }
        remove(first)
        return first
    }

    private mutating func place(_ element: Element, at index: Int) {
        elements[index] = element
        element.heapIndex = index
    }

    private mutating func siftUp(from start: Int) {
        let element = elements[start]
        var index = start
        while index > 0, element.deadline < elements[(index - 1) / 2].deadline {
            place(elements[(index - 1) / 2], at: index)
            index = (index - 1) / 2
        }
        if index != start { place(element, at: index) }
    }

    private mutating func siftDown(from start: Int) {
        let element = elements[start]
        var index = start
        while let child = earlierChild(of: index), elements[child].deadline < element.deadline {
            place(elements[child], at: index)
            index = child
        }
        if index != start { place(element, at: index) }
    }

    private func earlierChild(of index: Int) -> Int? {
        let left = 2 * index + 1
        guard left < elements.count else { return nil }
        let right = left + 1
        return right < elements.count && elements[right].deadline < elements[left].deadline ? right : left
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
