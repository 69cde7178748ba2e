// SPDX-License-Identifier: Apache-2.0
//
// Many operations in one request: how they are read, in which order they run, and which results are told.

import GraphQLBatching

/// The body of a request to the endpoint of envelopes.
struct Envelope {
    private let operations: [(id: GraphQLValue, operation: ItemOperation)]
    private let isAtomic: Bool
    private let continuesOnError: Bool
    private let isParallel: Bool
    private let timeout: Duration?
    private let suppressesSuccess: Bool

    /// How many rows run at once in a parallel envelope.
    static let lanes = 4

    /// Reads an envelope.
    ///
    /// - Throws: The outcome that refuses it as a whole.
    init(_ body: GraphQLValue?, maximum: Int) throws(EnvelopeRefusal) {
        guard let list = body?["operations"]?.elements else {
            throw EnvelopeRefusal(400, "invalid_format", "The body has no list 'operations'.")
        }
        guard !list.isEmpty else { throw EnvelopeRefusal(400, "empty_request", "There is no operation.") }
        guard list.count <= maximum else {
            throw EnvelopeRefusal(413, "too_many_operations", "\(list.count) operations are more than \(maximum).")
        }
        operations = try list.map { (element) throws(EnvelopeRefusal) in
            guard let id = element["id"], let operation = ItemOperation(element) else {
                throw EnvelopeRefusal(400, "invalid_format", "An operation lacks 'id', 'method' or 'path'.")
            }
            return (id, operation)
        }
        guard Set(operations.map(\.id)).count == operations.count else {
            throw EnvelopeRefusal(400, "invalid_format", "Two operations have the same id.")
        }
        let options = body?["options"]
        isAtomic = options?["atomic"] == true
        continuesOnError = options?["continue_on_error"] != false
        isParallel = options?["parallel"] == true
        timeout = options?["timeout_ms"]?.wholeNumber.map { .milliseconds($0) }
        suppressesSuccess = options?["suppress_success"] == true
    }

    /// Runs the operations. Gives the reply and how long the rows take.
    ///
    /// A parallel envelope's results come in another order. The result of a record whose name begins with `lost` is left
    /// out, as bad servers do.
    func run(on store: inout ItemStore, rowCost: Duration) -> (reply: LoopbackReply, time: Duration) {
        let before = store
        var outcomes: [ItemOutcome] = []
        let lanes = isParallel ? Self.lanes : 1
        var rows = 0
        var hasFailed = false
        for (_, operation) in operations {
            if hasFailed, isAtomic || !continuesOnError {
                outcomes.append(.refusal(424, "not_executed", "Another operation failed before this one."))
            } else if let timeout, rowCost * (rows / lanes + 1) > timeout {
                outcomes.append(.refusal(408, "timeout", "The time was over before this operation."))
                hasFailed = hasFailed || isAtomic
            } else {
                rows += 1
                outcomes.append(store.perform(operation))
                hasFailed = hasFailed || outcomes.last?.isSuccess == false
            }
        }
        if isAtomic, hasFailed {
            store = before
            for index in outcomes.indices where outcomes[index].isSuccess {
                outcomes[index] = .refusal(424, "rolled_back", "It was undone, because another operation failed.")
            }
        }
        let reply = LoopbackReply.json(200, ["results": .list(results(outcomes)), "meta": meta(outcomes)])
        return (reply, rowCost * ((rows + lanes - 1) / lanes))
    }

    private func results(_ outcomes: [ItemOutcome]) -> [GraphQLValue] {
        let told = zip(operations, outcomes).filter { operation, _ in
            operation.operation.body?["name"]?.text?.hasPrefix("lost") != true
        }
        let results = told.map { $1.json(named: "id", $0.id, withBody: !suppressesSuccess) }
        return isParallel ? results.reversed() : results
    }

    private func meta(_ outcomes: [ItemOutcome]) -> GraphQLValue {
        let succeeded = outcomes.count(where: \.isSuccess)
        return [
            "total": .int(outcomes.count), "succeeded": .int(succeeded), "failed": .int(outcomes.count - succeeded),
        ]
    }
}

/// Why an envelope, or a job, is refused as a whole.
struct EnvelopeRefusal: Error {
    let outcome: ItemOutcome

    init(_ status: Int, _ code: String, _ message: String) { outcome = .refusal(status, code, message) }
}
