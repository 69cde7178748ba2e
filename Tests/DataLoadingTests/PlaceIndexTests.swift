// SPDX-License-Identifier: Apache-2.0
//
// The index of places, against a dictionary.

import Foundation
import Testing

@testable import DataLoading

@Suite("Place index", .timeLimit(.minutes(5)))
struct PlaceIndexTests {
    /// Keys by number, as places have them, and what a dictionary knows of them.
    private struct Model {
        var index = PlaceIndex()
        var numbers: [Int: Int] = [:]
        var keys: [Int?] = []
        let hash: (Int) -> UInt32

        mutating func insert(_ key: Int) {
            let number = keys.firstIndex(of: nil) ?? keys.count
            index.insert(number, hash(key))
            numbers[key] = number
            if number == keys.count { keys.append(key) } else { keys[number] = key }
        }

        mutating func remove(_ key: Int) {
            guard let number = numbers.removeValue(forKey: key) else { return }
            index.remove(number, hash(key))
            keys[number] = nil
        }

        func find(_ key: Int) -> Int? {
            index.first(of: hash(key)) { keys[$0] == key ? $0 : nil }
        }
    }

    /// Hashes that are spread, few, all the same, and at the end of the table, from where the search goes on at its
    /// beginning.
    private static let hashes: [@Sendable (Int) -> UInt32] = [
        { UInt32(truncatingIfNeeded: $0.hashValue) },
        { UInt32($0 % 5) },
        { _ in 7 },
        { UInt32.max - UInt32($0 % 3) },
    ]

    @Test(arguments: hashes.indices, 1...10 as ClosedRange<UInt64>)
    func `random operations end as those on a dictionary do`(hash: Int, seed: UInt64) {
        var random = SplitMix64(state: seed)
        var model = Model(hash: Self.hashes[hash])
        for _ in 0..<2_000 {
            let key = Int.random(in: 0..<60, using: &random)
            #expect(model.find(key) == model.numbers[key])
            switch Int.random(in: 0..<3, using: &random) {
            case 0: model.remove(key)
            default: if model.numbers[key] == nil { model.insert(key) }
            }
            #expect(model.index.count == model.numbers.count)
        }
        for key in 0..<60 { #expect(model.find(key) == model.numbers[key]) }
    }

    @Test func `a quarter of the buckets is empty, also where room was made`() {
        var index = PlaceIndex()
        for number in 0..<10_000 {
            index.insert(number, PlaceIndex.hash(of: number))
            #expect(index.count * 4 <= index.buckets.count * 3)
        }
        index.reserve(50_000)
        let buckets = index.buckets.count
        for number in 10_000..<60_000 { index.insert(number, PlaceIndex.hash(of: number)) }
        #expect(index.buckets.count == buckets)
        #expect(index.count * 4 <= buckets * 3)
    }

    @Test func `hashes are spread, also of keys whose own differ in their upper bits alone`() {
        let hashes = (0..<4_096).map { PlaceIndex.hash(of: NSNumber(value: $0 << 32)) }
        #expect(Set(hashes.map { $0 & 0xffff }).count > 3_500)
    }

    /// A key that breaks the rules of `Hashable`.
    private final class Fickle: Hashable, @unchecked Sendable {
        var hash = 1

        static func == (one: Fickle, other: Fickle) -> Bool { one === other }

        func hash(into hasher: inout Hasher) { hasher.combine(hash) }
    }

    @Test func `a key whose hash changes is cleared without end or trap`() async throws {
        let key = Fickle()
        let loader = DataLoader<Fickle, Int> { keys in Dictionary(uniqueKeysWithValues: keys.map { ($0, $0.hash) }) }
        loader.prime(key, with: 0)
        key.hash = 2
        loader.clear(key)
        loader.clearAll()
        #expect(try await loader.load(key) == 2)
        key.hash = 3
        loader.clear { _ in true }
        #expect(try await loader.load(key) == 3)
    }
}
