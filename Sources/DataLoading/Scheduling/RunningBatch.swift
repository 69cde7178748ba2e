// SPDX-License-Identifier: Apache-2.0
//
// A batch on its way, as its tasks see it: what it waits for, and how it is cancelled.

import Synchronization

/// A batch, as its function and all tasks that this makes know it. What it fetches, only its subclass knows.
@usableFromInline
class RunningBatch: @unchecked Sendable {  // See each variable.
    @usableFromInline typealias Work = @Sendable (RunningBatch) async -> Void

    /// What has become of a batch, and what was asked of the task that runs it.
    private struct Status {
        static let isRunning: UInt16 = 0x100
        static let hasEnded: UInt16 = 0x200
        static let isCancelled: UInt16 = 0x400

        var bits: UInt16

        /// Whether there is a task that may be changed for this batch.
        var hasTask: Bool { bits & (Self.isRunning | Self.hasEnded) == Self.isRunning }
        var isCancelled: Bool { bits & Self.isCancelled != 0 }
        /// The priority that the batch was raised to; 0 if it was not.
        var escalation: UInt8 { UInt8(truncatingIfNeeded: bits) }
    }

    private let status = Atomic<UInt16>(0)
    /// Set before the batch is running, and not changed after.
    @exclusivity(unchecked) private var task: Task<Void, Never>?
    let serialNumber = SerialNumber()
    final let name: String?
    final let scope: BatchingScope?
    @usableFromInline final let priority: Priority
    /// What to run: set before the batch is given to a task, and taken by that.
    @exclusivity(unchecked) private var work: Work?
    /// What is to be done when the batch begins to wait for loads of its own, and when it no longer does.
    private let onWaiting: (@Sendable (_ isWaiting: Bool) -> Void)?
    /// How many loads of its own it waits for, and whether its function has ended: see ``WaitGraph``.
    final let waits = Atomic<UInt>(0)
    /// The batches that this one waits for, and how many of its loads do. Guarded by ``WaitGraph``.
    @exclusivity(unchecked) final var awaited: [ObjectIdentifier: (batch: RunningBatch, loads: Int)] = [:]

    @usableFromInline
    init(
        scope: BatchingScope?,
        name: String?,
        priority: Priority,
        onWaiting: (@Sendable (_ isWaiting: Bool) -> Void)?
    ) {
        self.scope = scope
        self.name = name
        self.priority = priority
        self.onWaiting = onWaiting
    }

    /// Has the work of the batch done by a task of its scope, unless that has ended.
    ///
    /// - Parameter work: What to do. It is given the batch, so it need catch nothing: what has is called through another
    ///   function.
    @usableFromInline
    final func start(_ work: @escaping Work) {
        self.work = work
        if scope?.start(self) == true { return }
        let task = Task.detached(name: name, priority: priority.taskPriority) {
            await LoadContext.$current.withValue(WorkerContext(scope: self.scope, running: self)) { () async -> Void in
                await self.takeWork()?(self)
            }
        }
        begin(in: task)
    }

    final func takeWork() -> Work? { work.take() }

    /// Cancels the task that runs the batch, now or as soon as there is one.
    @usableFromInline
    final func cancel() {
        let (before, _) = status.bitwiseOr(Status.isCancelled, ordering: .acquiringAndReleasing)
        if Status(bits: before).hasTask { task?.cancel() }
    }

    /// Raises the priority of the task that runs the batch.
    @usableFromInline
    final func escalate(to priority: Priority) {
        guard #available(macOS 26, *), priority > self.priority else { return }
        var seen = Status(bits: status.load(ordering: .relaxed))
        while priority.rawValue > seen.escalation {
            let raised = seen.bits & 0xFF00 | UInt16(priority.rawValue)
            let (isRaised, found) = status.weakCompareExchange(
                expected: seen.bits,
                desired: raised,
                ordering: .acquiringAndReleasing
            )
            seen.bits = found
            guard isRaised else { continue }
            if seen.hasTask { task?.escalatePriority(to: priority.taskPriority) }
            return
        }
    }

    /// Notes the task that runs the batch.
    @usableFromInline
    final func begin(in task: Task<Void, Never>) {
        self.task = task
        let before = Status(bits: status.bitwiseOr(Status.isRunning, ordering: .acquiringAndReleasing).oldValue)
        if before.isCancelled { task.cancel() }
        if #available(macOS 26, *), before.escalation > 0 {
            task.escalatePriority(to: TaskPriority(rawValue: before.escalation))
        }
    }

    /// Says that the batch has ended.
    ///
    /// - Returns: Whether its task was neither cancelled nor raised, and will not be.
    final func end() -> Bool {
        let before = Status(bits: status.bitwiseOr(Status.hasEnded, ordering: .acquiringAndReleasing).oldValue)
        return !before.isCancelled && before.escalation == 0
    }

    final func waitingChanged(to isWaiting: Bool) {
        onWaiting?(isWaiting)
        scope?.waitingOfBatchChanged(to: isWaiting)
    }
}
