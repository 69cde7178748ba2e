// SPDX-License-Identifier: Apache-2.0
//
// The run queue of one scope. It knows when no task of the scope can run, which is when a tick ends.

/// Runs the jobs of one scope one after another, and resumes the scope's host when none is left.
///
/// It owns no thread: while there are jobs, a detached task drains them on Swift's own pool, so thousands of scopes
/// cost no more than their work.
///
/// *Idle*: no job, no drain task. *Draining*: exactly one drain task runs; it takes all jobs that are queued, runs
/// them, and looks again. When it finds none and the end of a tick is wanted, it resumes the host, which is a job like
/// any other; when it is not wanted, the executor is idle.
@usableFromInline
final class TickExecutor: TaskExecutor {
    private struct State: Sendable {
        var jobs: [UnownedJob] = []
        var isDraining = false
        var isTickEndWanted = false
        var host: UnsafeContinuation<Void, Never>?
    }

    private enum Step: Sendable {
        case run
        case endTick(UnsafeContinuation<Void, Never>)
        case stop
    }

    private let state = Lock(State())

    /// How many jobs run before the thread is offered to others: a scope with endless work starves nobody.
    private static let jobsPerTurn = 512

    @usableFromInline
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        wakeIfIdle { $0.jobs.append(job) }
    }

    /// Asks for the host to be resumed when no job is left. Wakes an idle executor, so that a request from another
    /// scope's thread is not missed.
    func wantTickEnd() {
        wakeIfIdle { $0.isTickEndWanted = true }
    }

    /// Suspends the host, a task on this executor, until no job is left and ``wantTickEnd()`` has been called.
    func tickEnd() async {
        await withUnsafeContinuation { host in
            state.withLock { $0.host = host }
        }
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
        var jobsThisTurn = 0
        while true {
            switch state.withLock({ Self.nextStep(&$0, taking: &jobs) }) {
            case .run:
                for job in jobs {
                    job.runSynchronously(on: asUnownedTaskExecutor())
                    jobsThisTurn += 1
                    guard jobsThisTurn == Self.jobsPerTurn else { continue }
                    jobsThisTurn = 0
                    await Task.yield()
                }
                jobs.removeAll(keepingCapacity: true)
            case .endTick(let host):
                host.resume()
            case .stop:
                return
            }
        }
    }

    private static func nextStep(_ state: inout State, taking jobs: inout [UnownedJob]) -> Step {
        if !state.jobs.isEmpty {
            swap(&jobs, &state.jobs)
            return .run
        }
        if state.isTickEndWanted, let host = state.host.take() {
            state.isTickEndWanted = false
            return .endTick(host)
        }
        state.isDraining = false
        return .stop
    }
}
