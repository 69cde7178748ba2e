// SPDX-License-Identifier: Apache-2.0
//
// Which items a journal says were sent together.

/// The chunks of an earlier process, as the records of its journal tell of them, one after another.
struct SentChunks: Sendable {
    /// For each item the number of the last chunk that it was announced in; -1 if there is none.
    private var chunks: [Int32] = []
    /// For each chunk, how often its items with a certain end were sent, at most.
    private var certain: [Int] = []
    /// How often each item was sent that ended as unknown.
    private(set) var unknown: [Int: Int] = [:]

    /// The chunk an item was announced in last.
    func chunk(of index: Int) -> Int32 { chunks.indices.contains(index) ? chunks[index] : -1 }

    /// Whether what an item was sent with last are the items of its chunk that have no certain end: not if others got
    /// theirs in the attempt in which it became unknown.
    func isWhole(_ index: Int) -> Bool {
        guard let attempts = unknown[index], chunk(of: index) >= 0 else { return true }
        return certain[Int(chunk(of: index))] < attempts
    }

    /// Notes that items are about to be sent together.
    mutating func announce(_ ranges: [Range<Int>]) {
        let count = ranges.last?.upperBound ?? 0
        if chunks.count < count { chunks += repeatElement(-1, count: count - chunks.count) }
        for range in ranges {
            for index in range { chunks[index] = Int32(truncatingIfNeeded: certain.count) }
        }
        certain.append(0)
    }

    /// Notes how an item ended.
    mutating func end(_ index: Int, as kind: JournalRecord.Kind, after attempts: Int) {
        unknown[index] = kind == .unknown ? attempts : nil
        guard kind != .unknown, chunk(of: index) >= 0 else { return }
        certain[Int(chunk(of: index))] = max(certain[Int(chunk(of: index))], attempts)
    }
}
