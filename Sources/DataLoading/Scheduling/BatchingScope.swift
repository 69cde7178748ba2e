// SPDX-License-Identifier: Apache-2.0
//
// A scope of exact ticks: it is told who has something to dispatch, and has that done when a tick ends.

import Synchronization

/// One call of ``withBatching(_:_:)``: its executor, what is to be dispatched when the tick ends, and the tasks that
/// run the batches.
///
/// The tasks that run batches are *workers*: made by the *host*, a child task of the scope, so that they carry the
/// scope's task-local values and not those of the caller that happened to be first; and kept for later batches, as long
/// as the scope is open, because a new task costs as much as all the rest of a load.
@usableFromInline
final class BatchingScope: Sendable {
    private struct State: Sendable {
        /// To be called when the tick ends.
        var tickEnds: [TickEnd] = []
        /// Batches that no worker has taken yet.
        var unstaffed: [RunningBatch] = []
        var idleWorkers: [BatchWorker] = []
        var host: Host?
        /// Whether the body has ended.
        var isClosed = false
        /// Whether the last tick has ended too.
        var isOver = false
    }

    private typealias Host = UnsafeContinuation<Void, Never>

    /// What a loader does when a tick ends. A struct, because a function that lies in an array is wrapped, which takes
    /// memory.
    struct TickEnd: Sendable {
        let act: @Sendable (BatchingScope) -> Void
    }

    private let state = Lock(State())
    private let tick: BatchingTick
    @usableFromInline let executor = TickExecutor()
    let registry = LoaderRegistry()
    /// How many batches its tasks may work for.
    private let runningBatches: Atomic<Int>
    let serialNumber = SerialNumber()

    /// More workers than this are not kept.
    private static let mostIdleWorkers = 32

    /// - Parameter batch: The batch whose function makes the scope: one that runs outside of all scopes.
    private init(tick: BatchingTick, within batch: RunningBatch?) {
        self.tick = tick
        runningBatches = Atomic(batch == nil ? 0 : 1)
    }

    /// The scope that the current task was made in. It may have left it since, see ``current``.
    static var inherited: BatchingScope? { LoadContext.current?.scope }

    /// The scope whose ticks wait for the current task.
    ///
    /// An unstructured task inherits task-local values but not the executor: no tick waits for it, so it is outside.
    static var current: BatchingScope? { LoadOrigin.current.scope }

    /// Whether the ticks of this scope, which the current task inherited, wait for it.
    var isOfCurrentTask: Bool {
        if executor.isOnCurrentThread { return true }
        return withUnsafeCurrentTask { $0?.unownedTaskExecutor } == executor.asUnownedTaskExecutor()
    }

    /// Whether the current thread runs one of its tasks.
    @usableFromInline var isOnCurrentThread: Bool { executor.isOnCurrentThread }

    /// Whether the current thread runs one of its tasks, and that is known to work for no batch.
    @usableFromInline var isOnCurrentThreadWithoutBatches: Bool {
        executor.isOnCurrentThread && runningBatches.load(ordering: .relaxed) == 0
    }

    /// Whether none of its tasks can run.
    @usableFromInline var isIdle: Bool { executor.isIdle }

    /// Whether ticks still end: not after the body has.
    @usableFromInline var isOpen: Bool { state.withLock { !$0.isClosed } }

