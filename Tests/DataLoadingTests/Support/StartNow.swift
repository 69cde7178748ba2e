// SPDX-License-Identifier: Apache-2.0
//
// Tasks that have asked before the next line of a test runs.

import Synchronization

/// Makes a task that runs at once, on the thread that makes it, until it is suspended for the first time.
///
/// A load that it makes has been taken in, and its caller waits, when this returns. The task is outside of all scopes.
@discardableResult
func startNow<Success: Sendable>(
    priority: TaskPriority? = nil,
    _ body: @escaping @Sendable () async throws -> Success
) -> Task<Success, any Error> {
    Task(executorPreference: HeadStart(), priority: priority) { try await body() }
}

/// Runs the first job of a task where it is enqueued, and the others on Swift's own pool.
private final class HeadStart: TaskExecutor {
    private let hasStarted = Atomic(false)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if hasStarted.exchange(true, ordering: .relaxed) {
            Task.detached { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        } else {
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}
