// SPDX-License-Identifier: Apache-2.0
//
// The results of a batch that a cache knew in part.

/// Values from a cache, and what was fetched for the other keys.
@usableFromInline
struct LayeredResults<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    let hits: [Key: Value]
    let misses: [Key]
    let rest: Result<BatchResults<Key, Value>, any Error>
    /// To be called once the callers have their values, with those that the cache did not know.
    let store: @Sendable ([Key: Value]) -> Void

    /// What this says of the keys of a batch. An error of the fetch is one of the keys that were fetched.
    @usableFromInline
    func outcome(for keys: [Key], areUnique: Bool, loader: String?) -> BatchOutcome<Key, Value> {
        let fetched: BatchOutcome<Key, Value> =
            switch rest {
            case .success(let results): results.outcome(for: misses, areUnique: areUnique, loader: loader)
            case .failure(let error): .failure(error)
            }
        if hits.isEmpty { return fetched }
        var position = -1
        let results: [(result: Result<Value, any Error>, isOfKey: Bool)] = keys.map { key in
            if let hit = hits[key] { return (.success(hit), true) }
            position += 1
            return (fetched.result(at: position), fetched.isOfKey(at: position))
        }
        switch fetched {
        case .results(_, let additional):
            return .results(Few(results, \.result), additional: additional)
        case .partial(_, let error), .failure(let error):
            return .partial(results.map { $0.isOfKey ? $0.result : nil }, failure: error)
        }
    }

    @usableFromInline
    func afterwards() {
        store(rest.value?.values(for: misses) ?? [:])
        rest.value?.afterwards?()
    }
}

extension BatchResults {
    /// What is to be done once the callers have their values.
    @inlinable var afterwards: (@Sendable () -> Void)? {
        guard case .layered(let results) = self else { return nil }
        return { results.afterwards() }
    }

    /// All values among the results, also of keys that were not asked for.
    fileprivate func values(for keys: [Key]) -> [Key: Value] {
        switch self {
        case .keyed(var values, let missing):
            if let missing {
                for key in keys where values[key] == nil { values[key] = missing }
            }
            return values
        case .collected(let collected, let missing):
            return BatchResults.keyed(collected.compactMapValues(\.value), missing: missing).values(
                for: keys.filter { collected[$0] == nil }
            )
        case .aligned(let results):
            guard results.count == keys.count else { return [:] }
            let values = zip(keys, results).compactMap { key, result in result.value.map { (key, $0) } }
            return Dictionary(values) { first, _ in first }
        case .layered(let results):
            let fetched = results.rest.value?.values(for: results.misses) ?? [:]
            return results.hits.merging(fetched) { hit, _ in hit }
        }
    }
}

extension Result {
    fileprivate var value: Success? { try? get() }
}
