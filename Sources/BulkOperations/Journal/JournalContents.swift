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
                    try contents.add(record, length: end + 1 - start, in: file.path)
                    contents.wholeSize += end + 1 - start
                } else {
                    torn = contents.wholeSize
                }
                start = end + 1
            }
            rest.removeFirst(start)
        }
        if let torn, !rest.isEmpty || contents.head == nil { throw .damaged(file.path, at: torn) }
        if contents.head == nil, !rest.mayBeTornHead { throw .damaged(file.path, at: 0) }
        self = contents
    }

    private init() {}

    func state(of index: Int) -> State {
        guard places.indices.contains(index), places[index] != -2 else { return .none }
        return places[index] < 0 ? .inFlight : .ended(places[index]..<(places[index] + Int(lengths[index])))
    }

    func record(at place: Range<Int>, in file: JournalFile) throws(BulkError) -> JournalRecord? {
        JournalRecord(line: try file.bytes(in: place).dropLast())
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
        case .withdrawal(let ranges):
            for range in ranges {
                reserve(range.upperBound)
                for index in range where places[index] < 0 { places[index] = -2 }
            }
        case .end(_, let index, _, _):
            reserve(index + 1)
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
