// SPDX-License-Identifier: Apache-2.0
//
// What can be a key, and how often it is looked at.

import DataLoading
import Testing

@Suite("Keys", .timeLimit(.minutes(5)))
struct KeyTests {
    /// A key that is one with itself alone, whatever it says.
    private final class Reference: Hashable, Sendable {
        let text: String
        init(_ text: String) { self.text = text }
        static func == (left: Reference, right: Reference) -> Bool { left === right }
        func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
    }

    /// A key of many parts; the order of those parts is no part of it.
    private struct Query: Hashable, Sendable {
        var filters: [String: [Int]]
        var tags: Set<String>

        static let forwards = Query(filters: ["a": [1, 2], "b": []], tags: ["x", "y"])
        static let backwards = Query(filters: ["b": [], "a": [1, 2]], tags: ["y", "x"])
        static let other = Query(filters: ["a": [2, 1], "b": []], tags: ["x", "y"])
    }

    private func count<Key>(_: Key.Type) -> (DataLoader<Key, Int>, BatchLog<Key>) {
        let log = BatchLog<Key>()
        return (
            DataLoader<Key, Int> { keys in
                log.append(keys)
                return Dictionary(uniqueKeysWithValues: zip(keys, 1...))
            }, log
        )
    }

    @Test func `objects are keys by their identity`() async throws {
        let (loader, log) = count(Reference.self)
        let (one, other) = (Reference("same"), Reference("same"))
        let values = try await withBatching { try await loader.loadMany([one, other, one]) }
        #expect(values == [1, 2, 1])
        #expect(log.all == [[one, other]])
        loader.clear(one)
        _ = try await withBatching { try await loader.loadMany([one, other]) }
        #expect(log.all == [[one, other], [one]])
    }

    @Test func `a key of many parts is known in whatever order they were put together`() async throws {
        let (loader, log) = count(Query.self)
        let values = try await withBatching { try await loader.loadMany([.forwards, .backwards, .other]) }
        #expect(values == [1, 1, 2])
        #expect(log.all == [[.forwards, .other]])
    }

    @Test func `it can be cleared by its equal`() async throws {
        let (loader, log) = count(Query.self)
        _ = try await withBatching { try await loader.loadMany([.forwards, .other]) }
        loader.clear(.backwards)
        _ = try await withBatching { try await loader.loadMany([.forwards, .other]) }
        #expect(log.all == [[.forwards, .other], [.forwards]])
    }

    @Test func `it can be primed by its equal`() async throws {
        let (loader, log) = count(Query.self)
        loader.prime(.backwards, with: 7)
        #expect(try await loader.load(.forwards) == 7)
        #expect(log.count == 0)
    }

