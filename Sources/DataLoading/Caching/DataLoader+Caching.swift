// SPDX-License-Identifier: Apache-2.0
//
// Putting results in and taking them out by hand, one by one.

extension DataLoader {
    /// Gives the loader a value that is known from elsewhere.
    ///
    /// Callers that wait for the key get it at once if the key has not been sent yet; it then is not. A key whose fetch
    /// is under way, or whose result is known and not stale, is left alone unless `force` is on. Callers of a fetch
    /// under way get what it brings in any case.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - value: The value. It is kept only if ``DataLoaderOptions/memoises`` is on, and as long as the loader's
    ///     ``CachePolicy`` says.
    ///   - force: Whether to replace what is known. Off by default.
    /// - Returns: Whether the value was taken, by a caller or to be kept.
    /// - Complexity: O(1), besides resuming the callers, which is done in the order of their calls.
    @discardableResult
    @inlinable
    public nonisolated func prime(_ key: Key, with value: Value, force: Bool = false) -> Bool {
        prime(CollectionOfOne(candidate(key, .success(value))), force: force) > 0
    }

    /// Gives the loader an error as the result of a key, otherwise as ``prime(_:with:force:)-(_,Value,_)``.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - error: What its loads throw. It is kept only if ``DataLoaderOptions/memoises`` is on, and as long as the
    ///     loader's ``CachePolicy`` says.
    ///   - force: Whether to replace what is known. Off by default.
    /// - Returns: Whether the error was taken.
    /// - Complexity: O(1), besides resuming the callers, which is done in the order of their calls.
    @discardableResult
    @inlinable
    public nonisolated func prime(_ key: Key, throwing error: any Error, force: Bool = false) -> Bool {
        prime(CollectionOfOne(candidate(key, .failure(error))), force: force) > 0
    }

    /// Gives the loader many values, each as ``prime(_:with:force:)-(_,Value,_)`` does: for instance those that
    /// ``cachedValues()`` of another loader recorded. Their times to live begin anew.
    ///
    /// - Parameters:
    ///   - values: The values by key.
    ///   - force: Whether to replace what is known. Off by default.
    /// - Returns: How many of them were taken.
    /// - Complexity: O(*n*), besides resuming the callers. No load is taken in between two of the values.
    @discardableResult
    @inlinable
    public nonisolated func prime(_ values: [Key: Value], force: Bool = false) -> Int {
        prime(values.map { candidate($0.key, .success($0.value)) }, force: force)
    }

    /// Forgets a key: the next load fetches it anew.
    ///
    /// Callers of a fetch that is under way still get what it brings, and that is not kept. A key that has not been
    /// sent yet stays in its batch. A ``ValueCache`` behind the loader is not told, see ``invalidate(_:)``.
    ///
    /// - Parameter key: The key. It need not be known.
    /// - Complexity: O(1).
    @inlinable
    public nonisolated func clear(_ key: Key) {
        let cacheKey = cache?.cacheKey?(key)
        _ = intake.withLock { $0.clear(key, as: cacheKey) }
    }

    /// Forgets all keys, each as ``clear(_:)`` does.
    ///
    /// - Complexity: O(*n*) in the number of keys known.
    @inlinable
    public nonisolated func clearAll() {
        _ = intake.withLock { $0.clearAll() }
    }

    /// Forgets the keys that satisfy a predicate, each as ``clear(_:)`` does.
    ///
    /// It judges the keys that are known, or whose fetch is under way, at the moment of the call. What is asked for or
    /// primed while it judges is newer than the reason for clearing, and stays.
    ///
    /// - Parameter isOutdated: Whether to forget a key. Called in no order and under no lock. If it throws, nothing is
    ///   forgotten. Of keys that share a cache key, it is given one.
    /// - Complexity: O(*n*) in the number of keys known.
    @inlinable
    public nonisolated func clear(where isOutdated: (Key) throws -> Bool) rethrows {
        let start = intake.withLock { $0.beginClearing() }
        var outdated: [Int] = []
        defer { _ = intake.withLock { [outdated] in $0.endClearing(outdated, since: start) } }
        outdated = try start.places.indices.filter { try start.key(at: $0).map(isOutdated) ?? false }
    }

    @inlinable
    nonisolated func prime(_ candidates: some Collection<Candidate<Key, Value>>, force: Bool) -> Int {
        var chores = Chores<Key, Value>()
        var taken = 0
        intake.withLock { intake in
            for candidate in candidates where intake.prime(candidate, force: force, leaving: &chores) { taken += 1 }
        }
        settle(chores)
        return taken
    }
}
