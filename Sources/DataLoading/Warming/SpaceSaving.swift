// SPDX-License-Identifier: Apache-2.0
//
// The most frequent keys of an endless stream, counted in bounded memory.

/// Counts with the algorithm Space-Saving of A. Metwally, D. Agrawal and A. El Abbadi, "Efficient Computation of
/// Frequent and Top-k Elements in Data Streams", ICDT 2005.
///
/// There is a counter for each of at most `capacity` keys. A key without one takes over the counter with the lowest
/// count, and with it the count: that is how much the key may be over-counted. After *n* observations
/// - a count is never less than the number of times its key was observed, and the count less the over-count never more;
/// - no over-count is more than the lowest count, which is at most *n* / `capacity`;
/// - so every key that was observed more than *n* / `capacity` times has a counter.
///
/// The counters are in descending order of their counts; those with the same count are a *group* of neighbours. A count
/// grows by one at a time, so to keep the order it is enough that the counter changes places with the first of its
/// group and then leaves it, for the group before or for one of its own. That makes an observation O(1), as the linked
/// lists of the paper do.
@usableFromInline
struct SpaceSaving<Key: Hashable & Sendable>: Sendable {
    @usableFromInline
    struct Counter: Sendable {
        @usableFromInline var key: Key
        @usableFromInline var count: Int
        @usableFromInline var overcount: Int
        @usableFromInline var group: Int

        @inlinable
        init(key: Key, count: Int, overcount: Int, group: Int) {
            self.key = key
            self.count = count
            self.overcount = overcount
            self.group = group
        }

        /// How often the key was observed at least.
        @inlinable
        var certain: Int { count - overcount }
    }

    @usableFromInline let capacity: Int
    /// In descending order of their counts.
    @usableFromInline var counters: [Counter] = []
    @usableFromInline var places: [Key: Int] = [:]
    /// The place of the first counter of each group.
    @usableFromInline var firstPlaces: [Int] = []
    @usableFromInline var unusedGroups: [Int] = []

    /// - Parameter capacity: The number of counters, at least 1.
    @inlinable
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Observes a key.
    ///
    /// - Complexity: O(1).
    @inlinable
    mutating func record(_ key: Key) {
        increment(counterAt: places[key] ?? placeForNewKey(key))
    }

    @inlinable
    mutating func placeForNewKey(_ key: Key) -> Int {
        let place: Int
        if counters.count < capacity {
            place = counters.count
            counters.append(Counter(key: key, count: 0, overcount: 0, group: newGroup(at: place)))
        } else {
            place = counters.count - 1
            places[counters[place].key] = nil
            counters[place].key = key
            counters[place].overcount = counters[place].count
        }
        places[key] = place
        return place
    }

    @inlinable
    mutating func increment(counterAt place: Int) {
        let group = counters[place].group
        let first = firstPlaces[group]
        if first != place {
            counters.swapAt(first, place)
            places[counters[place].key] = place
            places[counters[first].key] = first
        }
        counters[first].count += 1
        let isAlone = first + 1 == counters.count || counters[first + 1].group != group
        if first > 0, counters[first - 1].count == counters[first].count {
            counters[first].group = counters[first - 1].group
            if isAlone { unusedGroups.append(group) }
        } else if !isAlone {
            counters[first].group = newGroup(at: first)
        }
        if !isAlone { firstPlaces[group] = first + 1 }
    }

    @inlinable
    mutating func newGroup(at place: Int) -> Int {
        if let group = unusedGroups.popLast() {
            firstPlaces[group] = place
            return group
        }
        firstPlaces.append(place)
        return firstPlaces.count - 1
    }

    /// Halves how often every key was observed, rounding down. What is said of the counts goes on being true.
    ///
    /// - Complexity: O(`capacity`).
    @inlinable
    mutating func halve() {
        let older = counters
        counters = []
        firstPlaces = []
        unusedGroups = []
        for var counter in older {
            let certain = counter.certain / 2
            counter.count /= 2
            counter.overcount = counter.count - certain
            guard counter.count > 0 else {
                places[counter.key] = nil
                continue
            }
            if let last = counters.last, last.count == counter.count {
                counter.group = last.group
            } else {
                counter.group = newGroup(at: counters.count)
            }
            counters.append(counter)
        }
    }
}
