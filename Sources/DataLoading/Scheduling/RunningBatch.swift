// SPDX-License-Identifier: Apache-2.0
//
// A batch on its way, as its tasks see it: what it waits for, and how it is cancelled.

/// A batch, as its function and all tasks that this makes know it. What it fetches, only its subclass knows.
@usableFromInline
class RunningBatch: LoadContext, @unchecked Sendable {  // See each variable.
    private struct State: Sendable {
        var task: Task<Void, Never>?
        var isCancelled = false
        /// The priority that it was raised to; 0 if it was not. (A `TaskPriority?` is copied by calls of the runtime.)
        var escalation: UInt8 = 0
    }

    private let state = Lock(State())
    final let serialNumber = SerialNumber()
    final let name: String?
    @usableFromInline final let priority: TaskPriority
    /// What to run: set before the batch is given to a task, and taken by that.
    private var work: (@Sendable (RunningBatch) async -> Void)?
    /// What is to be done when the batch begins to wait for loads of its own, and when it no longer does.
    private let onWaiting: (@Sendable (_ isWaiting: Bool) -> Void)?

    // What follows is guarded by `WaitGraph`, which makes the run-time check for exclusive access superfluous.

    /// The batches that this one waits for, and how many of its loads do.
    @exclusivity(unchecked) final var awaited: [ObjectIdentifier: (batch: RunningBatch, loads: Int)] = [:]
    /// How many loads of its own it waits for.
    @exclusivity(unchecked) final var waits = 0
    /// Whether its function has ended: what its tasks do now, they do for nobody.
    @exclusivity(unchecked) final var hasEnded = false

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

    final override var batch: RunningBatch? { self }

    /// Has the work of the batch done by a task of its scope, unless that has ended.
    ///
    /// - Parameter work: What to do. It is given the batch, so it need catch nothing: what has is called through another
    ///   function.
    @usableFromInline
    final func start(_ work: @escaping @Sendable (RunningBatch) async -> Void) {
        self.work = work
        if let scope, scope.start(self) { return }
        begin(in: Task.detached(name: name, priority: priority) { await self.run() })
    }

    /// Does the work of the batch, as the current task.
    @concurrent
    final func run() async {
        guard let work = work.take() else { return }
        await Self.$current.withValue(self) { await work(self) }
    }

    /// Cancels the task that runs the batch, now or as soon as there is one.
    @usableFromInline
    final func cancel() {
        let task = state.withLock { state in
            state.isCancelled = true
            return state.task
        }
        task?.cancel()
    }

    /// Raises the priority of the task that runs the batch.
    @usableFromInline
    final func escalate(to priority: TaskPriority) {
        guard #available(macOS 26, *) else { return }
        let task: Task<Void, Never>? = state.withLock { state in
            guard priority.rawValue > max(state.escalation, self.priority.rawValue) else { return nil }
            state.escalation = priority.rawValue
            return state.task
        }
        task?.escalatePriority(to: priority)
    }

    /// Notes the task that runs the batch.
    @usableFromInline
    final func begin(in task: Task<Void, Never>) {
        let (isCancelled, escalation) = state.withLock { state in
            state.task = task
            return (state.isCancelled, state.escalation)
        }
        if isCancelled { task.cancel() }
        if #available(macOS 26, *), escalation > 0 { task.escalatePriority(to: TaskPriority(rawValue: escalation)) }
    }

    /// Says that the batch has ended.
    ///
    /// - Returns: Whether its task is as good as new, and may run another batch.
    final func end() -> Bool {
        state.withLock { state in
            state.task = nil
            return !state.isCancelled && state.escalation == 0
        }
    }

    final func waitingChanged(to isWaiting: Bool) {
        onWaiting?(isWaiting)
        scope?.waitingOfBatchChanged(to: isWaiting)
    }
}
