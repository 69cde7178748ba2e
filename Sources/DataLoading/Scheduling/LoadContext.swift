// SPDX-License-Identifier: Apache-2.0
//
// What the current task works for: which scope's tick waits for it, and which batch.

/// A scope that tasks work for, or a batch of one. They inherit it as a task-local value.
@usableFromInline
class LoadContext: @unchecked Sendable {  // It has no state of its own that varies; see the subclasses.
    @TaskLocal static var current: LoadContext?

    /// The scope that a task was made in. It may have left it since, see ``LoadOrigin``.
    final let scope: BatchingScope?

    /// The batch whose function made the scope.
    private let outerBatch: RunningBatch?

    init(scope: BatchingScope?, within batch: RunningBatch? = nil) {
        self.scope = scope
        outerBatch = batch
    }

    /// The batch whose function made the task, or is run by it.
    var batch: RunningBatch? { outerBatch }
}

/// Where a load comes from.
@usableFromInline
struct LoadOrigin {
    /// The scope whose ticks wait for the current task.
    @usableFromInline let scope: BatchingScope?
    /// The batch that the current task works for.
    @usableFromInline let batch: RunningBatch?

    @usableFromInline static var current: LoadOrigin {
        guard let context = LoadContext.current else { return LoadOrigin(scope: nil, batch: nil) }
        guard let scope = context.scope, scope.isOfCurrentTask else {
            return LoadOrigin(scope: nil, batch: context.batch)
        }
        return LoadOrigin(scope: scope, batch: context.batch)
    }
}
