// SPDX-License-Identifier: Apache-2.0
//
// Keys that are told apart by a function.

import DataLoading
import Testing

@Suite("Cache keys", .timeLimit(.minutes(5)))
struct CacheKeyTests {
    @Test func `keys with the same cache key share a fetch and its result`() async throws {
        let (loader, log) = caseless()
        let values = try await withBatching {
            async let lower = loader.load("ab")
            async let upper = loader.load("AB")
            async let many = loader.loadMany(["Ab", "c"])
            return try await [lower, upper] + many
        }
        #expect(log.count == 1)
        #expect(log.all.first?.count == 2)
        #expect(Set(values.prefix(3)).count == 1)
        #expect(try await loader.load("aB") == values[0])
        #expect(loader.cachedValue(for: "AB") == values[0])
        #expect(log.count == 1)
    }

    @Test func `keys of no equality of their own worth can be told apart`() async throws {
        struct Query: Hashable, Sendable {
            var fields: [String]
        }
        let log = BatchLog<Query>()
        let loader = DataLoader<Query, Int>(cache: CachePolicy().keyed { Set($0.fields) }) { queries in
            log.append(queries)
            return Dictionary(uniqueKeysWithValues: queries.map { ($0, $0.fields.count) })
        }
        #expect(try await loader.load(Query(fields: ["a", "b"])) == 2)
        #expect(try await loader.load(Query(fields: ["b", "a"])) == 2)
        #expect(log.count == 1)
        loader.clear(Query(fields: ["b", "a"]))
        _ = try await loader.load(Query(fields: ["a", "b"]))
        #expect(log.count == 2)
    }

    @Test func `clearing or priming one key does so for all of its cache key`() async throws {
        let (loader, log) = caseless()
        _ = try await loader.load("a")
        #expect(!loader.prime("A", with: "primed"))
        #expect(loader.prime("A", with: "primed", force: true))
        #expect(try await loader.load("a") == "primed")
        loader.clear("A")
        #expect(try await loader.load("a") == "a")
        loader.clear { $0 == "a" }
        loader.clear { $0 == "b" }
        #expect(loader.cachedValue(for: "A") == nil)
        #expect(log.count == 2)
    }

    /// A cache key whose end calls a loader, which would wait for ever for a lock that this thread has.
    private final class Caller: Hashable, Sendable {
        let number: Int
        private let ended: @Sendable () -> Void

        init(_ number: Int, ended: @escaping @Sendable () -> Void) {
            self.number = number
            self.ended = ended
        }

        deinit { ended() }

        static func == (left: Caller, right: Caller) -> Bool { left.number == right.number }
        func hash(into hasher: inout Hasher) { hasher.combine(number) }
    }

    enum Forgetting: CaseIterable {
        case clear, clearAll, clearWhere, eviction, failure, cancellation
    }

