// SPDX-License-Identifier: Apache-2.0
//
// A scope of exact ticks: it knows which loaders gathered keys, and has them dispatched when a tick ends.

/// What gathers keys during a tick and sends them when it ends.
protocol TickParticipant: AnyObject, Sendable {
    /// Sends what was gathered in the scope. Called inside the scope's host, so that tasks made here carry the
    /// task-local values of the scope.
    func dispatch(gatheredIn scope: BatchingScope)
}

/// One call of ``withBatching(_:)``: its executor, and the loaders that have something to send when the tick ends.
///
/// A child task of the scope, the *host*, sleeps until a tick ends, dispatches, and sleeps again. So batches begin as
/// tasks of the scope and not of the caller that happened to be first.
final class BatchingScope: Sendable {
    private struct State: Sendable {
        var participants: [any TickParticipant] = []
        var isClosed = false
    }

    private let state = Lock(State())
    let executor = TickExecutor()

    /// The scope that a task was made in. It may have left it since, see ``current``.
    @TaskLocal private static var inherited: BatchingScope?

    /// The scope whose ticks wait for the current task.
    ///
    /// An unstructured task inherits task-local values but not the executor: no tick waits for it, so it is outside.
    static var current: BatchingScope? {
        guard let scope = inherited else { return nil }
        let executor = withUnsafeCurrentTask { $0?.unownedTaskExecutor }
        return executor == scope.executor.asUnownedTaskExecutor() ? scope : nil
    }

    /// Runs a body in a new scope and sends what is left when it ends.
    static func run<Success, Failure: Error>(
        _ body: @concurrent () async throws(Failure) -> Success
    ) async throws(Failure) -> Success {
        let scope = BatchingScope()
        let outcome = await $inherited.withValue(scope) {
            await withTaskExecutorPreference(scope.executor) { () async -> Result<Success, Failure> in
                async let host: Void = scope.host()
                let outcome: Result<Success, Failure>
                do throws(Failure) {
                    outcome = .success(try await body())
                } catch {
                    outcome = .failure(error)
                }
                scope.close()
                await host
                return outcome
            }
        }
        return try outcome.get()
    }

    /// Has a loader dispatch what it gathered when this tick ends.
    ///
    /// - Returns: Whether it will be; not if the scope has ended.
    func dispatchAtTickEnd(_ participant: any TickParticipant) -> Bool {
        let isOpen = state.withLock { state in
            guard !state.isClosed else { return false }
            state.participants.append(participant)
            return true
        }
        if isOpen { executor.wantTickEnd() }
        return isOpen
    }

    private func host() async {
        while true {
            await executor.tickEnd()
            let (participants, isClosed) = state.withLock { state in
                defer { state.participants.removeAll() }
                return (state.participants, state.isClosed)
            }
            for participant in participants {
                participant.dispatch(gatheredIn: self)
            }
            if isClosed { return }
        }
    }

    private func close() {
        state.withLock { $0.isClosed = true }
        executor.wantTickEnd()
    }
}
