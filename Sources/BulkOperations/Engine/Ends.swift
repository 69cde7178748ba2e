// SPDX-License-Identifier: Apache-2.0
//
// Items that have ended, counted.

/// The records of some items, and how many there are of each kind.
struct Ends<Input: Sendable, Output: Sendable>: Sendable {
    private(set) var records: [BulkRecord<Input, Output>] = []
    /// Its counts are those of the records.
    private(set) var summary = BulkSummary()
    /// Failures that are not an earlier process's: a run that stopped at one may be resumed.
    private(set) var newFailures = 0

    var isEmpty: Bool { records.isEmpty }

    mutating func reserveCapacity(_ count: Int) { records.reserveCapacity(count) }

    mutating func add(_ record: BulkRecord<Input, Output>) {
        switch record.end {
        case .succeeded:
            summary.succeeded += 1
        case .failed:
            summary.failed += 1
            if !record.isFromJournal { newFailures += 1 }
        case .unknown: summary.unknown += 1
        case .notSent: summary.notSent += 1
        }
        if record.attempts > 1 { summary.retried += 1 }
        if record.isFromJournal { summary.fromJournal += 1 }
        records.append(record)
    }

    static func += (ends: inout Self, more: Self) {
        ends.records += more.records
        ends.summary.add(more.summary)
        ends.newFailures += more.newFailures
    }
}
