// SPDX-License-Identifier: Apache-2.0
//
// A task of a scope that runs one batch after another.

/// A task that runs batches of one priority, and of loaders of one name.
///
/// It is used by the thread that runs the scope's jobs, and by no other.
final class BatchWorker: @unchecked Sendable {
    private let name: String?
    private let priority: Priority
    /// Owned by the task alone, as a task-local value, and by those that inherit it.
    private var context: Unmanaged<WorkerContext>
    var task: Task<Void, Never>?
    /// The batch that it was made for, until it begins.
    var first: RunningBatch?
    /// The task, while it waits for a batch.
    var continuation: UnsafeContinuation<RunningBatch?, Never>?

    /// - Parameter context: What the task is to have as a task-local value.
    init(for batch: RunningBatch, context: WorkerContext) {
        first = batch
        name = batch.name
        priority = batch.priority
        self.context = .passUnretained(context)
    }

    func suits(_ batch: RunningBatch) -> Bool { priority == batch.priority && name == batch.name }

    /// Resumes an idle worker with a batch, or to end.
    func give(_ batch: RunningBatch?) {
        continuation.take()?.resume(returning: batch)
    }

    /// Has the task, and all that its batch's function makes, work for a batch.
    ///
    /// - Returns: What there is to do for it.
    func begin(_ batch: RunningBatch) -> RunningBatch.Work? {
        context._withUnsafeGuaranteedRef { $0.running = batch }
        if let task { batch.begin(in: task) }
        return batch.takeWork()
    }

    /// Says that a batch has ended.
    ///
    /// - Returns: Whether the task is as good as new, and may run another batch.
    func end(_ batch: RunningBatch) -> Bool {
        // A task that the batch's function left behind goes on to know this batch, and no other. And who knows the batch may
        // cancel its task by itself.
        guard batch.end(), task?.isCancelled == false, isKnownToNoOtherTask else { return false }
        context._withUnsafeGuaranteedRef { $0.running = nil }
        return true
    }

    /// Whether what the task has as a task-local value has been inherited by no task that is still there.
    private var isKnownToNoOtherTask: Bool {
        withUnsafeMutablePointer(to: &context) { pointer in
            // A reference that does not count, in place of the one that does: the task's.
            pointer.withMemoryRebound(to: WorkerContext.self, capacity: 1) { isKnownUniquelyReferenced(&$0.pointee) }
        }
    }
}

/// What a worker's task works for, and all tasks that its batches make.
final class WorkerContext: LoadContext, @unchecked Sendable {
    // Changed by the worker only, and only while no other task knows this.
    @exclusivity(unchecked) fileprivate(set) var running: RunningBatch?

    override var batch: RunningBatch? { running }

    init(scope: BatchingScope?, running: RunningBatch? = nil) {
        self.running = running
        super.init(scope: scope)
    }
}
