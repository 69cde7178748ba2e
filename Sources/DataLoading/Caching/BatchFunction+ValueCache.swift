// SPDX-License-Identifier: Apache-2.0
//
// A batch function behind a cache, and how both are told that a value is outdated.

extension BatchFunction {
    /// The same batch function behind a cache that is asked first.
    ///
    /// The function is given the keys that the cache does not know, if there are any, and what it returns is stored
    /// there once the callers have it; nobody awaits that. Several caches can be put before a function: the last is
    /// asked first.
    ///
    /// The cache can make no load fail: when it throws or takes too long, the function fetches all keys. And a
    /// failing function takes nothing from what the cache knows: only the callers of the other keys get the error.
    ///
    /// - Parameters:
    ///   - cache: The cache.
    ///   - timeLimit: The longest time that a read or a write may take, more than zero. There is no default: what is
    ///     lost by waiting depends on what a fetch costs. A call that takes longer is cancelled, and not waited for.
    ///   - clock: The clock that measures it.
    ///   - onFailure: Told when the cache fails or takes too long; by default nobody is. Called under no lock, by the
    ///     task of the batch or of the write.
    /// - Returns: The batch function, to make a ``DataLoader`` with.
    /// - Throws: ``DataLoaderError`` with ``DataLoaderError/Code/invalidOption`` that names `timeLimit`.
    public func cached(
        by cache: some ValueCache<Key, Value>,
        timeLimit: Duration,
        clock: any Clock<Duration> = ContinuousClock(),
        onFailure: (@Sendable (ValueCacheFailure) -> Void)? = nil
    ) throws(DataLoaderError) -> Self {
        guard timeLimit > .zero else {
            throw .invalidOption("timeLimit", is: "\(timeLimit)", mustBe: "more than zero")
        }
        let level = CacheLevel(before: self, cache, timeLimit: timeLimit, clock: clock, onFailure: onFailure)
        return Self(
            removeFromCaches: { keys in try await level.remove(keys) },
            fetch: { keys in try await level.fetch(keys) }
        )
    }
}

extension DataLoader {
    /// Forgets keys here and in every ``ValueCache`` before the loader's batch function: for values that have changed.
    ///
    /// What was asked for before it returned may bring an old value to those who asked, but brings it back into no
    /// cache: a fetch under way is not kept here and not stored there. Other processes can still store what they
    /// fetched before the change.
    ///
    /// - Parameter keys: The keys. They need not be known.
    /// - Throws: What a cache throws. The keys are forgotten here in any case.
    /// - Complexity: O(*n*), besides the caches' own work.
    @inlinable
    public nonisolated func invalidate(_ keys: some Collection<Key>) async throws {
        let keys = Array(keys)
        for key in keys { clear(key) }
        guard let remove = batchFunction.removeFromCaches else { return }
        // What a cache still knew until now may have been loaded since.
        defer { for key in keys { clear(key) } }
        try await remove(keys)
    }
}
