// SPDX-License-Identifier: Apache-2.0
//
// How the size of chunks follows the time that they take.

@testable import BulkOperations
import Testing

@Suite("The size of chunks")
struct ChunkSizerTests {
    private func sizer(from start: Int = 100) -> ChunkSizer {
        ChunkSizer(.adaptive(target: .seconds(1), from: start, between: 10...500), atMost: nil)
    }

    @Test(arguments: [(700, 120), (799, 120), (800, 100), (1_000, 100), (1_200, 100), (1_201, 80), (9_000, 80)])
    func `grows by 1.2 when a chunk is fast, shrinks by 0.8 when it is slow`(milliseconds: Int, size: Int) {
        var sizer = sizer()
        sizer.record(.milliseconds(milliseconds), count: 100, cutAt: 100)
        #expect(sizer.size == size)
    }

    @Test func `stays within its bounds`() {
        var (small, large) = (sizer(), sizer())
        for _ in 0..<100 {
            small.record(.seconds(10), count: small.size, cutAt: small.size)
            large.record(.zero, count: large.size, cutAt: large.size)
        }
        #expect(small.size == 10)
        #expect(large.size == 500)
    }

    @Test func `grows from one`() {
        var sizer = ChunkSizer(.adaptive(target: .seconds(1)), atMost: nil)
        sizer.record(.zero, count: 1, cutAt: 1)
        #expect(sizer.size == 2)
    }

    @Test func `is changed by one of the chunks that were cut at the same size`() {
        var sizer = sizer()
        for _ in 0..<5 { sizer.record(.zero, count: 100, cutAt: 100) }
        #expect(sizer.size == 120)
    }

    @Test func `is never more than the operation takes`() {
        #expect(ChunkSizer(.fixed(100), atMost: 30).size == 30)
        #expect(ChunkSizer(.adaptive(target: .seconds(1), from: 100), atMost: 30).size == 30)
    }

    @Test func `settles near the target, also when a row's cost changes`() {
        var sizer = sizer(from: 10)
        for cost in [Duration.milliseconds(4), .milliseconds(20), .milliseconds(8)] {
            for _ in 0..<40 { sizer.record(cost * sizer.size, count: sizer.size, cutAt: sizer.size) }
            let time = cost * sizer.size
            #expect(time >= .milliseconds(800) && time <= .milliseconds(1_200))
        }
    }
}
