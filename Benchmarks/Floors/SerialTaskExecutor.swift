// SPDX-License-Identifier: Apache-2.0
//
// The executor of the floors: what runs the tasks of a scope, without anything that ends ticks.

import Synchronization

/// Runs jobs one after another, on a detached task of Swift's own pool for as long as there are any.
final class SerialTaskExecutor: TaskExecutor {
    private struct State: Sendable {
        var jobs: [UnownedJob] = []
        var isDraining = false
    }

    private let state = Mutex(State())

    private static let jobsPerTurn = 512

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let wasIdle = state.withLock { state in
            state.jobs.append(job)
            defer { state.isDraining = true }
            return !state.isDraining
        }
        if wasIdle {
            Task.detached { await self.drain() }
        }
    }

    private func drain() async {
        var jobs: [UnownedJob] = []
        var jobsThisTurn = 0
        while state.withLock({ Self.take(&jobs, from: &$0) }) {
            for job in jobs {
                job.runSynchronously(on: asUnownedTaskExecutor())
                jobsThisTurn += 1
                guard jobsThisTurn == Self.jobsPerTurn else { continue }
                jobsThisTurn = 0
                await Task.yield()
            }
            jobs.removeAll(keepingCapacity: true)
        }
    }

    private static func take(_ jobs: inout [UnownedJob], from state: inout State) -> Bool {
        swap(&jobs, &state.jobs)
        state.isDraining = !jobs.isEmpty
        return state.isDraining
    }
}
