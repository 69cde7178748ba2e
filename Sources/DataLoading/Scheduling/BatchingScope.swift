// SPDX-License-Identifier: Apache-2.0
//
// A scope of exact ticks: its tasks, and the loaders that have something to dispatch when a tick ends.

import Synchronization

/// One call of ``withBatching(_:_:)``: the executor of its tasks, and the tasks that run its batches.
@usableFromInline
final class BatchingScope: @unchecked Sendable {  // See `own`.
    typealias Host = UnsafeContinuation<Void, Never>

    /// What only the thread touches that runs the scope's jobs, between two of them or as a part of one. There is at most
    /// one such thread, so this needs no lock.
    struct Own {
        var jobs: [UnownedJob] = []
        /// Whether it runs a task, which is one of the scope's, rather than an actor, which runs tasks of anybody.
        var isRunningTask = false
        var tickEnds: [TickEnd] = []
        /// How many batches its tasks may work for.
        var runningBatches: Int
        /// Batches that no worker has taken yet.
        var unstaffed: [RunningBatch] = []
        var idleWorkers: [BatchWorker] = []
        var host: Host?
        /// Whether the last tick has ended too.
        var isOver = false
    }

    @exclusivity(unchecked) var own: Own
    let mailbox = Lock(Mailbox())
    /// The thread that runs a job of this scope; 0 while there is none.
    let thread = Atomic<UInt>(0)
    let tick: BatchingTick
    let registry = LoaderRegistry()
    let serialNumber = SerialNumber()

    /// - Parameter batch: The batch whose function makes the scope: one that runs outside of all scopes.
    private init(tick: BatchingTick, within batch: RunningBatch?) {
        self.tick = tick
        own = Own(runningBatches: batch == nil ? 0 : 1)
    }

    /// The scope that the current task was made in. It may have left it since, see ``current``.
    static var inherited: BatchingScope? { LoadContext.current?.scope }

    /// The scope whose ticks wait for the current task.
    ///
    /// An unstructured task inherits task-local values but not the executor: no tick waits for it, so it is outside.
    static var current: BatchingScope? { LoadOrigin.current.scope }

    /// Whether the ticks of this scope, which the current task inherited, wait for it.
    var isOfCurrentTask: Bool {
        if isRunningOnCurrentThread { return true }
        return withUnsafeCurrentTask { $0?.unownedTaskExecutor } == asUnownedTaskExecutor()
    }

    /// Whether the current thread runs one of its tasks, as far as can be told without asking for the task.
    @usableFromInline var isRunningOnCurrentThread: Bool { isOnCurrentThread && own.isRunningTask }

    /// Whether the current thread runs one of its tasks, and that is known to work for no batch.
    @usableFromInline var isRunningWithoutBatches: Bool { isRunningOnCurrentThread && own.runningBatches == 0 }

    /// Whether ticks still end: not after the body has.
    @usableFromInline var isOpen: Bool { mailbox.withLock { !$0.isClosed } }

    /// Runs a body in a new scope and sends what is left when it ends.
    static func run<Success, Failure: Error>(
        _ tick: BatchingTick,
        _ body: @concurrent () async throws(Failure) -> Success
    ) async throws(Failure) -> Success {
        let batch = LoadContext.current?.batch
        let scope = BatchingScope(tick: tick, within: batch)
        let outcome = await LoadContext.$current.withValue(LoadContext(scope: scope, within: batch)) {
            await withTaskExecutorPreference(scope) { () async -> Result<Success, Failure> in
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
}
