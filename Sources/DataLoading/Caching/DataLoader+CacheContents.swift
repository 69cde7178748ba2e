// SPDX-License-Identifier: Apache-2.0
//
// Looking at what is known, without asking for anything.

extension DataLoader {
    /// The value of a key, if it is known. Nothing is fetched, and nobody waits.
    ///
    /// A stale value is given too, and not refreshed. Being asked for counts as a use, where the least used is let go.
    ///
    /// - Parameter key: The key.
    /// - Returns: The value; `nil` if it is not known, or if an error is. Where `Value` is an optional, a known `nil` is
    ///   told from an unknown value as every nested optional is.
    /// - Complexity: O(1).
    @inlinable
    public nonisolated func cachedValue(for key: Key) -> Value? {
        if case .success(let value) = cachedResult(for: key) { value } else { nil }
    }

    /// The value or the error of a key, if one is known, otherwise as ``cachedValue(for:)``.
    ///
    /// - Parameter key: The key.
    /// - Returns: What a load of the key would return or throw at once; `nil` if it would have to wait.
    /// - Complexity: O(1).
    @inlinable
    public nonisolated func cachedResult(for key: Key) -> Result<Value, any Error>? {
        guard options.remembersKeys else { return nil }
        let lookup = cache?.lookup(of: key)
        return intake.withLock { $0.use(key, lookup) }
    }

    /// All values that are known, stale ones too: a record of the cache, to be replayed with
    /// ``prime(_:force:)``.
    ///
    /// Errors are not part of it. Of keys that share a cache key, the one that was fetched is there. It counts as no use.
    ///
    /// - Returns: The values at one moment, by key.
    /// - Complexity: O(*n*) in the number of keys known.
    @inlinable
    public nonisolated func cachedValues() -> [Key: Value] {
        let time = cache?.time ?? .zero
        let memo = intake.withLock { $0.memo }
        var values: [Key: Value] = [:]
        for (number, place) in memo.places.enumerated() {
            guard case .finished(let key, .success(let value)) = place, memo.age(of: number, at: time) != .spent
            else { continue }
            values[key] = value
        }
        return values
    }
}
