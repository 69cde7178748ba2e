// SPDX-License-Identifier: Apache-2.0
//
// Items that have ended together.

/// The records of some items, and how many there are of each kind.
@usableFromInline
struct Ends<Input: Sendable, Output: Sendable>: Sendable {
    @usableFromInline var records: [BulkRecord<Input, Output>] = []
    @usableFromInline var tally = Tally()

    @inlinable
    init() {}

    var isEmpty: Bool { records.isEmpty }

    @inlinable
    mutating func reserveCapacity(_ count: Int) { records.reserveCapacity(count) }

    @inlinable
    mutating func add(_ record: BulkRecord<Input, Output>) {
        tally.count(record)
        records.append(record)
    }

    static func += (ends: inout Self, more: Self) {
        ends.records += more.records
        ends.tally += more.tally
    }
}
