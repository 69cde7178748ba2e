// SPDX-License-Identifier: Apache-2.0
//
// Batch functions that bring their results one by one, as rows arrive.

/// What became of a result that a streaming batch function brought.
public enum BatchResolution: Hashable, Sendable {
    /// The callers of the key have it.
    case taken
    /// The key had a result already, or its batch has ended: nothing happened.
    case repeated
    /// The key is not in the batch. A value is kept, as if by ``DataLoader/prime(_:with:force:)-(_,Value,_)``, unless a
    /// key was cleared since the batch was sent; an error is dropped.
    case notAsked
}

/// Takes the results of a streaming batch function, each as soon as it is there.
///
/// It may be used from any task, also concurrently. Once the function has returned, what it still brings is dropped.
public struct BatchResponder<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    @usableFromInline let take: @Sendable (Key, Result<Value, any Error>) -> BatchResolution

    @inlinable
    init(take: @escaping @Sendable (Key, Result<Value, any Error>) -> BatchResolution) {
        self.take = take
    }

    /// Gives the callers of a key their value: they are resumed at once.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - value: Its value.
    /// - Returns: What became of it. Only the first result of a key counts.
    /// - Complexity: O(1), besides resuming the callers.
    @discardableResult
    @inlinable
    public func resolve(_ key: Key, with value: Value) -> BatchResolution {
        take(key, .success(value))
    }

    /// Gives the callers of a key their error: they are resumed at once.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - error: What its loads throw. It is an error of the key, and kept as such.
    /// - Returns: What became of it. Only the first result of a key counts.
    /// - Complexity: O(1), besides resuming the callers.
    @discardableResult
    @inlinable
    public func resolve(_ key: Key, throwing error: any Error) -> BatchResolution {
        take(key, .failure(error))
    }
}

extension BatchFunction {
    /// Results one by one, while the function runs: callers need not wait for the slowest row.
    ///
    /// A key that has no result when the function returns has the value `nil` if `Value` is an optional; otherwise its
    /// callers get a ``DataLoaderError`` with ``DataLoaderError/Code/missingValue`` that names the key. What the function
    /// throws reaches the callers of the keys that have no result yet.
    ///
    /// ```swift
    /// import DataLoading
    ///
    /// func loader(reading rows: @escaping @Sendable ([Int]) -> AsyncStream<(Int, String)>) -> DataLoader<Int, String> {
    ///     DataLoader(
    ///         .streaming { ids, responder in
    ///             for await (id, name) in rows(ids) { responder.resolve(id, with: name) }
    ///         }
    ///     )
    /// }
    /// ```
    ///
    /// - Parameter fetch: Fetches the values of a batch of keys and gives each to the responder.
    @inlinable
    public static func streaming(
        _ fetch: @escaping @concurrent @Sendable ([Key], BatchResponder<Key, Value>) async throws -> Void
    ) -> Self {
        let missing = Self.valueOfMissingKey
        return Self(stream: { keys, responder in try await fetch(keys, responder) }) { keys in
            let collected = Lock<[Key: Result<Value, any Error>]>([:])
            try await fetch(
                keys,
                BatchResponder { key, result in
                    collected.withLock { results in
                        guard results[key] == nil else { return .repeated }
                        results[key] = result
                        return .taken
                    }
                }
            )
            return .collected(collected.withLock { $0 }, missing: missing)
        }
    }
}
