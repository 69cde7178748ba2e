// SPDX-License-Identifier: Apache-2.0
//
// A run in numbers.

/// Why a run is over.
public enum BulkEnding: Sendable {
    /// All inputs were read and have an end.
    case completed
    /// As many items failed as ``BulkOptions/failureMode`` allows.
    case stoppedByFailure
    /// The task of the run was cancelled.
    case cancelled
    /// ``BulkOptions/timeout`` passed.
    case timedOut
    /// The source of the inputs threw. What was read before has ended as usual.
    case sourceFailed(any Error)
    /// The journal could not be written. Nothing was sent after that.
    case journalFailed(any Error)
    /// Who was handed the records threw. Nothing was sent after that.
    case handlerFailed(any Error)
}

/// The numbers of a run.
public struct BulkSummary: Sendable {
    /// Items that were done.
    public var succeeded: Int { tally.succeeded }
    /// Items that were certainly not done.
    public var failed: Int { tally.failed }
    /// Items of which nobody can say.
    public var unknown: Int { tally.unknown }
    /// Items that were read and never sent.
    public var notSent: Int { tally.notSent }
    /// Items, among those that are done, that were sent more than once.
    public var retried: Int { tally.retried }
    /// Items whose end was read from a journal.
    public var fromJournal: Int { tally.fromJournal }
    /// Chunks that were sent, those that were sent again among them.
    public internal(set) var chunks = 0
    /// How long the run took.
    public internal(set) var duration = Duration.zero
    /// Why it is over.
    public internal(set) var ending = BulkEnding.completed
    /// The index of the first input that was never read from its source; `nil` if all were.
    public internal(set) var firstUnread: Int?
    var tally = Tally()

    /// All items that have an end.
    public var total: Int { tally.total }

    /// Items a second that were sent and have an end.
    public var rate: Double {
        let sent = succeeded + failed + unknown - fromJournal
        return duration > .zero ? Double(sent) / (duration / .seconds(1)) : 0
    }

    /// Whether every input was read and done.
    public var isSuccess: Bool {
        guard case .completed = ending else { return false }
        return succeeded == total && firstUnread == nil
    }
}

extension BulkSummary: CustomStringConvertible {
    /// The numbers in one line, for a person.
    public var description: String {
        """
        \(succeeded) done, \(failed) failed, \(unknown) unknown, \(notSent) not sent\
        \(firstUnread.map { ", not read from \($0) on" } ?? "")
        """
    }
}
