// SPDX-License-Identifier: Apache-2.0
//
// One call of an operation: its time limit, and what its end says of each item.

internal import Synchronization

extension BulkOutcome {
    /// What an error that an operation threw says of its items.
    static func thrown(_ error: any Error, mayRepeat: Bool) -> Self {
        if error is CancellationError { return .unknown(error, mayRepeat: mayRepeat) }
        return ThrownErrors.outcome(of: error, mayRepeat: mayRepeat) ?? .failure(error)
    }
}

/// Calls an operation.
struct Attempt<Operation: BulkOperation>: Sendable {
    typealias Outcome = BulkOutcome<Operation.Output>

    let operation: Operation
    let timeout: Duration?
    let gracePeriod: Duration
    let clock: RunClock

    /// An outcome for each item, whatever the operation does.
    func outcomes(of chunk: BulkChunk<Operation.Input>) async -> [Outcome] {
        let outcomes: [Outcome]
        do {
            outcomes = try await perform(chunk)
        } catch {
            let mayRepeat = chunk.hasIdempotencyKeys
            outcomes = chunk.items.map { _ in .thrown(error, mayRepeat: mayRepeat) }
        }
        guard outcomes.count == chunk.items.count else {
            let error = BulkError(
                .wrongOutcomeCount,
                """
                The operation returned \(outcomes.count) outcomes for \(chunk.items.count) items. It must return one for \
                each, in the order of the items.
                """
            )
            return chunk.items.map { _ in .unknown(error) }
        }
        return chunk.isAtomic ? Outcome.atomic(outcomes) : outcomes
    }

    private func perform(_ chunk: BulkChunk<Operation.Input>) async throws -> [Outcome] {
        guard let timeout else { return try await operation.perform(chunk) }
        let end = FirstEnd<[Outcome]>()
        let work = Task {
            do { end.set(.success(try await operation.perform(chunk))) } catch { end.set(.failure(error)) }
        }
        let timer = Task {
            // Cancelled when the work has ended: then there is nothing to time out.
            guard (try? await clock.sleep(for: timeout)) != nil else { return }
            work.cancel()
            try? await clock.sleep(for: gracePeriod)
            end.set(.success(chunk.items.map { _ in timedOut(after: timeout, chunk) }))
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await end.value
        } onCancel: {
            work.cancel()
        }
    }

    private func timedOut(after timeout: Duration, _ chunk: BulkChunk<Operation.Input>) -> Outcome {
        let error = BulkError(
            .timedOut,
            "An attempt took more than \(timeout) for \(chunk.items.count) items, and nothing was heard of them since."
        )
        return .unknown(error, mayRepeat: chunk.hasIdempotencyKeys)
    }
}

extension BulkOutcome {
    /// The outcomes of a chunk that was done as a whole or not at all: what is unknown of one is unknown of all, and if
    /// one failed, none was done.
    static func atomic(_ outcomes: [Self]) -> [Self] {
        var unknown: (any Error)?
        var mayRepeat = true
        var failure: (any Error)?
        var transient: (error: any Error, retryAfter: Duration?)?
        for outcome in outcomes {
            switch outcome {
            case .success: break
            case .failure(let error): failure = failure ?? error
            case .transient(let error, let after): transient = transient ?? (error, after)
            case .unknown(let error, let mayBeRepeated):
                unknown = unknown ?? error
                mayRepeat = mayRepeat && mayBeRepeated
            }
        }
        return outcomes.map { outcome in
            if let unknown { return .unknown(unknown, mayRepeat: mayRepeat) }
            switch outcome {
            case .success where failure != nil, .transient where failure != nil: return .rolledBack(because: failure)
            case .success: return transient.map { .transient($0.error, retryAfter: $0.retryAfter) } ?? outcome
            case .failure, .transient, .unknown: return outcome
            }
        }
    }

    private static func rolledBack(because cause: (any Error)?) -> Self {
        let cause = cause.map { " \($0)" } ?? ""
        return .failure(BulkError(.rolledBack, "Another item of the chunk failed, which is all or nothing:\(cause)"))
    }
}

/// The first of several ends, for one who waits.
private final class FirstEnd<Value: Sendable>: Sendable {
    private struct State {
        var end: Result<Value, any Error>?
        var waiter: CheckedContinuation<Value, any Error>?
    }

    private let state = Mutex(State())

    func set(_ end: Result<Value, any Error>) {
        let waiter = state.withLock { state in
            guard state.end == nil else { return nil as CheckedContinuation<Value, any Error>? }
            state.end = end
            return state.waiter.take()
        }
        waiter?.resume(with: end)
    }

    var value: Value {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let end = state.withLock { state in
                    if state.end == nil { state.waiter = continuation }
                    return state.end
                }
                if let end { continuation.resume(with: end) }
            }
        }
    }
}
