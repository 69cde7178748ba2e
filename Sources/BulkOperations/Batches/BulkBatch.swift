// SPDX-License-Identifier: Apache-2.0
//
// A unit of work: operations of all kinds, collected and then done.

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif
internal import Synchronization

/// Creations, updates and deletions of records, collected by hand or in a scope (``withBulkBatch(_:_:)``), and done in the
/// order that they ask for.
///
/// ```swift
/// import BulkOperations
///
/// func tidy(with runner: BulkRunner<BulkEnvelope<BulkWork<String>, Bool?>>) async throws {
///     let batch = BulkBatch<String>()
///     try batch.create("user", "Ada")
///     try batch.update("user", ids: ["1", "2"], "inactive")
///     try batch.delete("session", ids: ["7"], priority: 5)
///     print(try await batch.execute(with: runner).summary)
/// }
/// ```
///
/// What has a higher priority is done earlier; what has the same is sent in the order of submission, and may be under way
/// at the same time, unless it is about the same record. Deletions come after the creations and updates of their model,
/// unless they are told to overtake.
public final class BulkBatch<Payload: Sendable>: Sendable {
    /// How far a batch has come.
    public enum Status: String, Hashable, Sendable {
        case collecting, running, ended
    }

    private struct State {
        var work: [BulkWork<Payload>] = []
        var status = Status.collecting
        var started: Date?
        var ended: Date?
    }

    /// What to call the batch.
    public let id: String
    /// When it was made.
    public let created = Date()
    private let state: Mutex<State>

    /// Makes an empty batch.
    ///
    /// - Parameter id: What to call it; something of its own by default.
    public init(id: String? = nil) {
        self.id = id ?? .randomRunID()
        state = Mutex(State())
    }

    private init(id: String, work: [BulkWork<Payload>]) {
        self.id = id
        state = Mutex(State(work: work))
    }

    /// How far it has come.
    public var status: Status { state.withLock { $0.status } }
    /// When it began to run.
    public var started: Date? { state.withLock { $0.started } }
    /// When it had run.
    public var ended: Date? { state.withLock { $0.ended } }
    /// Its operations, in the order of submission.
    public var work: [BulkWork<Payload>] { state.withLock { $0.work } }

    /// Adds the creation of a record.
    ///
    /// - Returns: The place of the operation, which is its index in the result.
    /// - Throws: ``BulkError`` with ``BulkError/Code/invalidInput`` if the batch runs already.
    @discardableResult
    public func create(_ model: String, _ payload: Payload, priority: Int = 0) throws(BulkError) -> Int {
        try add(.create, model, nil, payload, priority)
    }

    /// Adds the update of a record; otherwise as ``create(_:_:priority:)``.
    @discardableResult
    public func update(_ model: String, id: String, _ payload: Payload, priority: Int = 0) throws(BulkError) -> Int {
        try add(.update, model, id, payload, priority)
    }

    /// Adds the update of many records with the same data; otherwise as ``create(_:_:priority:)``.
    public func update(_ model: String, ids: [String], _ payload: Payload, priority: Int = 0) throws(BulkError) {
        for id in ids { try add(.update, model, id, payload, priority) }
    }

    /// Adds the deletion of records; otherwise as ``create(_:_:priority:)``. If it is told to be overtaking, it may be done
    /// before creations and updates of the model.
    public func delete(
        _ model: String,
        ids: [String],
        priority: Int = 0,
        overtaking: Bool = false
    ) throws(BulkError) {
        for id in ids { try add(.delete, model, id, nil, priority, overtaking) }
    }

    @discardableResult
    private func add(
        _ kind: BulkWork<Payload>.Kind,
        _ model: String,
        _ recordID: String?,
        _ payload: Payload?,
        _ priority: Int,
        _ mayOvertake: Bool = false
    ) throws(BulkError) -> Int {
        try state.withLock { state throws(BulkError) in
            guard state.status == .collecting else {
                throw BulkError(.invalidInput, "The batch '\(id)' runs already; add to another one.", offender: model)
            }
            let index = state.work.count
            state.work.append(
                BulkWork(
                    index: index,
                    kind: kind,
                    model: model,
                    recordID: recordID,
                    payload: payload,
                    priority: priority,
                    mayOvertake: mayOvertake
                )
            )
            return index
        }
    }

    /// Cuts the batch into batches of at most so many operations, in the order in which they are to be done.
    ///
    /// The operations keep their indices.
    ///
    /// - Parameter chunkSize: The most operations of a batch; less than 1 counts as 1.
    public func split(chunkSize: Int) -> [BulkBatch] {
        let work = WorkPlan.phases(of: work).flatMap(\.self)
        let size = max(chunkSize, 1)
        return stride(from: 0, to: work.count, by: size).map { start in
            BulkBatch(id: "\(id).\(start / size)", work: Array(work[start..<min(start + size, work.count)]))
        }
    }

    /// Does all operations, once.
    ///
    /// - Returns: The end of each operation, by its index. If the runner stops at a failure, or is cancelled, the rest is
    ///   told as not sent.
    /// - Throws: ``BulkError`` with ``BulkError/Code/invalidInput`` if the batch runs or ran already; what
    ///   ``BulkOperation/prepare()`` throws.
    public func execute<Operation>(
        with runner: BulkRunner<Operation>
    ) async throws -> BulkResult<BulkWork<Payload>, Operation.Output> where Operation.Input == BulkWork<Payload> {
        let work = try state.withLock { state throws(BulkError) in
            guard state.status == .collecting else {
                throw BulkError(.invalidInput, "The batch '\(id)' was executed already.", offender: id)
            }
            state.status = .running
            state.started = Date()
            return state.work
        }
        defer {
            state.withLock { state in
                state.status = .ended
                state.ended = Date()
            }
        }
        let phases = WorkPlan.phases(of: work).map { phase in
            Cargo(phase.map { BulkItem(index: $0.index, input: $0) })
        }
        return try await runner.run(phases: phases)
    }
}

/// Collects operations in a scope and does them when it ends; nothing is sent if it throws.
///
/// - Parameters:
///   - runner: What does them.
///   - body: Adds operations to a batch.
/// - Returns: What the body returned, and the end of each operation.
/// - Throws: What the body throws, with nothing sent; what ``BulkBatch/execute(with:)`` throws.
public func withBulkBatch<Payload: Sendable, Operation: BulkOperation, Success>(
    _ runner: BulkRunner<Operation>,
    _ body: (BulkBatch<Payload>) async throws -> Success
) async throws -> (Success, BulkResult<BulkWork<Payload>, Operation.Output>)
where Operation.Input == BulkWork<Payload> {
    let batch = BulkBatch<Payload>()
    let value = try await body(batch)
    return (value, try await batch.execute(with: runner))
}
