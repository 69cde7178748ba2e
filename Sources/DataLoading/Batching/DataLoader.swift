// SPDX-License-Identifier: Apache-2.0
//
// The loader: single loads in, batches out.

/// Gathers single loads into batches, fetches each key once, and remembers what it fetched.
///
/// ```swift
/// import DataLoading
///
/// struct User: Sendable { var id: Int; var name: String }
///
/// func loader(for database: @escaping @Sendable ([Int]) async throws -> [User]) -> DataLoader<Int, User> {
///     DataLoader { ids in
///         let users = try await database(ids)
///         return Dictionary(users.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
///     }
/// }
/// ```
///
/// Inside ``withBatching(_:_:)`` the keys of a tick, which ends when no task of the scope can run, are sent together.
/// Outside, ``DataLoaderOptions/schedule`` decides. Either way they go in the order in which they were first asked for,
/// in batches of at most ``DataLoaderOptions/maxBatchSize``, all at the same time.
///
/// Loads are taken in synchronously, on the caller's thread and under a lock: what is known already costs no suspension.
/// No code of yours runs under it but the `==` and `hash(into:)` of keys and cache keys, which must not call the loader.
/// Only waiting for a quiet moment outside a scope is the actor's work.
/// Publishing the results of a batch is not, on purpose: a hop to an actor that another scope keeps busy would make
/// the ticks of this one a matter of timing.
///
/// A loader is made per request, so that nobody sees what another may see and nothing grows for ever; it may also be
/// shared, between tasks and between scopes.
public final actor DataLoader<Key: Hashable & Sendable, Value: Sendable> {
    /// The options the loader was made with.
    public nonisolated let options: DataLoaderOptions

    @usableFromInline let batchFunction: BatchFunction<Key, Value>
    /// The rules for what is kept; `nil` if everything is.
    @usableFromInline nonisolated let cache: CacheRules<Key, Value>?
    @usableFromInline nonisolated let intake: Lock<Intake<Key, Value>>
    /// `nil` if nobody wants to know what the loader does.
    @usableFromInline nonisolated let observation: Observation<Key>?

    /// Makes a loader with a keyed batch function, see ``BatchFunction/keyed(_:)``.
    ///
    /// - Parameters:
    ///   - options: The options; ``DataLoaderOptions/init()`` by default.
    ///   - cache: What is kept of results; everything until it is cleared, by default.
    ///   - observer: Is told what the loader does; `nil` by default.
    ///   - fetch: Fetches the values of a batch of keys. It does not run on the loader's actor.
    @inlinable
    public init(
        options: DataLoaderOptions = DataLoaderOptions(),
        cache: CachePolicy<Key, Value> = CachePolicy(),
        observer: (any DataLoaderObserver<Key>)? = nil,
        fetch: @escaping @concurrent @Sendable ([Key]) async throws -> [Key: Value]
    ) {
        self.init(.keyed(fetch), options: options, cache: cache, observer: observer)
    }

    /// Makes a loader with a batch function of any form.
    ///
    /// - Parameters:
    ///   - batchFunction: Fetches the values of a batch of keys.
    ///   - options: The options; ``DataLoaderOptions/init()`` by default.
    ///   - cache: What is kept of results; everything until it is cleared, by default.
    ///   - observer: Is told what the loader does; `nil` by default.
    @inlinable
    public init(
        _ batchFunction: BatchFunction<Key, Value>,
        options: DataLoaderOptions = DataLoaderOptions(),
        cache: CachePolicy<Key, Value> = CachePolicy(),
        observer: (any DataLoaderObserver<Key>)? = nil
    ) {
        self.options = options
        self.batchFunction = batchFunction
        self.cache = CacheRules(cache, options: options)
        observation = Observation(by: observer, options: options)
        intake = Lock(Intake(options: options, cache: self.cache, isObserved: observation != nil))
    }

    @inlinable
    nonisolated func hashed(_ key: Key) -> HashedKey<Key> {
        HashedKey(key, isNeeded: options.remembersKeys && cache?.cacheKey == nil)
    }

    /// Takes a load in. Whoever calls this handles the event that may come of it: without, the end of a tick is missed.
    @inlinable
    nonisolated func enter(_ key: HashedKey<Key>, waits: Bool) -> Intake<Key, Value>.Entered {
        if let observation { return enter(key, waits: waits, for: observation) }
        if let cache { return enter(key, waits: waits, under: cache) }
        var origin: LoadOrigin?
        return intake.withLock { $0.enter(key, waits: waits, from: &origin) }
    }

    /// Takes the loads of several keys in, and handles the events that come of it.
    @inlinable
    nonisolated func enter(_ keys: [Key]) -> LoadGroup<Key, Value> {
        if let observation { return enter(keys, for: observation) }
        let lookups = cache?.lookups(of: keys)
        let (group, chores) = intake.withLock { lookups == nil ? $0.enter(keys) : $0.enter(keys, lookups) }
        settle(chores)
        return group
    }

    @inlinable
    nonisolated func circularLoad(of key: Key) -> DataLoaderError {
        .circularLoad(of: key, loader: options.name)
    }
}
