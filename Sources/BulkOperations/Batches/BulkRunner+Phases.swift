// SPDX-License-Identifier: Apache-2.0
//
// Several runs one after another, as one.

extension BulkRunner {
    /// Runs phases of items one after another. Once one was not completed, the rest is not sent.
    func run(phases: [[ItemState<Input>]]) async throws -> Result {
        let runID = String.randomRunID()
        var whole = try await run(phases.first ?? [], runID: runID)
        for phase in phases.dropFirst() {
            if case .completed = whole.summary.ending {
                let next = try await run(phase, runID: runID)
                whole.append(next)
            } else {
                whole.appendUnsent(phase)
            }
        }
        whole.sort()
        return whole
    }
}

extension BulkResult {
    fileprivate mutating func append(_ next: BulkResult) {
        successes += next.successes
        failures += next.failures
        unknown += next.unknown
        notSent += next.notSent
        summary.succeeded += next.summary.succeeded
        summary.failed += next.summary.failed
        summary.unknown += next.summary.unknown
        summary.notSent += next.summary.notSent
        summary.retried += next.summary.retried
        summary.chunks += next.summary.chunks
        summary.duration += next.summary.duration
        summary.ending = next.summary.ending
    }

    fileprivate mutating func appendUnsent(_ items: [ItemState<Input>]) {
        notSent += items.map { BulkUnsent(index: $0.item.index, input: $0.item.input, round: 0) }
        summary.notSent += items.count
    }
}
