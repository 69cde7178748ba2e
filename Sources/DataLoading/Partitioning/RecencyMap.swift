// SPDX-License-Identifier: Apache-2.0
//
// A dictionary that knows in which order its entries were used.

/// Values by key, the least recently used first to go.
///
/// The nodes lie next to each other in an array, in no order; each knows the places of the node that was used just
/// before it and of the one used just after. A node that is removed leaves its place to the last of the array.
@usableFromInline
struct RecencyMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    @usableFromInline
    struct Node: Sendable {
        @usableFromInline let key: Key
        @usableFromInline let value: Value
        @usableFromInline var older: Int?
        @usableFromInline var newer: Int?

        @inlinable
        init(key: Key, value: Value) {
            self.key = key
            self.value = value
        }
    }

    @usableFromInline var nodes: [Node] = []
    @usableFromInline var places: [Key: Int] = [:]
    @usableFromInline var oldest: Int?
    @usableFromInline var newest: Int?

    @inlinable
    init() {}

    @inlinable
    var count: Int { nodes.count }

    /// In no order.
    @inlinable
    var keys: [Key] { nodes.map(\.key) }

    /// The value of a key, which is now the most recently used.
    ///
    /// - Complexity: O(1).
    @inlinable
    mutating func use(_ key: Key) -> Value? {
        guard let place = places[key] else { return nil }
        if place != newest {
            unlink(place)
            linkAsNewest(place)
        }
        return nodes[place].value
    }

    /// Adds a key that is not there yet, as the most recently used.
    ///
    /// - Complexity: O(1), amortised.
    @inlinable
    mutating func insert(_ value: Value, for key: Key) {
        let place = nodes.count
        nodes.append(Node(key: key, value: value))
        places[key] = place
        linkAsNewest(place)
    }

    /// Removes a key.
    ///
    /// - Complexity: O(1).
    @discardableResult
    @inlinable
    mutating func remove(_ key: Key) -> Value? {
        guard let place = places.removeValue(forKey: key) else { return nil }
        unlink(place)
        let value = nodes[place].value
        let last = nodes.removeLast()
        if place < nodes.count {
            nodes[place] = last
            places[last.key] = place
            relink(place)
        }
        return value
    }

    /// Removes the key that was used longest ago.
    ///
    /// - Complexity: O(1).
    @discardableResult
    @inlinable
    mutating func removeOldest() -> Value? {
        oldest.flatMap { remove(nodes[$0].key) }
    }

    @inlinable
    mutating func unlink(_ place: Int) {
        let node = nodes[place]
        if let older = node.older { nodes[older].newer = node.newer } else { oldest = node.newer }
        if let newer = node.newer { nodes[newer].older = node.older } else { newest = node.older }
    }

    @inlinable
    mutating func linkAsNewest(_ place: Int) {
        nodes[place].older = newest
        nodes[place].newer = nil
        relink(place)
    }

    /// Has the neighbours of a node, or the ends of the line, point to its place.
    @inlinable
    mutating func relink(_ place: Int) {
        if let older = nodes[place].older { nodes[older].newer = place } else { oldest = place }
        if let newer = nodes[place].newer { nodes[newer].older = place } else { newest = place }
    }
}