    /// Runs a body in a new scope and sends what is left when it ends.
    static func run<Success, Failure: Error>(
        _ tick: BatchingTick,
        _ body: @concurrent () async throws(Failure) -> Success
    ) async throws(Failure) -> Success {
        let batch = LoadContext.current?.batch
        let scope = BatchingScope(tick: tick, within: batch)
        let outcome = await LoadContext.$current.withValue(LoadContext(scope: scope, within: batch)) {
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

    /// Has something done when this tick ends.
    ///
    /// - Parameter end: What to do. A closure that has caught nothing but a loader needs no memory.
    /// - Returns: Whether it will be done; not if the scope has ended.
    @usableFromInline
    func atTickEnd(_ end: @escaping @Sendable (BatchingScope) -> Void) -> Bool {
        let isOpen = state.withLock { state in
            guard !state.isClosed else { return false }
            state.tickEnds.append(TickEnd(act: end))
            return true
        }
        if isOpen { executor.wantTickEnd(of: self) }
        return isOpen
    }

    /// Does what is to be done at the end of the tick. Called by the executor when no task can run.
    ///
    /// - Parameter ends: An empty array, whose memory is used again and again.
    func endTick(using ends: inout [TickEnd]) {
        let isLast = state.withLock { state in
            swap(&state.tickEnds, &ends)
            return state.isClosed
        }
        for end in ends { end.act(self) }
        ends.removeAll(keepingCapacity: true)
        if isLast { end() }
    }

    private func end() {
        let (host, workers) = state.withLock { state in
            state.isOver = true
            defer { state.idleWorkers.removeAll() }
            return (state.host.take(), state.idleWorkers)
        }
        host?.resume()
        for worker in workers { worker.give(nil) }
    }

    private func close() {
        state.withLock { $0.isClosed = true }
        executor.wantTickEnd(of: self)
    }
}

// Workers

extension BatchingScope {
    /// Runs a batch as a task of the scope. To be called when a tick ends.
    ///
    /// - Returns: Whether it will run; not if the scope is over.
    @usableFromInline
    func start(_ batch: RunningBatch) -> Bool {
        let (isOpen, worker, host): (Bool, BatchWorker?, Host?) = state.withLock { state in
            guard !state.isOver else { return (false, nil, nil) }
            runningBatches.add(1, ordering: .relaxed)
            if let index = state.idleWorkers.lastIndex(where: { $0.suits(batch) }) {
                return (true, state.idleWorkers.remove(at: index), nil)
            }
            state.unstaffed.append(batch)
            return (true, nil, state.host.take())
        }
        if isOpen, tick.waitsForBatches { executor.hold(1) }
        worker?.give(batch)
        host?.resume()
        return isOpen
    }

    func waitingOfBatchChanged(to isWaiting: Bool) {
        if tick.waitsForBatches { executor.hold(isWaiting ? -1 : 1) }
    }

    /// Makes workers for batches that have none, until the scope is over.
    private func host() async {
        while true {
            await withUnsafeContinuation { host in
                let hasWork = state.withLock { state in
                    guard !state.isOver, state.unstaffed.isEmpty else { return true }
                    state.host = host
                    return false
                }
                if hasWork { host.resume() }
            }
            let (batches, isOver) = state.withLock { state in
                defer { state.unstaffed.removeAll() }
                return (state.unstaffed, state.isOver)
            }
            for batch in batches { hire(for: batch) }
            if isOver { return }
        }
    }

    private func hire(for batch: RunningBatch) {
        let worker = BatchWorker(name: batch.name, priority: batch.priority)
        worker.task = Task(name: batch.name, executorPreference: executor, priority: batch.priority) {
            await self.work(as: worker, beginningWith: batch)
        }
        // This task runs on the executor of the worker's, which therefore has not begun.
    }

    /// Runs batches until there is none for it. `@concurrent`, as is what it calls: a function that inherits its
    /// caller's isolation changes back to it after each wait, though all but batch functions is on the scope's executor.
    @concurrent
    private func work(as worker: BatchWorker, beginningWith first: RunningBatch) async {
        var next: RunningBatch? = first
        while next != nil {
            if let task = worker.task { next?.begin(in: task) }
            await next?.run()
            runningBatches.subtract(1, ordering: .relaxed)
            if tick.waitsForBatches { executor.hold(-1) }
            let isAsNew = next?.end() ?? false
            next = nil  // An idle worker does not keep the keys of its last batch.
            if isAsNew { next = await wait(worker) }
        }
    }

    /// Suspends a worker until there is a batch for it.
    @concurrent
    private func wait(_ worker: BatchWorker) async -> RunningBatch? {
        await withUnsafeContinuation { continuation in
            worker.continuation = continuation
            let isKept = state.withLock { state in
                guard !state.isOver, state.idleWorkers.count < Self.mostIdleWorkers else { return false }
                state.idleWorkers.append(worker)
                return true
            }
            if !isKept { worker.give(nil) }
        }
    }
}

/// A task that runs batches of one priority, and of loaders of one name.
///
/// It is used by its own task, or by whoever took it out of the list of idle ones: never by two threads at a time.
final class BatchWorker: @unchecked Sendable {
    let name: String?
    let priority: TaskPriority
    var task: Task<Void, Never>?
    var continuation: UnsafeContinuation<RunningBatch?, Never>?

    init(name: String?, priority: TaskPriority) {
        self.name = name
        self.priority = priority
    }

    func suits(_ batch: RunningBatch) -> Bool { priority == batch.priority && name == batch.name }

    /// Resumes an idle worker with a batch, or to end.
    func give(_ batch: RunningBatch?) {
        continuation.take()?.resume(returning: batch)
    }
}
