// SPDX-License-Identifier: Apache-2.0
//
// The numbers of the keys' places, by the keys' hashes.

/// A hash table that holds no key: whoever looks something up compares the keys in the places themselves.
///
/// The numbers lie in one array, each with a part of its key's hash. So most of what is not meant is passed over without
/// a look at its key, and the table grows without hashing a key again, which a dictionary does. It is searched from the
/// bucket of the hash on, to the next one that is empty (linear probing), as at least a quarter of them are. What is
/// removed leaves no trace: those behind it move up.
@usableFromInline
struct PlaceIndex: Sendable {
    @usableFromInline
    struct Entry: Sendable {
        @usableFromInline let hash: UInt32
        /// -1 if the bucket is empty.
        @usableFromInline let number: Int32

        @inlinable
        init(hash: UInt32 = 0, number: Int32 = -1) {
            self.hash = hash
            self.number = number
        }

        @inlinable var isEmpty: Bool { number < 0 }
    }

    /// A hash, and what lay at its home when somebody looked.
    @usableFromInline
    struct Glance: Sendable {
        @usableFromInline let hash: UInt32
        @usableFromInline var home = Entry()

        @inlinable
        init(hash: UInt32) {
            self.hash = hash
        }

        /// The number that lay there, if its key has the hash.
        @inlinable var number: Int? { home.hash == hash && !home.isEmpty ? Int(home.number) : nil }
    }

    /// A power of two of them.
    @usableFromInline var buckets: ContiguousArray<Entry> = [Entry()]
    @usableFromInline var count = 0

    @inlinable
    init() {}

    /// The part of a key's hash that is kept: of the hash that the standard library's own tables use, whose bits are
    /// spread and differ from process to process, also for keys with a `hashValue` of their own.
    @inlinable
    static func hash(of key: some Hashable) -> UInt32 { UInt32(truncatingIfNeeded: key._rawHashValue(seed: 0)) }

    @inlinable var mask: Int { buckets.count - 1 }

    /// The bucket from which on a hash is searched.
    @inlinable
    func home(of hash: UInt32) -> Int { Int(truncatingIfNeeded: hash) & mask }

    /// What is first made of a number whose key may have a hash.
    ///
    /// - Complexity: O(1) on average.
    @inlinable @inline(__always)
    func first<Match>(of hash: UInt32, _ match: (_ number: Int) -> Match?) -> Match? {
        var bucket = home(of: hash)
        while !buckets[bucket].isEmpty {
            if buckets[bucket].hash == hash, let match = match(Int(buckets[bucket].number)) { return match }
            bucket = (bucket + 1) & mask
        }
        return nil
    }

    /// Whether it is larger than a processor's nearest caches, so that most looks at a bucket wait for memory.
    @inlinable var isLarge: Bool { buckets.count > 1 << 15 }

    /// Sees what lies at the homes of some hashes. No look depends on what another finds: the processor waits for many
    /// at a time, where one who searches for a hash after the other waits for each.
    @inlinable
    func look(for glances: inout ContiguousArray<Glance>) {
        for number in glances.indices { glances[number].home = buckets[home(of: glances[number].hash)] }
    }

    /// Adds the number of a key that has none yet.
    ///
    /// - Complexity: O(1) on average.
    @inlinable
    mutating func insert(_ number: Int, _ hash: UInt32) {
        if count == limit { grow(for: count + 1) }
        fill(Entry(hash: hash, number: Int32(truncatingIfNeeded: number)))
        count += 1
    }

    @inlinable
    mutating func fill(_ entry: Entry) {
        var bucket = home(of: entry.hash)
        while !buckets[bucket].isEmpty { bucket = (bucket + 1) & mask }
        buckets[bucket] = entry
    }

    /// Removes a number, and moves those up that would not be found any more. One whose key has another hash by now, as
    /// no key may, stays: it is found by nobody.
    ///
    /// - Complexity: O(1) on average.
    @inlinable
    mutating func remove(_ number: Int, _ hash: UInt32) {
        var hole = home(of: hash)
        while Int(buckets[hole].number) != number {
            if buckets[hole].isEmpty { return }
            hole = (hole + 1) & mask
        }
        var bucket = (hole + 1) & mask
        while !buckets[bucket].isEmpty {
            let distance = (bucket - home(of: buckets[bucket].hash)) & mask
            if distance >= (bucket - hole) & mask {
                buckets[hole] = buckets[bucket]
                hole = bucket
            }
            bucket = (bucket + 1) & mask
        }
        buckets[hole] = Entry()
        count -= 1
    }

    /// Makes room for more numbers.
    @inlinable
    mutating func reserve(_ more: Int) {
        if count + more > limit { grow(for: count + more) }
    }

    /// How many numbers there may be.
    @inlinable var limit: Int { buckets.count / 4 * 3 }

    @inlinable @inline(never)
    mutating func grow(for count: Int) {
        var capacity = Swift.max(8, buckets.count)
        while capacity / 4 * 3 < count { capacity *= 2 }
        let old = buckets
        buckets = ContiguousArray(repeating: Entry(), count: capacity)
        for entry in old where !entry.isEmpty { fill(entry) }
    }
}
