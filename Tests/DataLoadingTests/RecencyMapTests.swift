// SPDX-License-Identifier: Apache-2.0
//
// A map in order of use, against an array that is as simple as possible.

import Testing

@testable import DataLoading

@Suite("Recency map", .timeLimit(.minutes(5)))
struct RecencyMapTests {
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `random operations end as those on an array do`(seed: UInt64) {
        var random = SplitMix64(state: seed)
        var map = RecencyMap<Int, Int>()
        var model: [(key: Int, value: Int)] = []  // Oldest first.
        for step in 0..<2_000 {
            let key = Int.random(in: 0..<20, using: &random)
            let index = model.firstIndex { $0.key == key }
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4 where index == nil:
                map.insert(step, for: key)
                model.append((key, step))
            case 0..<7:
                #expect(map.use(key) == index.map { model[$0].value })
                if let index { model.append(model.remove(at: index)) }
            case 7..<9:
                #expect(map.remove(key) == index.map { model.remove(at: $0).value })
            default:
                #expect(map.removeOldest() == (model.isEmpty ? nil : model.removeFirst().value))
            }
            #expect(map.count == model.count)
        }
        #expect(Set(map.keys) == Set(model.map(\.key)))
        for (_, value) in model { #expect(map.removeOldest() == value) }
        #expect(map.removeOldest() == nil)
    }
}
