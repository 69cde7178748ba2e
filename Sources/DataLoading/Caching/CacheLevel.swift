// SPDX-License-Identifier: Apache-2.0
//
// One cache before a batch function: read, fetch the rest, write, and never bring back what was removed.

/// A ``ValueCache`` before a batch function.
///
/// A fetch is *open* from before the cache is read until what it brought is being stored. Keys that are removed are
/// noted with every open fetch, which then does not store them; and a removal waits for the stores under way, so that
/// none comes after it.
final class CacheLevel<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct State: Sendable {
        /// The keys that were removed since a fetch began, by its number.
        var open: [Int: Set<Key>] = [:]
        var stores: [Int: Task<Void, Never>] = [:]
        var count = 0
    }

    private let base: BatchFunction<Key, Value>
    private let cache: any ValueCache<Key, Value>
    private let timeLimit: TimeLimit
    private let onFailure: (@Sendable (ValueCacheFailure) -> Void)?
    private let state = Lock(State())

    init(
        before base: BatchFunction<Key, Value>,
        _ cache: any ValueCache<Key, Value>,
        timeLimit: Duration,
        clock: any Clock<Duration>,
        onFailure: (@Sendable (ValueCacheFailure) -> Void)?
    ) {
        self.base = base
        self.cache = cache
        self.timeLimit = TimeLimit(duration: timeLimit, clock: clock)
        self.onFailure = onFailure
    }

    func fetch(_ keys: [Key]) async throws -> BatchResults<Key, Value> {
        let number = open()
        do {
            let hits = try await hits(among: keys)
            let misses = keys.filter { hits[$0] == nil }
            var rest: Result<BatchResults<Key, Value>, any Error> = .success(.keyed([:], missing: nil))
            if !misses.isEmpty {
                do {
                    rest = .success(try await base.fetch(misses))
                } catch {
                    rest = .failure(error)
                }
            }
            return .layered(
                LayeredResults(hits: hits, misses: misses, rest: rest) { values in self.store(values, ofFetch: number) }
            )
        } catch {
            close(number)
            throw error
        }
    }

    /// Removes keys from the caches of the batch function, and then from this one: a fetch that began in between can
    /// have met an old value there, but is open and does not store it here.
    func remove(_ keys: [Key]) async throws {
        var failure: (any Error)?
        do { try await base.removeFromCaches?(keys) } catch { failure = error }
        let stores = state.withLock { state in
            for number in state.open.keys { state.open[number]?.formUnion(keys) }
            return Array(state.stores.values)
        }
        for store in stores { await store.value }
        try await cache.removeValues(for: keys)
        if let failure { throw failure }
    }

    /// The values that the cache knows.
    private func hits(among keys: [Key]) async throws(CancellationError) -> [Key: Value] {
        var seen: Set<Key> = []
        let unique = keys.filter { seen.insert($0).inserted }
        do {
            let values = try await timeLimit.run { [cache] in try await cache.values(for: unique) }
            return values.filter { seen.contains($0.key) }
        } catch {
            if Task.isCancelled { throw CancellationError() }
            report(error, operation: .reading, keyCount: unique.count)
            return [:]
        }
    }

    private func open() -> Int {
        state.withLock { state in
            state.count += 1
            state.open[state.count] = []
            return state.count
        }
    }

    private func close(_ number: Int) {
        state.withLock { $0.open[number] = nil }
    }

    /// Stores the values of a fetch that is closed by that, but those that were removed since it began.
    private func store(_ values: [Key: Value], ofFetch number: Int) {
        state.withLock { state in
            // The task is made under the lock, so that it is known before it can end.
            guard let removed = state.open.removeValue(forKey: number) else { return }
            let current = removed.isEmpty ? values : values.filter { !removed.contains($0.key) }
            guard !current.isEmpty else { return }
            state.stores[number] = Task.detached(name: "DataLoading store") {
                do {
                    try await self.timeLimit.run { [cache = self.cache] in try await cache.store(current) }
                } catch {
                    self.report(error, operation: .storing, keyCount: current.count)
                }
                self.state.withLock { $0.stores[number] = nil }
            }
        }
    }

    private func report(_ error: any Error, operation: ValueCacheFailure.Operation, keyCount: Int) {
        let cause = error is TimeLimit.Exceeded ? nil : error
        onFailure?(ValueCacheFailure(operation: operation, keyCount: keyCount, underlyingError: cause))
    }
}
