// SPDX-License-Identifier: Apache-2.0
//
// What a file has, without its payloads: a place for each item.

/// The account of an earlier process. It holds a number for each item, and no output.
struct JournalContents: Sendable {
    enum State: Equatable, Sendable {
        case none, inFlight
        case ended(Range<Int>)
    }

    private(set) var head: (runID: String, fingerprint: String)?
    /// How many bytes there are, and how many of them are whole records.
    private(set) var size = 0
    private(set) var wholeSize = 0
    /// For each item the place of its record; -1 while it is in flight, -2 if nothing is known.
    private var places: [Int] = []
    private var lengths: [Int32] = []
    /// Records that count together, and how many more of them are to come.
    private var batch: [(record: JournalRecord, length: Int)] = []
    private var missing = 0
    /// The chunks that items without a certain end were sent in, while the file is read.
    private var sent = SentChunks()
    /// What is left of those chunks: each from its first such item to its last, in order.
    private var open: [Range<Int>] = []
    /// Items of which nobody knows whether they were done, and that were sent last with others than those left of their chunks.
    private var apart: Set<Int> = []

    /// Reads a file.
    ///
    /// - Throws: ``BulkError`` with ``BulkError/Code/journalDamaged`` if a record that is not the last is not whole.
    init(reading file: JournalFile) throws(BulkError) {
        var contents = Self()
        var rest: [UInt8] = []
        var torn: Int?
        try file.read { (piece) throws(BulkError) in
            contents.size += piece.count
            rest += piece
            var start = 0
            while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
                let record = JournalRecord(line: rest[start..<end])
                if let torn { throw .damaged(file.path, at: torn) }
                if let record {
                    try contents.take(record, length: end + 1 - start, in: file.path)
                } else {
                    torn = contents.wholeSize
                }
                start = end + 1
            }
            rest.removeFirst(start)
        }
        if let torn, !rest.isEmpty || contents.head == nil { throw .damaged(file.path, at: torn) }
        if contents.head == nil, !rest.mayBeTornHead { throw .damaged(file.path, at: 0) }
        contents.findOpenChunks()
        contents.batch = []
        self = contents
    }

    private init() {}

    func state(of index: Int) -> State {
        guard places.indices.contains(index), places[index] != -2 else { return .none }
        return places[index] < 0 ? .inFlight : .ended(places[index]..<(places[index] + Int(lengths[index])))
    }

    /// Some items that follow each other in a run.
    struct Span: Equatable, Sendable {
        /// Its first item.
        let start: Int
        /// Where it ends: behind its last item.
        let end: Int
        /// Whether it is what is left of one chunk, rather than what is between such chunks.
        let isChunk: Bool
    }

    /// The span that an item begins, or is in; `nil` if nothing is left of chunks from there on.
    ///
    /// - Complexity: O(log *n*) in the number of chunks.
    func span(from index: Int) -> Span? {
        var (low, high) = (0, open.count)
        while low < high {
            let middle = (low + high) / 2
            if open[middle].upperBound <= index { low = middle + 1 } else { high = middle }
        }
        guard low < open.count else { return nil }
        let chunk = open[low]
        return chunk.lowerBound > index
            ? Span(start: index, end: chunk.lowerBound, isChunk: false)
            : Span(start: chunk.lowerBound, end: chunk.upperBound, isChunk: true)
    }

    /// Whether an item without a certain end was sent last with exactly what is left of its chunk, and that is not too much.
    func isWhole(_ index: Int, atMost size: Int) -> Bool {
        guard !apart.contains(index), let span = span(from: index) else { return false }
        return span.isChunk && span.start + size >= span.end
    }

    private mutating func findOpenChunks() {
        var last: Int32?
        for index in places.indices where places[index] == -1 || sent.unknown[index] != nil {
            let chunk = sent.chunk(of: index)
            guard sent.isWhole(index) else {
                apart.insert(index)
                continue
            }
            if chunk == last, let part = open.popLast() {
                open.append(part.lowerBound..<index + 1)
            } else {
                open.append(index..<index + 1)
            }
            last = chunk
        }
        sent = SentChunks()
    }

    func record(at place: Range<Int>, in file: JournalFile) throws(BulkError) -> JournalRecord? {
        JournalRecord(line: try file.bytes(in: place).dropLast())
    }

    /// Adds a record, unless others are to come that count together with it.
    private mutating func take(_ record: JournalRecord, length: Int, in path: String) throws(BulkError) {
        if missing > 0 {
            guard case .end = record else { throw .damaged(path, at: wholeSize) }
            missing -= 1
        } else if case .batch(let count) = record {
            missing = count
        }
        batch.append((record, length))
        guard missing == 0 else { return }
        for (record, length) in batch {
            try add(record, length: length, in: path)
            wholeSize += length
        }
        batch = []
    }

    private mutating func add(_ record: JournalRecord, length: Int, in path: String) throws(BulkError) {
        switch record {
        case .head(let runID, let fingerprint):
            head = (runID, fingerprint)
        case .intent(let ranges):
            for range in ranges {
                reserve(range.upperBound)
                for index in range where places[index] < 0 { places[index] = -1 }
            }
            sent.announce(ranges)
        case .withdrawal(let ranges):
            for range in ranges {
                reserve(range.upperBound)
                for index in range where places[index] < 0 { places[index] = -2 }
            }
            sent.withdraw(ranges)
        case .batch:
            sent.beginBatch()
        case .end(let kind, let index, _, _):
            reserve(index + 1)
            sent.end(index, as: kind)
            places[index] = wholeSize
            lengths[index] = Int32(length)
        }
        guard head != nil else { throw .damaged(path, at: 0) }
    }

    private mutating func reserve(_ count: Int) {
        guard places.count < count else { return }
        let more = count - places.count
        places += repeatElement(-2, count: more)
        lengths += repeatElement(0, count: more)
    }
}

extension [UInt8] {
    /// Whether these may be the first bytes of a journal: another file is never cut.
    fileprivate var mayBeTornHead: Bool {
        let isChecksum = prefix(8).allSatisfy {
            ("0"..."9").contains(Unicode.Scalar($0)) || ("a"..."f").contains(Unicode.Scalar($0))
        }
        return isChecksum && zip(dropFirst(8), " h 1 ".utf8).allSatisfy { $0 == $1 }
    }
}

extension BulkError {
    fileprivate static func damaged(_ path: String, at offset: Int) -> Self {
        Self(
            .journalDamaged,
            """
            '\(path)' is not a journal, or is damaged at byte \(offset), which no interrupted write explains. Restore it, \
            or give this run another file.
            """,
            offender: path
        )
    }
}
