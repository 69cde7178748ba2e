// SPDX-License-Identifier: Apache-2.0
//
// Counts of keys in bounded memory, against exact ones.

import DataLoading
import Testing

@Suite("Popular keys", .timeLimit(.minutes(5)))
struct PopularKeysTests {
    private func popular(_ uses: [(Int, Int)], capacity: Int = 100) throws -> PopularKeys<Int> {
        let popular = try PopularKeys<Int>(capacity: capacity)
        for (key, count) in uses { for _ in 0..<count { popular.record(key) } }
        return popular
    }

    @Test func `the most used keys come first, with exact counts while there is room`() throws {
        let top = try popular([(1, 3), (2, 5), (3, 4), (4, 1)]).top(3)
        #expect(top.map(\.key) == [2, 3, 1])
        #expect(top.map(\.uses) == [5...5, 4...4, 3...3])
    }

    @Test func `keys that were used too little are left out`() throws {
        let popular = try popular([(1, 3), (2, 5), (3, 4)])
        #expect(popular.top(10, atLeast: 4).map(\.key) == [2, 3])
        #expect(popular.top(10, atLeast: 6).isEmpty)
    }

    @Test(arguments: [0, -1])
    func `of no keys there are none`(count: Int) throws {
        #expect(try popular([(1, 3)]).top(count).isEmpty)
    }

    @Test func `a new key takes over the least count, and the bounds say so`() throws {
        let top = try popular([(1, 5), (2, 3), (3, 1)], capacity: 2).top(2)
        #expect(top.map(\.key) == [1, 3])
        #expect(top.map(\.uses) == [5...5, 1...4])
    }

    @Test func `a key counts as used often enough only if that is certain`() throws {
        let popular = try popular([(1, 5), (2, 3), (3, 1)], capacity: 2)
        #expect(popular.top(2, atLeast: 2).map(\.key) == [1])
    }

    /// A stream of keys in which small numbers are much more frequent than great ones.
    private func skewedKeys(_ count: Int, seed: UInt64) -> [Int] {
        var random = SplitMix64(state: seed)
        return (0..<count).map { _ in
            let position = Double.random(in: 0..<1, using: &random)
            return Int(2_000 * position * position * position * position)
        }
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `the bounds hold for every key of a long stream`(seed: UInt64) throws {
        let (capacity, count) = (100, 50_000)
        let popular = try PopularKeys<Int>(capacity: capacity)
        var exact: [Int: Int] = [:]
        for key in skewedKeys(count, seed: seed) {
            popular.record(key)
            exact[key, default: 0] += 1
        }
        let top = popular.top(capacity)
        #expect(top.count == capacity)
        for entry in top {
            #expect(entry.uses.contains(exact[entry.key] ?? 0))
            #expect(entry.uses.count - 1 <= count / capacity)
        }
        let frequent = exact.filter { $0.value > count / capacity }.keys
        #expect(!frequent.isEmpty)
        #expect(Set(frequent).isSubset(of: top.map(\.key)), "a key used more often than that is never missed")
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `the bounds hold for keys whose uses have aged`(seed: UInt64) throws {
        let popular = try PopularKeys<Int>(capacity: 50)
        var exact: [Int: Int] = [:]
        for round in 0..<10 {
            for key in skewedKeys(2_000, seed: seed * 100 + UInt64(round)) {
                popular.record(key)
                exact[key, default: 0] += 1
            }
            popular.age()
            exact = exact.mapValues { $0 / 2 }
            for entry in popular.top(50, atLeast: 0) {
                #expect(entry.uses.contains(exact[entry.key] ?? 0))
            }
        }
    }

    @Test func `a new favourite overtakes an old one that has aged`() throws {
        let popular = try popular([(1, 1_000)])
        for _ in 1...5 { popular.age() }
        for _ in 1...32 { popular.record(2) }
        #expect(popular.top(2).map(\.key) == [2, 1])
        #expect(popular.top(2).map(\.uses) == [32...32, 31...31])
    }

    @Test func `a key whose last use has aged is forgotten, and can come back`() throws {
        let popular = try popular([(1, 1), (2, 2)])
        popular.age()
        #expect(popular.top(10, atLeast: 0).map(\.key) == [2])
        popular.record(1)
        popular.record(1)
        #expect(popular.top(10).map(\.key) == [1, 2])
    }

    @Test func `removeAll forgets all uses`() throws {
        let popular = try popular([(1, 3)])
        popular.removeAll()
        #expect(popular.top(10).isEmpty)
        popular.record(2)
        #expect(popular.top(10).map(\.uses) == [1...1])
    }

    @Test func `no use is lost when all threads record`() async throws {
        let popular = try PopularKeys<Int>(capacity: 10)
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask { for number in 0..<5_000 { popular.record(number % 10) } }
            }
        }
        #expect(popular.top(10).map(\.uses) == Array(repeating: 4_000...4_000, count: 10))
    }

    @Test(arguments: [0, -1])
    func `a capacity below one is refused by name`(capacity: Int) {
        let error = #expect(throws: DataLoaderError.self) { try PopularKeys<Int>(capacity: capacity) }
        #expect(error?.code == .invalidOption)
        #expect(error?.offender == "capacity")
    }
}
