// SPDX-License-Identifier: Apache-2.0
//
// Loaders that are found by name, wherever the code of a request is.

extension DataLoader {
    /// The loader that the current scope has under a name; made on first use, with a keyed batch function.
    ///
    /// Code deep in a request finds its loader without a parameter for it. Say what the loader is in one place:
    ///
    /// ```swift
    /// import DataLoading
    ///
    /// struct User: Sendable { var id: Int; var name: String }
    ///
    /// /// Stands for your database, which can fetch many rows at once.
    /// @Sendable func fetchUsers(_ ids: [Int]) async throws -> [Int: User] { [:] }
    ///
    /// enum Loaders {
    ///     static var users: DataLoader<Int, User> {
    ///         get throws { try .scoped("users") { ids in try await fetchUsers(ids) } }
    ///     }
    /// }
    ///
    /// func greeting(for id: Int) async throws -> String {
    ///     "Hello, \(try await Loaders.users.load(id).name)"
    /// }
    ///
    /// let greetings = try await withBatching {
    ///     async let one = greeting(for: 1)
    ///     async let two = greeting(for: 2)
    ///     return try await [one, two]  // one call of fetchUsers
    /// }
    /// ```
    ///
    /// The scope is that of the innermost ``withBatching(_:_:)`` in which the current task was made; unstructured tasks
    /// have the scope of the task that made them, detached ones have none. A scope that joins another has its loaders.
    /// Loaders of different key or value types are different loaders, also under one name. Of several tasks that ask at
    /// the same time, one has the loader made, and all get it. Later calls ignore all but the name.
    ///
    /// The loader lives as long as the scope and the tasks that were made in it; whoever keeps it may use it longer.
    /// Its batch function finds the loaders of the scope that it runs in, and those of the loader's own scope when it
    /// fetches for a task that no tick waits for. See <doc:LoadersByName>.
    ///
    /// - Parameters:
    ///   - name: The name of the loader. It is not the name in its options, which errors mention.
    ///   - options: The options; ``DataLoaderOptions/init()`` by default.
    ///   - cache: What is kept of results; everything until it is cleared, by default.
    ///   - observer: Is told what the loader does; `nil` by default.
    ///   - fetch: Fetches the values of a batch of keys, see ``BatchFunction/keyed(_:)``.
    /// - Returns: The loader.
    /// - Throws: ``DataLoaderError`` with ``DataLoaderError/Code/outsideScope`` if the task was not made in a scope.
    /// - Complexity: O(1).
    public static func scoped(
        _ name: String,
        options: DataLoaderOptions = DataLoaderOptions(),
        cache: CachePolicy<Key, Value> = CachePolicy(),
        observer: (any DataLoaderObserver<Key>)? = nil,
        fetch: @escaping @concurrent @Sendable ([Key]) async throws -> [Key: Value]
    ) throws(DataLoaderError) -> DataLoader {
        try scoped(name, .keyed(fetch), options: options, cache: cache, observer: observer)
    }

    /// The loader that the current scope has under a name; made on first use, with a batch function of any form.
    ///
    /// Otherwise as ``scoped(_:options:cache:observer:fetch:)``.
    ///
    /// - Parameters:
    ///   - name: The name of the loader.
    ///   - batchFunction: Fetches the values of a batch of keys.
    ///   - options: The options; ``DataLoaderOptions/init()`` by default.
    ///   - cache: What is kept of results; everything until it is cleared, by default.
    ///   - observer: Is told what the loader does; `nil` by default.
    /// - Returns: The loader.
    /// - Throws: ``DataLoaderError`` with ``DataLoaderError/Code/outsideScope`` if the task was not made in a scope.
    /// - Complexity: O(1).
    public static func scoped(
        _ name: String,
        _ batchFunction: BatchFunction<Key, Value>,
        options: DataLoaderOptions = DataLoaderOptions(),
        cache: CachePolicy<Key, Value> = CachePolicy(),
        observer: (any DataLoaderObserver<Key>)? = nil
    ) throws(DataLoaderError) -> DataLoader {
        guard let registry = LoaderRegistry.current else { throw .outsideScope(loader: name) }
        return registry.loader(named: name) {
            DataLoader(batchFunction.findingLoaders(in: registry), options: options, cache: cache, observer: observer)
        }
    }
}

extension BatchFunction {
    /// The same function, which finds the loaders of a scope also where its task has inherited none: a batch that was
    /// gathered outside of all ticks inherits nothing from its callers.
    fileprivate func findingLoaders(in registry: LoaderRegistry) -> Self {
        let streamInRegistry = stream.map { stream in
            { @Sendable [weak registry] (keys: [Key], responder: BatchResponder<Key, Value>) async throws in
                guard let registry else { return try await stream(keys, responder) }
                try await registry.lend { try await stream(keys, responder) }
            }
        }
        return Self(stream: streamInRegistry, removeFromCaches: removeFromCaches) { [weak registry] keys in
            guard let registry else { return try await fetch(keys) }
            return try await registry.lend { try await fetch(keys) }
        }
    }
}
