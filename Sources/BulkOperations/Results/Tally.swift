// SPDX-License-Identifier: Apache-2.0
//
// Items that have ended, counted by how they did.

/// How many items ended, and how.
@usableFromInline
struct Tally: Sendable {
    @usableFromInline var succeeded = 0
    @usableFromInline var failed = 0
    @usableFromInline var unknown = 0
    @usableFromInline var notSent = 0
    /// Those that were sent more than once.
    @usableFromInline var retried = 0
    /// Those that ended in an earlier process.
    @usableFromInline var fromJournal = 0
    /// Those that failed in this one.
    @usableFromInline var newFailures = 0

    @inlinable
    init() {}

    var total: Int { succeeded + failed + unknown + notSent }

    @inlinable
    mutating func count<Input, Output>(_ record: BulkRecord<Input, Output>) {
        switch record.end {
        case .succeeded: succeeded += 1
        case .failed: failed += 1
        case .unknown: unknown += 1
        case .notSent: notSent += 1
        }
        if record.attempts > 1 { retried += 1 }
        if record.isFromJournal { fromJournal += 1 } else if case .failed = record.end { newFailures += 1 }
    }

    static func += (tally: inout Self, more: Self) {
        tally.succeeded += more.succeeded
        tally.failed += more.failed
        tally.unknown += more.unknown
        tally.notSent += more.notSent
        tally.retried += more.retried
        tally.fromJournal += more.fromJournal
        tally.newFailures += more.newFailures
    }
}
