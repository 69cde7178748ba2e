// SPDX-License-Identifier: Apache-2.0
//
// Where inputs come from.

/// Yields the items of a run.
protocol RunSource<Input>: SendableMetatype {
    associatedtype Input: Sendable
    /// Whether what is left when a run ends early is read to the end, to be told as not sent.
    var isFinite: Bool { get }
    /// The next items: at least one, and no more than asked for, or `nil` at the end. It does not wait for
    /// one while it has another, which is in nobody's account yet.
    mutating func read(atMost count: Int) async throws -> Cargo<Input>?
}

/// A sequence.
struct SequenceSource<Base: Sequence>: RunSource where Base.Element: Sendable {
    let isFinite: Bool
    private var iterator: Base.Iterator
    private var count = 0
    private var isAtEnd = false

    init(_ base: Base, isFinite: Bool) {
        self.isFinite = isFinite
        iterator = base.makeIterator()
    }

    mutating func read(atMost limit: Int) -> Cargo<Base.Element>? {
        var items: [BulkItem<Base.Element>] = []
        while !isAtEnd, items.count < limit {
            if let input = iterator.next() {
                items.append(BulkItem(index: count, input: input))
                count += 1
            } else {
                isAtEnd = true
            }
        }
        return items.isEmpty ? nil : Cargo(items)
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

    mutating func read(atMost limit: Int) async throws -> Cargo<Base.Element>? {
        guard let input = try await iterator.next(isolation: #isolation) else { return nil }
        defer { count += 1 }
        return Cargo([BulkItem(index: count, input: input)])
    }
}

/// Items of an earlier run.
struct RerunSource<Input: Sendable>: RunSource {
    let isFinite = true
    private let cargo: Cargo<Input>
    private var next = 0

    init(_ cargo: Cargo<Input>) {
        self.cargo = cargo
    }

    mutating func read(atMost limit: Int) -> Cargo<Input>? {
        guard next < cargo.count else { return nil }
        let places = next..<min(next + limit, cargo.count)
        next = places.upperBound
        return cargo[places]
    }
}
