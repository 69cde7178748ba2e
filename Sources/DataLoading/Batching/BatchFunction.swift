// SPDX-License-Identifier: Apache-2.0
//
// The user's side of a loader: many keys in, a result for each out.

/// Fetches the values of a batch of keys.
///
/// The keys of a batch are in the order in which they were first asked for, and unique unless
/// ``DataLoaderOptions/deduplicates`` is off. There are never none. The function runs in a task of its own, not on the
/// loader's actor; it inherits the cancellation and the task-local values of no caller.
///
/// What it throws reaches every caller of the batch as it is, and is not cached.
public struct BatchFunction<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    @usableFromInline let form: Form
    /// The function itself, if it brings its results one by one. Then `fetch` collects them.
    @usableFromInline let stream: (@Sendable ([Key], BatchResponder<Key, Value>) async throws -> Void)?

    /// Removes keys from the value caches that the function asks first.
    @usableFromInline let removeFromCaches: (@Sendable ([Key]) async throws -> Void)?

    /// What to call. A function around a keyed one would be one more change of executor, which costs as much as a key.
    @usableFromInline
    enum Form: Sendable {
        case keyed(@concurrent @Sendable ([Key]) async throws -> [Key: Value], missing: Value?)
        case other(@Sendable ([Key]) async throws -> BatchResults<Key, Value>)
    }

    @inlinable
    init(keyed fetch: @escaping @concurrent @Sendable ([Key]) async throws -> [Key: Value], missing: Value?) {
        stream = nil
        removeFromCaches = nil
        form = .keyed(fetch, missing: missing)
    }

    @inlinable
    init(
        stream: (@Sendable ([Key], BatchResponder<Key, Value>) async throws -> Void)? = nil,
        removeFromCaches: (@Sendable ([Key]) async throws -> Void)? = nil,
        fetch: @escaping @Sendable ([Key]) async throws -> BatchResults<Key, Value>
    ) {
        self.stream = stream
        self.removeFromCaches = removeFromCaches
        form = .other(fetch)
    }

    /// Calls the function. It stays on its caller's executor.
    @inlinable
    func fetch(_ keys: [Key]) async throws -> BatchResults<Key, Value> {
        switch form {
        case .keyed(let fetch, let missing): .keyed(try await fetch(keys), missing: missing)
        case .other(let fetch): try await fetch(keys)
        }
    }

    /// Results by key. Their order does not matter.
    ///
    /// A key without an entry has the value `nil` if `Value` is an optional; otherwise its callers get a
    /// ``DataLoaderError`` with ``DataLoaderError/Code/missingValue`` that names the key. Values of keys that were not
    /// asked for are kept as if by ``DataLoader/prime(_:with:force:)``, unless a key was cleared in the meantime.
    ///
    /// - Parameter fetch: Fetches the values of a batch of keys.
    @inlinable
    public static func keyed(
        _ fetch: @escaping @concurrent @Sendable ([Key]) async throws -> [Key: Value]
    ) -> Self {
        Self(keyed: fetch, missing: Self.valueOfMissingKey)
    }

    /// Results in the order of the keys, each a value or an error of its own.
    ///
    /// If there are more or fewer results than keys, nobody can tell which is whose: every caller gets a
    /// ``DataLoaderError`` with ``DataLoaderError/Code/wrongResultCount`` that names both counts.
    ///
    /// - Parameter fetch: Fetches a result for each key of a batch.
    @inlinable
    public static func aligned(
        _ fetch: @escaping @concurrent @Sendable ([Key]) async throws -> [Result<Value, any Error>]
    ) -> Self {
        Self { keys in .aligned(try await fetch(keys)) }
    }

    /// `nil`, if `Value` is an optional type.
    @inlinable
    static var valueOfMissingKey: Value? {
        (Value.self as? any ExpressibleByNilLiteral.Type).flatMap { $0.init(nilLiteral: ()) as? Value }
    }
}

/// What a batch function returned, in the form it has.
@usableFromInline
enum BatchResults<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    case keyed([Key: Value], missing: Value?)
    case aligned([Result<Value, any Error>])
    case collected([Key: Result<Value, any Error>], missing: Value?)
    /// Values from a cache, and what the others came to.
    indirect case layered(LayeredResults<Key, Value>)

    /// What this says of the keys of a batch, and of others.
    ///
    /// - Parameter areUnique: Whether no key occurs twice.
    @inlinable
    func outcome(for keys: [Key], areUnique: Bool, loader: String?) -> BatchOutcome<Key, Value> {
        switch self {
        case .keyed(let values, let missing):
            var found = 0
            let results = Few(keys) { key in
                if let value = values[key] {
                    found += 1
                    return Result<Value, any Error>.success(value)
                }
                return Self.result(of: key, missing: missing, loader: loader)
            }
            if areUnique, values.count == found { return .results(results, additional: [:]) }
            return .results(results, additional: Self.withoutKeys(keys, values))
        case .collected(let collected, let missing):
            let results = Few(keys) { collected[$0] ?? Self.result(of: $0, missing: missing, loader: loader) }
            return .results(results, additional: Self.withoutKeys(keys, collected.compactMapValues { try? $0.get() }))
        case .aligned(let results):
            guard results.count == keys.count else {
                return .failure(DataLoaderError.wrongResultCount(results.count, keys: keys.count, loader: loader))
            }
            return .results(.many(results), additional: [:])
        case .layered(let results):
            return results.outcome(for: keys, areUnique: areUnique, loader: loader)
        }
    }

    /// The result of a key for which a batch function brought none.
    @inlinable
    static func result(of key: Key, missing: Value?, loader: String?) -> Result<Value, any Error> {
        missing.map { .success($0) } ?? .failure(DataLoaderError.missingValue(for: key, loader: loader))
    }

    /// The values of keys that were not asked for.
    @inlinable
    static func withoutKeys(_ keys: [Key], _ values: [Key: Value]) -> [Key: Value] {
        let asked = Set(keys)
        return values.filter { !asked.contains($0.key) }
    }
}

/// What became of a batch.
@usableFromInline
enum BatchOutcome<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// Each key has a result, in their order; keys that were not asked for may have values too.
    case results(Few<Result<Value, any Error>>, additional: [Key: Value])
    /// Some keys have results; the others share an error that says nothing of them.
    case partial([Result<Value, any Error>?], failure: any Error)
    /// The batch function threw.
    case failure(any Error)

    @inlinable
    func result(at position: Int) -> Result<Value, any Error> {
        switch self {
        case .results(let results, _): results[position]
        case .partial(let results, let error): results[position] ?? .failure(error)
        case .failure(let error): .failure(error)
        }
    }

    /// The values of keys that were not asked for.
    @inlinable
    var additional: [Key: Value] {
        if case .results(_, let additional) = self { additional } else { [:] }
    }

    @inlinable
    var hasMoreThanAsked: Bool {
        if case .results(_, let additional) = self { !additional.isEmpty } else { false }
    }

    /// Whether a result says something of its key, and not only of the batch.
    @inlinable
    func isOfKey(at position: Int) -> Bool {
        switch self {
        case .results: true
        case .partial(let results, _): results[position] != nil
        case .failure: false
        }
    }
}
