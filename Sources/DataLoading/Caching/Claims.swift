// SPDX-License-Identifier: Apache-2.0
//
// The places of many keys: claimed one after another, looked for together.

/// Claims places for keys in their order. In a large index it looks for some keys ahead, see ``PlaceIndex/look(for:)``.
@usableFromInline
struct Claims<Key: Hashable & Sendable, Value: Sendable> {
    @usableFromInline let keys: [Key]
    /// The number of the next key.
    @usableFromInline var position = 0
    /// What was seen of the keys from `start` on.
    @usableFromInline var glances: ContiguousArray<PlaceIndex.Glance> = []
    @usableFromInline var start = 0

    /// Few enough that what lay at the first home is still in the nearest cache when the last was looked at.
    @inlinable static var step: Int { 128 }

    @inlinable
    init(of keys: [Key]) {
        self.keys = keys
    }

    /// Claims the place of the next key. The memo is the same each time, and not emptied in between.
    @inlinable @inline(__always)
    mutating func next(in memo: inout Memo<Key, Value>) -> (number: Int, isNew: Bool) {
        defer { position += 1 }
        guard memo.index.isLarge else { return memo.claim(HashedKey(keys[position])) }
        if position >= start + glances.count { lookAhead(in: memo.index) }
        return memo.claim(keys[position], glances[position - start])
    }

    @inlinable @inline(never)
    mutating func lookAhead(in index: PlaceIndex) {
        start = position
        glances.removeAll(keepingCapacity: true)
        for key in keys[position...].prefix(Self.step) {
            glances.append(PlaceIndex.Glance(hash: PlaceIndex.hash(of: key)))
        }
        index.look(for: &glances)
    }
}
