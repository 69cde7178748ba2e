// SPDX-License-Identifier: Apache-2.0
//
// Where inputs come from.

/// Yields the items of a run, one at a time.
protocol RunSource<Input>: SendableMetatype {
    associatedtype Input: Sendable
    /// Whether what is left when a run ends early is read to the end, to be told as not sent.
    var isFinite: Bool { get }
    /// The next item, or `nil` at the end. Only ``ItemState/item`` and what is known from earlier runs is set.
    mutating func next() async throws -> ItemState<Input>?
}

/// A sequence.
struct SequenceSource<Base: Sequence>: RunSource where Base.Element: Sendable {
    let isFinite: Bool
    private var iterator: Base.Iterator
    private var count = 0

    init(_ base: Base, isFinite: Bool) {
        self.isFinite = isFinite
        iterator = base.makeIterator()
    }

    mutating func next() -> ItemState<Base.Element>? {
        guard let input = iterator.next() else { return nil }
        defer { count += 1 }
        return ItemState(item: BulkItem(index: count, input: input))
    }
}

/// An asynchronous sequence.
struct AsyncSource<Base: AsyncSequence>: RunSource where Base.Element: Sendable {
    let isFinite = false
    private var iterator: Base.AsyncIterator
    private var count = 0

    init(_ base: Base) {
        iterator = base.makeAsyncIterator()
    }

    mutating func next() async throws -> ItemState<Base.Element>? {
        guard let input = try await iterator.next(isolation: #isolation) else { return nil }
        defer { count += 1 }
        return ItemState(item: BulkItem(index: count, input: input))
    }
}

/// Items of an earlier run.
struct RerunSource<Input: Sendable>: RunSource {
    let isFinite = true
    private var items: ArraySlice<ItemState<Input>>

    init(_ items: [ItemState<Input>]) {
        self.items = items[...]
    }

    mutating func next() -> ItemState<Input>? { items.popFirst() }
}
