// SPDX-License-Identifier: Apache-2.0
//
// Putting results in and taking them out by hand.

extension DataLoader {
    /// Gives the loader a value that is known from elsewhere.
    ///
    /// Callers that wait for the key get it at once if the key has not been sent yet; it then is not. A key whose fetch
    /// is under way, or whose result is known, is left alone unless `force` is on. Callers of a fetch under way get
    /// what it brings in any case.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - value: The value. It is kept only if ``DataLoaderOptions/memoises`` is on.
    ///   - force: Whether to replace what is known. Off by default.
    /// - Returns: Whether the value was taken, by a caller or to be kept.
    /// - Complexity: O(1), besides resuming the callers, which is done in the order of their calls.
    @discardableResult
    @inlinable
    public nonisolated func prime(_ key: Key, with value: Value, force: Bool = false) -> Bool {
        prime(key, with: .success(value), force: force)
    }

    /// Gives the loader an error as the result of a key, otherwise as ``prime(_:with:force:)-(_,Value,_)``.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - error: What its loads throw. It is kept only if ``DataLoaderOptions/memoises`` is on.
    ///   - force: Whether to replace what is known. Off by default.
    /// - Returns: Whether the error was taken.
    /// - Complexity: O(1), besides resuming the callers, which is done in the order of their calls.
    @discardableResult
    @inlinable
    public nonisolated func prime(_ key: Key, throwing error: any Error, force: Bool = false) -> Bool {
        prime(key, with: .failure(error), force: force)
    }

    /// Forgets a key: the next load fetches it anew.
    ///
    /// Callers of a fetch that is under way still get what it brings, and that is not kept. A key that has not been
    /// sent yet stays in its batch.
    ///
    /// - Parameter key: The key. It need not be known.
    /// - Complexity: O(1).
    @inlinable
    public nonisolated func clear(_ key: Key) {
        _ = intake.withLock { $0.clear(key) }
    }

    /// Forgets all keys, each as ``clear(_:)`` does.
    ///
    /// - Complexity: O(*n*) in the number of keys known.
    @inlinable
    public nonisolated func clearAll() {
        _ = intake.withLock { $0.clearAll() }
    }

    @inlinable
    nonisolated func prime(_ key: Key, with result: Result<Value, any Error>, force: Bool) -> Bool {
        let priming = intake.withLock { $0.prime(key, with: result, force: force) }
        for resume in priming.resumptions { resume() }
        return priming.isTaken
    }
}
