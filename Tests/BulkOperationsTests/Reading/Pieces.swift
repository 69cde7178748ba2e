// SPDX-License-Identifier: Apache-2.0
//
// Bytes cut at random places, the same ones in every run, for tests of what reads them.

/// A sequence of pieces of some bytes.
struct Pieces: AsyncSequence, Sendable {
    typealias Element = [UInt8]

    let pieces: [[UInt8]]

    /// All in one piece.
    init(_ text: String) { self.init(Array(text.utf8)) }

    init(_ bytes: [UInt8]) { pieces = [bytes] }

    /// Pieces of one to a few bytes; a seed decides where they end.
    init(_ bytes: [UInt8], seed: UInt64, longest: Int) {
        var generator = Seeded(state: seed)
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...longest, using: &generator)
            pieces.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        self.pieces = pieces
    }

    func makeAsyncIterator() -> AsyncStream<[UInt8]>.Iterator {
        AsyncStream { continuation in
            for piece in pieces { continuation.yield(piece) }
            continuation.finish()
        }.makeAsyncIterator()
    }
}

/// Random numbers that are the same in every run.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var result = state
        result = (result ^ (result >> 30)) &* 0xBF58_476D_1CE4_E5B9
        result = (result ^ (result >> 27)) &* 0x94D0_49BB_1331_11EB
        return result ^ (result >> 31)
    }
}

/// All elements of a sequence.
func collected<Base: AsyncSequence>(_ base: Base) async throws -> [Base.Element] {
    var elements: [Base.Element] = []
    for try await element in base { elements.append(element) }
    return elements
}
