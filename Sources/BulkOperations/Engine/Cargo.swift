// SPDX-License-Identifier: Apache-2.0
//
// Items on their way from the source to their ends.

/// Items without an end that travel together, and what is known of each.
@usableFromInline
struct Cargo<Input: Sendable>: Sendable {
    @usableFromInline var items: [BulkItem<Input>]
    /// As many as there are items.
    @usableFromInline var pasts: [ItemPast]

    /// Items that were never sent.
    @usableFromInline
    init(_ items: [BulkItem<Input>] = []) {
        self.items = items
        pasts = items.map { ItemPast(of: $0.index) }
    }

    @inlinable var count: Int { items.count }
    var isEmpty: Bool { items.isEmpty }

    /// Adds an item that was never sent.
    @inlinable
    mutating func append(_ item: BulkItem<Input>) {
        items.append(item)
        pasts.append(ItemPast(of: item.index))
    }

    /// Adds an item with its past.
    @usableFromInline
    mutating func append(_ item: BulkItem<Input>, _ past: ItemPast) {
        items.append(item)
        items[items.count - 1].attempt = past.allAttempts + 1
        pasts.append(past)
    }

    static func += (cargo: inout Self, more: Self) {
        if cargo.isEmpty {
            cargo = more
        } else {
            cargo.items += more.items
            cargo.pasts += more.pasts
        }
    }

    /// Some of the items.
    subscript(places: Range<Int>) -> Self {
        var part = Self()
        part.items = Array(items[places])
        part.pasts = Array(pasts[places])
        return part
    }

    /// Gives each item the idempotency key of this run.
    mutating func setKeys(_ prefix: String?) {
        for place in items.indices { items[place].keyPrefix = prefix }
    }
}

extension Cargo {
    /// How the items end if they are not tried again.
    ///
    /// - Parameter error: Why nobody knows what became of an attempt that is under way, if one is.
    func ends<Output>(abandoned error: (any Error)? = nil) -> Ends<Input, Output> {
        var ends = Ends<Input, Output>()
        ends.reserveCapacity(count)
        for (item, past) in zip(items, pasts) {
            let end = error.map(BulkEnd<Output>.unknown) ?? past.end()
            ends.add(BulkRecord(item, end, attempts: past.allAttempts + (error == nil ? 0 : 1)))
        }
        return ends
    }
}
