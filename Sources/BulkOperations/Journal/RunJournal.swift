// SPDX-License-Identifier: Apache-2.0
//
// A journal that is open: what it remembers, and what is added to it.

/// The journal of a run that is under way.
struct RunJournal<Output: Sendable>: Sendable {
    /// What became of an item in an earlier process.
    enum Memory: Sendable {
        /// Nothing is known of it: it was never sent.
        case none
        /// It was being sent when the process ended.
        case inFlight(any Error)
        case ended(BulkEnd<Output>, attempts: Int)
    }

    let runID: String
    private let file: JournalFile
    private let contents: JournalContents
    private let journal: BulkJournal<Output>

    /// Opens a journal, or begins one.
    ///
    /// - Parameter runID: The identity of the run, unless the journal has one.
    /// - Throws: ``BulkError`` if it is of another run, in use, damaged, or cannot be read.
    init(_ journal: BulkJournal<Output>, runID: String) async throws {
        self.journal = journal
        file = try JournalFile(path: journal.path)
        contents = try JournalContents(reading: file)
        if contents.wholeSize < contents.size { try file.truncate(to: contents.wholeSize) }
        guard let head = contents.head else {
            self.runID = runID
            try await file.append(JournalRecord.head(runID: runID, fingerprint: journal.fingerprint).line)
            return
        }
        guard head.fingerprint == journal.fingerprint else {
            throw BulkError(
                .journalRefused,
                """
                The journal '\(journal.path)' is of another run: its fingerprint is '\(head.fingerprint)', and this run's \
                is '\(journal.fingerprint)'. Give this run another file, or delete that one.
                """,
                offender: journal.path
            )
        }
        self.runID = head.runID
    }

    /// Whether an earlier process sent an item.
    func knows(_ index: Int) -> Bool { contents.state(of: index) != .none }

    /// Where a chunk ends that begins with an item, if what was sent together is to be sent together again.
    func span(from index: Int) -> JournalContents.Span? { contents.span(from: index) }

    /// Whether an item without a certain end can be sent again with exactly what it was sent with last.
    func isWhole(_ index: Int, atMost size: Int) -> Bool { contents.isWhole(index, atMost: size) }

    /// What is known of an item.
    func memory(of index: Int) throws -> Memory {
        switch contents.state(of: index) {
        case .none: return .none
        case .inFlight:
            return .inFlight(BulkError(.cancelled, "The process ended while the item was under way."))
        case .ended(let place):
            guard case .end(let kind, _, let attempts, let payload)? = try contents.record(at: place, in: file) else {
                throw BulkError(.journalDamaged, "The journal '\(journal.path)' changed while it was read.")
            }
            let error = BulkError(.itemFailed, payload)
            return switch kind {
            case .succeeded: .ended(.succeeded(try journal.decode(payload)), attempts: attempts)
            case .failed: .ended(.failed(error), attempts: attempts)
            case .unknown: .ended(.unknown(error), attempts: attempts)
            }
        }
    }

    /// Writes down that items are about to be sent.
    func willSend(_ indices: some Sequence<Int>) async throws {
        try await file.append(JournalRecord.intent([Range<Int>](indices)).line)
    }

    /// Writes down that items are not under way any more, and were not done.
    func withdraw<Input>(_ records: [BulkRecord<Input, Output>]) async throws {
        let indices = records.filter { $0.end.isCertainlyNotDone }.map(\.index)
        if !indices.isEmpty { try await file.append(JournalRecord.withdrawal([Range<Int>](indices)).line) }
    }

    /// Writes down how items ended together: the file says so of all of them, or of none. What was not sent has no record.
    func ended<Input>(_ records: [BulkRecord<Input, Output>]) async throws {
        var bytes: [UInt8] = []
        var count = 0
        for record in records {
            guard let (kind, payload) = try text(of: record.end) else { continue }
            bytes += JournalRecord.end(kind, index: record.index, attempts: record.attempts, payload: payload).line
            count += 1
        }
        if count > 0 { try await file.append(JournalRecord.batch(count: count).line + bytes) }
    }

    /// Lets other runs have the file.
    func close() async { await file.close() }

    private func text(of end: BulkEnd<Output>) throws -> (JournalRecord.Kind, String)? {
        switch end {
        case .succeeded(let output): (.succeeded, try journal.encode(output))
        case .failed(let error): (.failed, "\(error)")
        case .unknown(let error): (.unknown, "\(error)")
        case .notSent: nil
        }
    }
}

extension BulkEnd {
    fileprivate var isCertainlyNotDone: Bool {
        switch self {
        case .failed, .notSent: true
        case .succeeded, .unknown: false
        }
    }
}
