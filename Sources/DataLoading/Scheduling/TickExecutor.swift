// SPDX-License-Identifier: Apache-2.0
//
// The run queue of one scope. It knows when no task of the scope can run, which is when a tick ends.

import Synchronization

/// Runs the jobs of one scope one after another, and ends the scope's tick when none is left.
///
/// It owns no thread: while there are jobs, a detached task drains them on Swift's own pool, so thousands of scopes
/// cost no more than their work.
///
/// *Idle*: no job, no drain task. *Draining*: exactly one drain task runs; it takes all jobs that are queued, runs
/// them, and looks again. When it finds none and the end of a tick is wanted and nothing holds it, it ends the tick,
/// which may bring new jobs; otherwise the executor is idle.
@usableFromInline
final class TickExecutor: TaskExecutor {
    private struct State: Sendable {
        var jobs: [UnownedJob] = []
        var isDraining = false
        /// The scope whose tick is to end when no job is left.
        var ending: BatchingScope?
        /// How many batches must come back before a tick may end.
        var holds = 0
    }

    private enum Step: Sendable {
        case run
        case endTick(BatchingScope)
        case stop
    }

    private let state = Lock(State())
    /// The thread that runs a job of this executor; 0 while there is none.
    private let thread = Atomic<UInt>(0)

    /// How many jobs run before the thread is offered to others: a scope with endless work starves nobody.
    private static let jobsPerTurn = 512

    @usableFromInline
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        wakeIfIdle { $0.jobs.append(job) }
    }

    var isIdle: Bool { state.withLock { !$0.isDraining } }

    /// Whether a job of this executor runs on the current thread.
    ///
    /// Only what the current thread itself has written can equal its own number, so no order with others is needed.
    /// Never a part of its callers, nor is what writes it: see ``currentThread()``.
    var isOnCurrentThread: Bool {
        @inline(never) get { thread.load(ordering: .relaxed) == currentThread() }
    }

    /// Asks for the tick to be ended when no job is left. Wakes an idle executor, so that a request from another
    /// scope's thread is not missed.
    func wantTickEnd(of scope: BatchingScope) {
        wakeIfIdle { $0.ending = scope }
    }

    /// Has ticks wait for one more, or one less, batch.
    func hold(_ change: Int) {
        wakeIfIdle { $0.holds += change }
    }

    private func wakeIfIdle(after change: (inout State) -> Void) {
        let wasIdle = state.withLock { state in
            change(&state)
            defer { state.isDraining = true }
            return !state.isDraining
        }
        if wasIdle {
            Task.detached(name: "DataLoading tick") { await self.drain() }
        }
    }

    private func drain() async {
        var jobs: [UnownedJob] = []
        var tickEnds: [BatchingScope.TickEnd] = []
        var jobsThisTurn = 0
        beOnCurrentThread()
        while true {
            switch nextStep(taking: &jobs) {
            case .run:
                for job in jobs {
                    job.runSynchronously(on: asUnownedTaskExecutor())
                    jobsThisTurn += 1
                    guard jobsThisTurn == Self.jobsPerTurn else { continue }
                    jobsThisTurn = 0
                    thread.store(0, ordering: .relaxed)
                    await Task.yield()
                    beOnCurrentThread()
                }
                jobs.removeAll(keepingCapacity: true)
            case .endTick(let scope):
                scope.endTick(using: &tickEnds)
            case .stop:
                return
            }
        }
    }

    /// Notes that the jobs of this executor run on the current thread.
    @inline(never)
    private func beOnCurrentThread() {
        thread.store(currentThread(), ordering: .relaxed)
    }

    /// What to do next. Once it says to stop, another thread may drain.
    private func nextStep(taking jobs: inout [UnownedJob]) -> Step {
        state.withLock { state in
            if !state.jobs.isEmpty {
                swap(&jobs, &state.jobs)
                return .run
            }
            if state.holds <= 0, let scope = state.ending.take() {
                return .endTick(scope)
            }
            thread.store(0, ordering: .relaxed)
            state.isDraining = false
            return .stop
        }
    }
}
