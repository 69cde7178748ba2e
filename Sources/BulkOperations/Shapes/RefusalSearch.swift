// SPDX-License-Identifier: Apache-2.0
//
// One bad value refuses a document with all that is in it: who is to blame is found out, so that the others are done.

internal import GraphQLBatching

/// Runs items as documents, and those again in halves that were refused with their document, of which nothing ran.
///
/// Items of one document stay in their order. When so many were refused alone and none has passed, it is not for their
/// values, and the rest of them fails as it was refused: else a field that the server does not have would cost two
/// requests an item.
struct RefusalSearch<Input: Sendable, Output: Sendable> {
    private static var mostRefusedAlone: Int { 8 }

    let run: ([BulkItem<Input>]) async -> [BulkOutcome<Output>]
    private var refusedAlone = 0
    private var hasPassed = false

    init(run: @escaping ([BulkItem<Input>]) async -> [BulkOutcome<Output>]) {
        self.run = run
    }

    /// An outcome for each item.
    ///
    /// - Complexity: One call of `run` if nothing is refused, and at most 2 log *n* more for each item that is to blame.
    mutating func outcomes(of items: [BulkItem<Input>]) async -> [BulkOutcome<Output>] {
        var outcomes = await run(items)
        let refused = outcomes.indices.filter { outcomes[$0].isOfRefusedDocument }
        hasPassed = hasPassed || outcomes.contains(where: \.isSuccess)
        guard items.count > 1 else {
            refusedAlone += refused.count
            return outcomes
        }
        let halves = [refused.prefix(refused.count / 2), refused.suffix(refused.count - refused.count / 2)]
        for half in halves where !half.isEmpty && !Task.isCancelled && mayGoOn {
            let found = await self.outcomes(of: half.map { items[$0] })
            for (place, outcome) in zip(half, found) { outcomes[place] = outcome }
        }
        return outcomes
    }

    private var mayGoOn: Bool { hasPassed || refusedAlone < Self.mostRefusedAlone }
}

extension BulkOutcome {
    fileprivate var isSuccess: Bool {
        if case .success = self { true } else { false }
    }

    /// Whether nothing of the item's document ran, for what was in it and not for who sent it, how or how often.
    fileprivate var isOfRefusedDocument: Bool {
        guard case .failure(let failure) = self, let error = failure as? GraphQLClientError else { return false }
        return error.code == .requestRejected && error.isBeforeExecution && !error.isOfAllFields
    }
}
