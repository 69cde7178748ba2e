// SPDX-License-Identifier: Apache-2.0
//
// A scope of exact ticks: it is told who has something to dispatch, and has that done when a tick ends.

/// One call of ``withBatching(_:)``: its executor, and what is to be dispatched when the tick ends.
///
/// A child task of the scope, the *host*, sleeps until a tick ends, has batches dispatched, and sleeps again. So the
/// tasks of batches carry the task-local values of the scope and not those of the caller that happened to be first.
@usableFromInline
final class BatchingScope: Sendable {
    private struct State: Sendable {
        var dispatches: [@Sendable () -> Void] = []
        var isClosed = false
    }

    private let state = Lock(State())
    @usableFromInline let executor = TickExecutor()

    /// The scope that a task was made in. It may have left it since, see ``current``.
    @TaskLocal private static var inherited: BatchingScope?

    /// The scope whose ticks wait for the current task.
    ///
    /// An unstructured task inherits task-local values but not the executor: no tick waits for it, so it is outside.
    @usableFromInline static var current: BatchingScope? {
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

    /// Whether ticks still end: not after the body has.
    var isOpen: Bool { state.withLock { !$0.isClosed } }

    /// Has a dispatch made by the host when this tick ends.
    ///
    /// - Returns: Whether it will be; not if the scope has ended.
    @usableFromInline
    func atTickEnd(_ dispatch: @escaping @Sendable () -> Void) -> Bool {
        let isOpen = state.withLock { state in
            guard !state.isClosed else { return false }
            state.dispatches.append(dispatch)
            return true
        }
        if isOpen { executor.wantTickEnd() }
        return isOpen
    }

    private func host() async {
        while true {
            await executor.tickEnd()
            let (dispatches, isClosed) = state.withLock { state in
                defer { state.dispatches.removeAll() }
                return (state.dispatches, state.isClosed)
            }
            for dispatch in dispatches { dispatch() }
            if isClosed { return }
        }
    }

    private func close() {
        state.withLock { $0.isClosed = true }
        executor.wantTickEnd()
    }
}
