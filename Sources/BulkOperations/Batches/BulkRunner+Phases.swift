// SPDX-License-Identifier: Apache-2.0
//
// Several runs one after another, as one.

extension BulkRunner {
    /// Runs phases of items one after another. Once one was not completed, the rest is not sent.
    func run(phases: [Cargo<Input>]) async throws -> Result {
        let runID = String.randomRunID()
        var whole = try await run(phases.first ?? Cargo(), runID: runID)
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
        summary.tally += next.summary.tally
        summary.chunks += next.summary.chunks
        summary.duration += next.summary.duration
        summary.ending = next.summary.ending
    }

    fileprivate mutating func appendUnsent(_ cargo: Cargo<Input>) {
        notSent += cargo.items.map { BulkUnsent(index: $0.index, input: $0.input, round: 0) }
        summary.tally.notSent += cargo.count
    }
}
