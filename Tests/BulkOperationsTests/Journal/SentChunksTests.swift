// SPDX-License-Identifier: Apache-2.0
//
// Which items may be sent again as the chunk that they were sent in.

import Testing

@testable import BulkOperations

@Suite("Chunks of an earlier process")
struct SentChunksTests {
    private var chunks = SentChunks()

    init() {
        chunks.announce([0..<3])
    }

    @Test func `what was in flight was sent with all that has no end`() {
        #expect((0..<3).allSatisfy(chunks.isWhole))
    }

    @Test mutating func `what is left after certain ends was sent without them`() {
        chunks.beginBatch()
        chunks.end(0, as: .succeeded)
        chunks.beginBatch()
        chunks.end(1, as: .unknown)
        #expect(chunks.isWhole(1))
        #expect(chunks.isWhole(2))
    }

    @Test mutating func `what became unknown beside a certain end was sent with that`() {
        chunks.beginBatch()
        chunks.end(0, as: .failed)
        chunks.end(1, as: .unknown)
        #expect(!chunks.isWhole(1))
    }

    @Test mutating func `what was withdrawn had been sent with the rest`() {
        chunks.beginBatch()
        chunks.end(0, as: .unknown)
        chunks.withdraw([1..<2])
        #expect(!chunks.isWhole(0))
        #expect(!chunks.isWhole(2))
    }

    @Test mutating func `what was sent anew is a chunk of its own`() {
        chunks.beginBatch()
        chunks.end(0, as: .succeeded)
        chunks.end(1, as: .unknown)
        chunks.announce([1..<3])
        #expect(chunks.isWhole(1))
        #expect(chunks.chunk(of: 2) != chunks.chunk(of: 0))
    }

    @Test mutating func `items may be announced in any order`() {
        chunks.announce([7..<9, 3..<4])
        #expect(chunks.chunk(of: 8) == chunks.chunk(of: 3))
        #expect(chunks.chunk(of: 5) == -1)
    }
}
