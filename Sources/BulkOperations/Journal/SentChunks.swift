// SPDX-License-Identifier: Apache-2.0
//
// Which items a journal says were sent together.

/// The chunks of an earlier process, as the records of its journal tell of them, one after another.
///
/// Ends of one attempt are one batch of records. What was sent last of a chunk are its items without a certain end, unless
/// others got theirs in the very batch in which an item became unknown, or were withdrawn.
struct SentChunks: Sendable {
    /// For each item the number of the last chunk that it was announced in; -1 if there is none.
    private var chunks: [Int32] = []
    /// For each chunk the number of the last batch in which one of its items had a certain end.
    private var certain: [Int] = []
    private var batchCount = 0
    /// The batch in which each item became unknown that did.
    private(set) var unknown: [Int: Int] = [:]

    /// The chunk an item was announced in last.
    func chunk(of index: Int) -> Int32 { chunks.indices.contains(index) ? chunks[index] : -1 }

    /// Whether what an item was sent with last is what is left of its chunk.
    func isWhole(_ index: Int) -> Bool {
        let chunk = Int(chunk(of: index))
        return chunk < 0 || certain[chunk] < unknown[index] ?? .max
    }

    /// Notes that items are about to be sent together.
    mutating func announce(_ ranges: [Range<Int>]) {
        let count = ranges.map(\.upperBound).max() ?? 0
        if chunks.count < count { chunks += repeatElement(-1, count: count - chunks.count) }
        for range in ranges {
            for index in range { chunks[index] = Int32(truncatingIfNeeded: certain.count) }
        }
        certain.append(0)
    }

    /// Notes that items were taken out of their chunks.
    mutating func withdraw(_ ranges: [Range<Int>]) {
        for index in ranges.joined() where chunk(of: index) >= 0 { certain[Int(chunks[index])] = .max }
    }

    /// Notes that ends follow which belong together.
    mutating func beginBatch() { batchCount += 1 }

    /// Notes how an item ended.
    mutating func end(_ index: Int, as kind: JournalRecord.Kind) {
        unknown[index] = kind == .unknown ? batchCount : nil
        let chunk = Int(chunk(of: index))
        if kind != .unknown, chunk >= 0 { certain[chunk] = max(certain[chunk], batchCount) }
    }
}
