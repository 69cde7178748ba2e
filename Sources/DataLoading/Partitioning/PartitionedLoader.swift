// SPDX-License-Identifier: Apache-2.0
//
// One loader a context, so that what one tenant may see is never shown to another.

/// Keeps a ``DataLoader`` for each context: a tenant, a user, a set of permissions.
///
/// Keys that are loaded for different contexts never share a batch, a pending fetch or a remembered value, because they
/// are loaded by different loaders. The batch function is told the context that it fetches for.
///
/// ```swift
/// import DataLoading
///
/// struct Viewer: Hashable, Sendable { var tenant: String; var isAdministrator: Bool }
/// struct Order: Sendable { var id: Int; var total: Int }
///
/// /// Orders, for the whole process. At most 1,000 viewers are remembered.
/// struct Orders: Sendable {
///     private let loaders: PartitionedLoader<Viewer, Int, Order?>
///
///     init(fetch: @escaping @concurrent @Sendable (Viewer, [Int]) async throws -> [Int: Order?]) throws {
///         loaders = try PartitionedLoader(maxPartitions: 1_000, fetch: fetch)
///     }
///
///     func order(_ id: Int, for viewer: Viewer) async throws -> Order? {
///         try await loaders.loader(for: viewer).load(id)
///     }
///
///     func hasLoggedOut(_ viewer: Viewer) {
///         loaders.remove(viewer)
///     }
/// }
/// ```
///
/// Contexts are told apart by `==`: all that decides what a caller may see belongs into them. Their `==` and
/// `hash(into:)` are called under a lock and must not call this.
///
/// Beyond ``maxPartitions`` the loader that was asked for longest ago is removed. Removing a loader takes nothing from
/// those who use it: loads under way end as they would have, and what they bring is not found by later ones, which get
/// a new loader. So ask for the loader each time and do not keep it. See <doc:Partitions>.
public final class PartitionedLoader<Context: Hashable & Sendable, Key: Hashable & Sendable, Value: Sendable>: Sendable
{
    /// The largest number of loaders that are kept; `nil` for no limit.
    public let maxPartitions: Int?
    /// The options of every loader. A limit in them is a limit for each loader, not for all together.
    public let options: DataLoaderOptions

    @usableFromInline let cache: CachePolicy<Key, Value>
    @usableFromInline let observer: (any DataLoaderObserver<Key>)?
    @usableFromInline let batchFunction: @Sendable (Context) -> BatchFunction<Key, Value>
    @usableFromInline let loaders = Lock(RecencyMap<Context, DataLoader<Key, Value>>())

    /// Partitions loaders with a keyed batch function, see ``BatchFunction/keyed(_:)``.
    ///
    /// - Parameters:
    ///   - maxPartitions: The largest number of loaders that are kept, at least 1. There is no default: with `nil`, for
    ///     no limit, you must call ``remove(_:)`` or ``removeAll(where:)`` yourself, or memory grows with the contexts.
    ///   - options: The options of every loader; ``DataLoaderOptions/init()`` by default.
    ///   - cache: What every loader keeps of results; everything until it is cleared, by default. Its bounds are those of
    ///     each loader, not of all together.
    ///   - observer: Is told what every loader does; `nil` by default.
    ///   - fetch: Fetches the values of a batch of keys, all for one context.
    /// - Throws: ``DataLoaderError`` with ``DataLoaderError/Code/invalidOption`` that names `maxPartitions`.
    @inlinable
    public convenience init(
        maxPartitions: Int?,
        options: DataLoaderOptions = DataLoaderOptions(),
        cache: CachePolicy<Key, Value> = CachePolicy(),
        observer: (any DataLoaderObserver<Key>)? = nil,
        fetch: @escaping @concurrent @Sendable (Context, [Key]) async throws -> [Key: Value]
    ) throws(DataLoaderError) {
        try self.init(maxPartitions: maxPartitions, options: options, cache: cache, observer: observer) { context in
            .keyed { keys in try await fetch(context, keys) }
        }
    }