    @Test(arguments: Forgetting.allCases)
    func `the end of a cache key may call its loader`(forgetting: Forgetting) async throws {
        struct Failure: Error {}
        let held = Locked<DataLoader<Int, Int>?>(nil)
        let ends = Locked(0)
        let policy = try CachePolicy<Int, Int>(limit: .entries(2)).keyed { number in
            Caller(number) {
                _ = held.withLock { $0 }?.cachedValues()
                ends.withLock { $0 += 1 }
            }
        }
        let loader = DataLoader<Int, Int>(cache: policy) { keys in
            if keys == [-1] { throw Failure() }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
        held.withLock { $0 = loader }
        _ = try await loader.loadMany([1, 2])
        let before = ends.withLock { $0 }
        switch forgetting {
        case .clear: loader.clear(1)
        case .clearAll: loader.clearAll()
        case .clearWhere: loader.clear { $0 == 1 }
        case .eviction: _ = try await loader.load(3)
        case .failure: _ = try? await loader.load(-1)
        case .cancellation:
            await withBatching {
                let task = startNow { try await withBatching { try await loader.load(4) } }
                task.cancel()
                _ = await task.result
            }
        }
        #expect(ends.withLock { $0 } > before)
        held.withLock { $0 = nil }
    }

    @Test func `clearAll keeps keys that have not been sent, under their cache keys`() async throws {
        let (loader, log) = caseless()
        loader.prime(["x": "x", "y": "y"])
        let values = try await withBatching {
            let first = loader.enqueue("a")
            loader.clearAll()
            let second = loader.enqueue("A")
            return try await [first.value, second.value]
        }
        #expect(values == ["a", "a"])
        #expect(log.all == [["a"]])
        #expect(loader.cachedValues() == ["a": "a"])
    }

    @Test func `cache keys go with a limit and a time`() async throws {
        let clock = ManualClock()
        let cache = try CachePolicy<String, String>(limit: .entries(2), timeToLive: .seconds(10), clock: clock)
        let (loader, log) = caseless(cache: cache)
        for key in ["a", "b", "A", "c"] { _ = try await loader.load(key) }
        #expect(loader.cachedValues() == ["a": "a", "c": "c"])
        _ = try await loader.load("B")
        #expect(loader.cachedValues() == ["B": "B", "c": "c"])
        clock.advance(by: .seconds(10))
        #expect(try await loader.load("C") == "C")
        #expect(log.count == 5)
    }

    @Test func `without memoisation cache keys still share a fetch`() async throws {
        let (loader, log) = caseless(options: try DataLoaderOptions(memoises: false))
        try await withBatching {
            async let one = loader.load("a")
            async let two = loader.load("A")
            _ = try await (one, two)
            _ = try await loader.load("a")
        }
        #expect(log.sizes == [1, 1])
    }

    @Test func `without deduplication they share only the result`() async throws {
        let (loader, log) = caseless(options: try DataLoaderOptions(deduplicates: false))
        try await withBatching {
            async let one = loader.load("a")
            async let two = loader.load("A")
            _ = try await (one, two)
            _ = try await loader.load("a")
        }
        #expect(log.sizes == [2])
    }

    @Test func `the function is not called where nothing is kept or shared`() async throws {
        let calls = Locked(0)
        let (loader, log) = caseless(options: try DataLoaderOptions(deduplicates: false, memoises: false), calls: calls)
        _ = try await loader.loadMany(["a", "A", "a"])
        loader.prime("a", with: "b", force: true)
        loader.clear("a")
        #expect(loader.cachedValue(for: "a") == nil)
        #expect(log.sizes == [3])
        #expect(calls.withLock { $0 } == 0)
    }

    @Test func `the function is called once a load, and may call the loader`() async throws {
        let box = Locked<DataLoader<Int, Int>?>(nil)
        let calls = Locked(0)
        let cache = CachePolicy<Int, Int>().keyed { key in
            let isFirst = calls.withLock {
                $0 += 1
                return $0 % 2 == 1
            }
            if isFirst { box.withLock { $0 }?.clear(key + 1) }
            return key
        }
        let (loader, _) = tenfold(cache: cache)
        box.withLock { $0 = loader }
        #expect(try await loader.load(1) == 10)
        #expect(try await loader.load(1) == 10)
        #expect(calls.withLock { $0 } == 4)
        box.withLock { $0 = nil }
    }

    /// A loader that takes letters of both cases for the same; the value of a key is the key that was fetched.
    private func caseless(
        options: DataLoaderOptions = DataLoaderOptions(),
        cache: CachePolicy<String, String> = CachePolicy(),
        calls: Locked<Int> = Locked(0)
    ) -> (DataLoader<String, String>, BatchLog<String>) {
        let log = BatchLog<String>()
        let cache = cache.keyed { key in
            calls.withLock { $0 += 1 }
            return key.lowercased()
        }
        let loader = DataLoader<String, String>(options: options, cache: cache) { keys in
            log.append(keys)
            return Dictionary(keys.map { ($0, $0) }) { first, _ in first }
        }
        return (loader, log)
    }
}