    @Test func `of keys that are equal, the one that was asked for first is sent`() async throws {
        struct Key: Hashable, Sendable {
            var text: String
            static func == (left: Self, right: Self) -> Bool { left.text.lowercased() == right.text.lowercased() }
            func hash(into hasher: inout Hasher) { hasher.combine(text.lowercased()) }
        }
        let log = BatchLog<String>()
        let loader = DataLoader<Key, String> { keys in
            log.append(keys.map(\.text))
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0.text) })
        }
        let values = try await withBatching {
            try await loader.loadMany([Key(text: "Tea"), Key(text: "TEA"), Key(text: "tea")])
        }
        #expect(values == ["Tea", "Tea", "Tea"])
        #expect(log.all == [["Tea"]])
    }

    // So many that they are looked for ahead: from the first on; from where the index grows large in their midst; and
    // while it grows on.
    @Test(arguments: [(known: 0, count: 60_000), (known: 24_000, count: 24_000), (known: 40_000, count: 40_000)])
    func `of very many keys, each new one is fetched once and in order`(known: Int, count: Int) async throws {
        let log = BatchLog<Int>()
        let loader = DataLoader<Int, Int> { keys in
            log.append(keys)
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, -$0) })
        }
        _ = try await loader.loadMany(0..<known)
        // Each new key is followed by one that is known, new or itself: near by, or far off.
        var random = SplitMix64(state: UInt64(known))
        let keys = (known..<known + count / 2).flatMap { new in
            [new, Bool.random(using: &random) ? max(0, new - 5) : Int.random(in: 0...new, using: &random)]
        }
        let values = try await withBatching { try await loader.loadMany(keys) }
        // Not compared in the expectation, which would print them all.
        let wrong = zip(keys, values).first { $0 != -$1 }
        #expect(wrong == nil)
        let isInOrder = log.all.last == Array(known..<known + count / 2)
        #expect(isInOrder)
    }

    /// A key that has its hash in common with another.
    private struct Twin: Hashable, Sendable {
        let number: Int

        func hash(into hasher: inout Hasher) { hasher.combine(number / 2) }
    }

    @Test func `of very many keys, those of the same hash have values of their own`() async throws {
        let loader = DataLoader<Twin, Int>(.aligned { $0.map { .success($0.number) } })
        let keys = (0..<60_000).map(Twin.init(number:))
        for _ in 1...2 {
            let values = try await loader.loadMany(keys)
            let wrong = zip(keys, values).first { $0.number != $1 }
            #expect(wrong == nil)
        }
    }

    /// A key that counts how often it is hashed.
    private struct Counted: Hashable, Sendable {
        let number: Int
        let hashes: Locked<Int>

        static func == (left: Self, right: Self) -> Bool { left.number == right.number }
        func hash(into hasher: inout Hasher) {
            hashes.withLock { $0 += 1 }
            hasher.combine(number)
        }
    }

    private func hashCount(
        options: DataLoaderOptions,
        _ keys: Int...,
        after prepare: (DataLoader<Counted, Int>, Locked<Int>) async throws -> Void = { _, _ in }
    ) async throws -> Int {
        let hashes = Locked(0)
        let loader = DataLoader<Counted, Int>(.aligned { $0.map { .success($0.number) } }, options: options)
        try await prepare(loader, hashes)
        hashes.withLock { $0 = 0 }
        for key in keys { _ = try await loader.load(Counted(number: key, hashes: hashes)) }
        return hashes.withLock { $0 }
    }

    @Test func `with neither deduplication nor memoisation a key is not even hashed`() async throws {
        let options = try DataLoaderOptions(deduplicates: false, memoises: false)
        #expect(try await hashCount(options: options, 1, 2, 1) == 0)
    }

    @Test func `a key that another stands for is not hashed to find it`() async throws {
        let hashes = Locked(0)
        let loader = DataLoader<Counted, Int>(
            .aligned { $0.map { .success($0.number) } },
            cache: CachePolicy().keyed(by: \.number)
        )
        for _ in 1...2 {
            _ = try await loader.load(Counted(number: 1, hashes: hashes))
            _ = try await loader.loadMany([Counted(number: 1, hashes: hashes)])
        }
        #expect(hashes.withLock { $0 } == 0)
    }

    @Test func `a hit hashes its key once`() async throws {
        let count = try await hashCount(options: DataLoaderOptions(), 1) { loader, hashes in
            _ = try await loader.load(Counted(number: 1, hashes: hashes))
        }
        #expect(count == 1)
    }

    @Test func `a fetch hashes its key once while no other is known`() async throws {
        let count = try await hashCount(options: DataLoaderOptions(), 2) { loader, hashes in
            // What was known is known no more: where there is no result, nobody looks for one.
            _ = try await loader.loadMany((10..<20).map { Counted(number: $0, hashes: hashes) })
            for key in 10..<20 { loader.clear(Counted(number: key, hashes: hashes)) }
        }
        #expect(count == 1)
    }

    @Test(arguments: ["", "\0", "🧶", String(repeating: "long ", count: 10_000)])
    func `any text is a key`(text: String) async throws {
        let (loader, log) = count(String.self)
        #expect(try await loader.load(text) == 1)
        #expect(log.all == [[text]])
    }

    @Test func `the name of a key in an error is not longer than two hundred characters`() async {
        let loader = DataLoader<String, Int> { _ in [:] }
        let text = String(repeating: "long ", count: 10_000)
        let error = await #expect(throws: DataLoaderError.self) { try await loader.load(text) }
        #expect(error?.offender == String(text.prefix(200)))
        #expect((error?.message.count ?? 0) < 500)
    }

    @Test func `an optional may be a key, and so may nothing`() async throws {
        let (loader, log) = count(Int?.self)
        let values = try await withBatching { try await loader.loadMany([nil, 1, nil]) }
        #expect(values == [1, 2, 1])
        #expect(log.all == [[nil, 1]])
    }
}
