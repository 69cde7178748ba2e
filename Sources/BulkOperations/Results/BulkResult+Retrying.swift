// SPDX-License-Identifier: Apache-2.0
//
// Running what failed again, from the result itself.

/// Items that are to be run again, and with which options if not the same.
struct Rerun<Input: Sendable>: Sendable {
    var cargo: Cargo<Input>
    var options: BulkOptions?
}

extension BulkResult {
    /// Runs again what failed, and what was never sent; what was done stays as it is.
    ///
    /// An input that was not valid is checked again. What is unknown is not run again unless it is asked for, which does
    /// no harm where the server knows the idempotency keys of items, which stay the same. It may where an operation
    /// ``BulkOperation/keysWholeChunks``: there, go on with the journal instead.
    ///
    /// - Parameters:
    ///   - includingUnknown: Whether items of unknown outcome are run again too.
    ///   - options: Other options for this run.
    /// - Returns: The whole result: items keep their indices, and their attempts are counted on. The summary's duration is
    ///   that of both.
    /// - Throws: What ``BulkRunner/run(_:journal:progress:)`` throws.
    public func retryFailed(includingUnknown: Bool = false, options: BulkOptions? = nil) async throws -> BulkResult {
        var items = failures.map { $0.again(round: $0.round + 1, isSuspect: false) }
        items += notSent.map { (BulkItem(index: $0.index, input: $0.input, round: $0.round), ItemPast(of: $0.index)) }
        if includingUnknown { items += unknown.map { $0.again(round: $0.round, isSuspect: true) } }
        guard let rerun, !items.isEmpty else { return self }
        var cargo = Cargo<Input>()
        for (item, past) in items.sorted(by: { $0.0.index < $1.0.index }) { cargo.append(item, past) }
        var result = try await rerun(Rerun(cargo: cargo, options: options))
        result.add(self, includingUnknown: !includingUnknown)
        return result
    }

    /// Adds what an earlier run left as it is.
    private mutating func add(_ earlier: BulkResult, includingUnknown: Bool) {
        successes += earlier.successes
        if includingUnknown { unknown += earlier.unknown }
        sort()
        summary.tally.succeeded = successes.count
        summary.tally.failed = failures.count
        summary.tally.unknown = unknown.count
        summary.tally.notSent = notSent.count
        summary.tally.retried += earlier.summary.retried
        summary.tally.fromJournal = earlier.summary.fromJournal
        summary.chunks += earlier.summary.chunks
        summary.duration += earlier.summary.duration
        summary.firstUnread = earlier.summary.firstUnread
        if case .completed = summary.ending, summary.firstUnread != nil { summary.ending = earlier.summary.ending }
    }
}

extension BulkFailure {
    fileprivate func again(round: Int, isSuspect: Bool) -> (BulkItem<Input>, ItemPast) {
        (
            BulkItem(index: index, input: input, round: round),
            ItemPast(of: index, attempts: attempts, error: error, isSuspect: isSuspect)
        )
    }
}