    /// Partitions loaders with batch functions of any form.
    ///
    /// - Parameters:
    ///   - maxPartitions: The largest number of loaders that are kept, at least 1; `nil` for no limit.
    ///   - options: The options of every loader; ``DataLoaderOptions/init()`` by default.
    ///   - cache: What every loader keeps of results; everything until it is cleared, by default. Its bounds are those of
    ///     each loader, not of all together.
    ///   - observer: Is told what every loader does; `nil` by default.
    ///   - batchFunction: Makes the batch function for a context. It is called when a loader is made, under no lock;
    ///     more than once if several tasks ask for a new context at the same time, and only one of the results is used.
    /// - Throws: ``DataLoaderError`` with ``DataLoaderError/Code/invalidOption`` that names `maxPartitions`.
    public init(
        maxPartitions: Int?,
        options: DataLoaderOptions = DataLoaderOptions(),
        cache: CachePolicy<Key, Value> = CachePolicy(),
        observer: (any DataLoaderObserver<Key>)? = nil,
        batchFunction: @escaping @Sendable (Context) -> BatchFunction<Key, Value>
    ) throws(DataLoaderError) {
        if let maxPartitions, maxPartitions < 1 {
            throw .invalidOption("maxPartitions", is: "\(maxPartitions)", mustBe: "at least 1, or nil for no limit")
        }
        self.maxPartitions = maxPartitions
        self.options = options
        self.cache = cache
        self.observer = observer
        self.batchFunction = batchFunction
    }

    /// The loader of a context; made on first use.
    ///
    /// All who ask for a context get the same loader, until it is removed.
    ///
    /// - Parameter context: The context.
    /// - Returns: The loader, which is now the most recently used.
    /// - Complexity: O(1).
    @inlinable
    public func loader(for context: Context) -> DataLoader<Key, Value> {
        if let loader = loaders.withLock({ $0.use(context) }) { return loader }
        let new = DataLoader(batchFunction(context), options: options, cache: cache, observer: observer)
        // What is removed is returned, so that it ends outside the lock.
        let (loader, _) = loaders.withLock { loaders in
            if let earlier = loaders.use(context) { return (earlier, DataLoader<Key, Value>?.none) }
            loaders.insert(new, for: context)
            return (new, loaders.count > maxPartitions ?? .max ? loaders.removeOldest() : nil)
        }
        return loader
    }

    /// How many loaders are kept.
    ///
    /// - Complexity: O(1).
    @inlinable
    public var count: Int { loaders.withLock { $0.count } }

    /// Removes the loader of a context, and with it all that it remembers.
    ///
    /// Loads under way are not disturbed, and cannot bring anything back.
    ///
    /// - Parameter context: The context. It need not be known.
    /// - Returns: Whether there was a loader.
    /// - Complexity: O(1), besides releasing the loader.
    @discardableResult
    @inlinable
    public func remove(_ context: Context) -> Bool {
        loaders.withLock { $0.remove(context) } != nil
    }

    /// Removes the loaders of all contexts that satisfy a predicate, each as ``remove(_:)`` does.
    ///
    /// - Parameter shouldBeRemoved: Whether to remove the loader of a context. Called in no order and under no lock,
    ///   for the contexts that are known at the moment of the call.
    /// - Complexity: O(*n*) in the number of loaders.
    @inlinable
    public func removeAll(where shouldBeRemoved: (Context) throws -> Bool) rethrows {
        for context in try loaders.withLock({ $0.keys }).filter(shouldBeRemoved) { remove(context) }
    }

    /// Removes all loaders, each as ``remove(_:)`` does.
    ///
    /// - Complexity: O(*n*) in the number of loaders.
    @inlinable
    public func removeAll() {
        removeAll { _ in true }
    }
}
