// SPDX-License-Identifier: Apache-2.0
//
// Loaders that most tests can use.

import DataLoading

struct TestError: Error, Equatable {
    var key: Int?
    init(_ key: Int? = nil) { self.key = key }
}

/// A loader whose value of a key is its tenfold, and the log of its batches.
func tenfold(
    options: DataLoaderOptions = DataLoaderOptions(),
    cache: CachePolicy<Int, Int> = CachePolicy()
) -> (DataLoader<Int, Int>, BatchLog<Int>) {
    let log = BatchLog<Int>()
    let loader = DataLoader<Int, Int>(options: options, cache: cache) { keys in
        log.append(keys)
        return Dictionary(keys.map { ($0, $0 * 10) }) { first, _ in first }
    }
    return (loader, log)
}

/// Loads keys with a child task each, in the order of the keys, and returns the results in that order.
func loadEach<Key, Value>(
    _ keys: some Collection<Key>,
    from loader: DataLoader<Key, Value>
) async -> [Result<Value, any Error>] {
    await withTaskGroup(of: (Int, Result<Value, any Error>).self) { group in
        for (index, key) in keys.enumerated() {
            group.addTask {
                do { return (index, .success(try await loader.load(key))) } catch { return (index, .failure(error)) }
            }
        }
        var results: [Int: Result<Value, any Error>] = [:]
        for await (index, result) in group { results[index] = result }
        return (0..<keys.count).compactMap { results[$0] }
    }
}

extension Result {
    var value: Success? { try? get() }
    var error: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}
