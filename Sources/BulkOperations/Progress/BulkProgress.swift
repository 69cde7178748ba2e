// SPDX-License-Identifier: Apache-2.0
//
// How far a run has come.

/// A run at one moment.
public struct BulkProgress: Sendable {
    /// How many inputs there are, if that is known.
    public internal(set) var total: Int?
    /// Items that were done.
    public internal(set) var succeeded = 0
    /// Items that were certainly not done.
    public internal(set) var failed = 0
    /// Items of which nobody can say.
    public internal(set) var unknown = 0
    /// Items that were read and never sent.
    public internal(set) var notSent = 0
    /// Items, among those that have an end, that were sent more than once.
    public internal(set) var retried = 0
    /// Items whose end was read from a journal.
    public internal(set) var fromJournal = 0
    /// Items that were read and have no end yet.
    public internal(set) var inFlight = 0
    /// Chunks that were sent, those that were sent again among them.
    public internal(set) var chunks = 0
    /// How many items the next chunk will have.
    public internal(set) var chunkSize = 0
    /// How long the run has taken.
    public internal(set) var elapsed = Duration.zero
    /// Whether this is the last there will be.
    public internal(set) var isLast = false

    /// Items that have an end, and were sent or are not valid.
    public var completed: Int { succeeded + failed + unknown }

    /// How much of the inputs has an end, from 0 to 1; `nil` if it is not known how many there are.
    public var fraction: Double? {
        total.map { $0 > 0 ? Double(completed) / Double($0) : 1 }
    }

    /// Items a second, those of the journal left out.
    public var rate: Double {
        elapsed > .zero ? Double(completed - fromJournal) / (elapsed / .seconds(1)) : 0
    }

    /// How long the rest takes at this rate; `nil` if that cannot be said.
    public var timeRemaining: Duration? {
        guard let total, rate > 0 else { return nil }
        return .seconds(Double(max(total - completed, 0)) / rate)
    }
}
