// SPDX-License-Identifier: Apache-2.0
//
// A batch on its way, as its tasks see it: what it waits for, and how it is cancelled.

/// The identity of a batch, known to its function and to all tasks that this makes.
@usableFromInline
final class RunningBatch: LoadContext, @unchecked Sendable {  // See each variable.
    private struct State: Sendable {
        var task: Task<Void, Never>?
        var isCancelled = false
        var escalation: TaskPriority?
    }

    private let state = Lock(State())
    let serialNumber = SerialNumber()
    let name: String?
    let priority: TaskPriority
    /// What to run: set before the batch is given to a task, and taken by that.
    private var work: (@Sendable () async -> Void)?
    /// What is to be done when the batch begins to wait for loads of its own, and when it no longer does.
    private let onWaiting: (@Sendable (_ isWaiting: Bool) -> Void)?

    /// The batches that this one waits for, and how many of its loads do. Guarded by `WaitGraph`.
    var awaited: [ObjectIdentifier: (batch: RunningBatch, loads: Int)] = [:]
    /// How many loads of its own it waits for. Guarded by `WaitGraph`.
    var waits = 0
    /// Whether its function has ended: what its tasks do now, they do for nobody. Guarded by `WaitGraph`.
    var hasEnded = false

    @usableFromInline
    init(
        scope: BatchingScope?,
        name: String?,
        priority: TaskPriority,
        onWaiting: (@Sendable (_ isWaiting: Bool) -> Void)?
    ) {
        self.name = name
        self.priority = priority
        self.onWaiting = onWaiting
        super.init(scope: scope)
    }

    override var batch: RunningBatch? { self }

    /// Has the work of the batch done by a task of its scope, unless that has ended.
    @usableFromInline
    func start(_ work: @escaping @Sendable () async -> Void) {
        self.work = work
        if let scope, scope.start(self) { return }
        begin(in: Task.detached(name: name, priority: priority) { await self.run() })
    }

    /// Does the work of the batch, as the current task.
    func run() async {
        guard let work = work.take() else { return }
        await Self.$current.withValue(self) { await work() }
    }

    /// Cancels the task that runs the batch, now or as soon as there is one.
    @usableFromInline
    func cancel() {
        let task = state.withLock { state in
            state.isCancelled = true
            return state.task
        }
        task?.cancel()
    }

    /// Raises the priority of the task that runs the batch.
    @usableFromInline
    func escalate(to priority: TaskPriority) {
        guard #available(macOS 26, *) else { return }
        let task: Task<Void, Never>? = state.withLock { state in
            guard priority > state.escalation ?? self.priority else { return nil }
            state.escalation = priority
            return state.task
        }
        task?.escalatePriority(to: priority)
    }

    /// Notes the task that runs the batch.
    @usableFromInline
    func begin(in task: Task<Void, Never>) {
        let (isCancelled, escalation) = state.withLock { state in
            state.task = task
            return (state.isCancelled, state.escalation)
        }
        if isCancelled { task.cancel() }
        if #available(macOS 26, *), let escalation { task.escalatePriority(to: escalation) }
    }

    /// Says that the batch has ended.
    ///
    /// - Returns: Whether its task is as good as new, and may run another batch.
    func end() -> Bool {
        state.withLock { state in
            state.task = nil
            return !state.isCancelled && state.escalation == nil
        }
    }

    func waitingChanged(to isWaiting: Bool) {
        onWaiting?(isWaiting)
        scope?.waitingOfBatchChanged(to: isWaiting)
    }
}
