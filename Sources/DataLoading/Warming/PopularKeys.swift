// SPDX-License-Identifier: Apache-2.0
//
// Which keys are used most, known at all times and in bounded memory.

/// Counts the uses of keys and knows the most popular ones, however many keys there are.
///
/// ```swift
/// import DataLoading
///
/// /// Products of a shop. What is popular is fetched again after every change of prices, before anybody asks.
/// struct Products: Sendable {
///     let loader: DataLoader<Int, String?>
///     let popular: PopularKeys<Int>
///
///     init(fetch: @escaping @concurrent @Sendable ([Int]) async throws -> [Int: String?]) throws {
///         loader = DataLoader(fetch: fetch)
///         popular = try PopularKeys(capacity: 10_000)
///     }
///
///     func product(_ id: Int) async throws -> String? {
///         popular.record(id)
///         return try await loader.load(id)
///     }
///
///     func pricesHaveChanged() async throws {
///         loader.clearAll()
///         try await popular.warm(loader, top: 500, atLeast: 10)
///     }
/// }
/// ```
///
/// It has counters for ``capacity`` keys and no more. A new key takes over the counter of the least used one and is
/// counted as if it had been used as often: the counts of rare keys may be too high, and ``KeyUses/uses`` says by how
/// much. That is at most the number of all uses divided by the capacity, and every key that was used more often than
/// that has a counter. (The algorithm is Space-Saving, by Metwally, Agrawal and El Abbadi, 2005.) Choose a capacity of
/// ten times the number of keys that you want to know.
///
/// All methods may be called from anywhere. The keys' `==` and `hash(into:)` are called under a lock and must not call
/// this.
public final class PopularKeys<Key: Hashable & Sendable>: Sendable {
    /// How many keys are counted at the same time.
    public let capacity: Int

    @usableFromInline let counts: Lock<SpaceSaving<Key>>

    /// Makes counters for so many keys.
    ///
    /// - Parameter capacity: How many keys are counted at the same time, at least 1. Memory is taken as keys come: some
    ///   100 bytes for each, besides the key itself.
    /// - Throws: ``DataLoaderError`` with ``DataLoaderError/Code/invalidOption`` that names `capacity`.
    public init(capacity: Int) throws(DataLoaderError) {
        guard capacity > 0 else { throw .invalidOption("capacity", is: "\(capacity)", mustBe: "at least 1") }
        self.capacity = capacity
        counts = Lock(SpaceSaving(capacity: capacity))
    }

    /// Counts one use of a key.
    ///
    /// Does nothing in a batch function, or anything else, that runs because of ``warm(_:top:atLeast:batchSize:)``:
    /// keys must not stay popular because they are.
    ///
    /// - Parameter key: The key.
    /// - Complexity: O(1).
    @inlinable
    public func record(_ key: Key) {
        guard !Warming.isUnderWay else { return }
        counts.withLock { $0.record(key) }
    }

    /// The most popular keys, most certainly used ones first.
    ///
    /// Keys are ranked by the lower bound of their uses, then by the upper one.
    ///
    /// - Parameters:
    ///   - count: How many keys at most. Zero or less gives none.
    ///   - minimum: How often a key must have been used for certain; at least once by default.
    /// - Returns: The keys and their uses.
    /// - Complexity: O(*c* log *c*) in ``capacity``, of which O(*c*) under the lock.
    @inlinable
    public func top(_ count: Int, atLeast minimum: Int = 1) -> [KeyUses<Key>] {
        let popular = counts.withLock { counts in counts.counters.filter { $0.certain >= minimum } }
        return popular.sorted { ($0.certain, $0.count) > ($1.certain, $1.count) }
            .prefix(max(count, 0))
            .map { KeyUses(key: $0.key, uses: $0.certain...$0.count) }
    }

    /// Halves the uses of all keys, rounding down, so that those to come weigh twice as much.
    ///
    /// Call it at regular times in a process that lives for long, or what was popular once stays so for ever.
    ///
    /// - Complexity: O(*c*) in ``capacity``.
    @inlinable
    public func age() {
        counts.withLock { $0.halve() }
    }

    /// Forgets all keys and their uses.
    ///
    /// - Complexity: O(*c*) in ``capacity``.
    @inlinable
    public func removeAll() {
        counts.withLock { $0 = SpaceSaving(capacity: capacity) }
    }
}
