// SPDX-License-Identifier: Apache-2.0
//
// A second level of cache, outside the process: what must be there to plug one in.

/// A cache that machines share, such as Redis or memcached, between a loader and what it fetches from.
///
/// ```swift
/// import DataLoading
///
/// /// Stands for the client of your cache server.
/// protocol TextStore: Sendable {
///     func get(_ keys: [String]) async throws -> [String?]
///     func set(_ values: [String: String], secondsToLive: Int) async throws
///     func delete(_ keys: [String]) async throws
/// }
///
/// struct NameCache: ValueCache {
///     let store: any TextStore
///
///     func values(for ids: [Int]) async throws -> [Int: String] {
///         let names = try await store.get(ids.map { "name/\($0)" })
///         return Dictionary(uniqueKeysWithValues: zip(ids, names).compactMap { id, name in name.map { (id, $0) } })
///     }
///     func store(_ names: [Int: String]) async throws {
///         let entries = names.map { ("name/\($0.key)", $0.value) }
///         try await store.set(Dictionary(uniqueKeysWithValues: entries), secondsToLive: 600)
///     }
///     func removeValues(for ids: [Int]) async throws {
///         try await store.delete(ids.map { "name/\($0)" })
///     }
/// }
///
/// func names(
///     behind cache: NameCache,
///     from fetch: @escaping @concurrent @Sendable ([Int]) async throws -> [Int: String]
/// ) throws -> DataLoader<Int, String> {
///     DataLoader(try BatchFunction.keyed(fetch).cached(by: cache, timeLimit: .milliseconds(20)))
/// }
/// ```
///
/// How long values live there, and how they are written, is its own affair. Its functions are called by several tasks
/// at the same time.
public protocol ValueCache<Key, Value>: Sendable {
    /// What values are known by.
    associatedtype Key: Hashable & Sendable
    /// What is cached.
    associatedtype Value: Sendable

    /// The values that are known, of a batch of keys.
    ///
    /// - Parameter keys: The keys, each once.
    /// - Returns: The known values by key. A key without an entry is fetched. Where `Value` is an optional, an entry of
    ///   `nil` says that there is no such value, and is not fetched.
    /// - Throws: Anything: it is as if no value were known.
    func values(for keys: [Key]) async throws -> [Key: Value]

    /// Keeps values that were fetched. Nobody awaits it.
    ///
    /// - Parameter values: The values by key. Where `Value` is an optional, `nil` for keys that have no value.
    /// - Throws: Anything: no load is concerned.
    func store(_ values: [Key: Value]) async throws

    /// Forgets values.
    ///
    /// - Parameter keys: The keys. They need not be known.
    /// - Throws: Anything: it reaches the caller of ``DataLoader/invalidate(_:)``.
    func removeValues(for keys: [Key]) async throws
}

/// A ``ValueCache`` that did not do what it was asked to. No load fails for it.
public struct ValueCacheFailure: Error, CustomStringConvertible {
    /// What a cache can fail at. Compare with the static members; more may come.
    public struct Operation: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String { case reading, storing }

        private let kind: Kind

        /// Finding the values of a batch.
        public static let reading = Self(kind: .reading)
        /// Keeping values that were fetched.
        public static let storing = Self(kind: .storing)

        /// The operation's name.
        public var description: String { kind.rawValue }
    }

    /// What it was asked to do.
    public let operation: Operation
    /// How many keys were concerned.
    public let keyCount: Int
    /// What it threw; `nil` if it had not done it within its time limit.
    public let underlyingError: (any Error)?

    /// The operation and the cause.
    public var description: String {
        let cause = underlyingError.map { "failed: \($0)" } ?? "took longer than its time limit"
        return "\(operation) \(keyCount) \(keyCount == 1 ? "key" : "keys") \(cause)"
    }
}
