// SPDX-License-Identifier: Apache-2.0
//
// A scope as the executor of its tasks. It knows when none of them can run, which is when a tick ends.

import Synchronization

extension BatchingScope: TaskExecutor {
    /// What a loader does when a tick ends. A struct, because a function that lies in an array is wrapped, which takes
    /// memory.
    struct TickEnd: Sendable {
        let act: @Sendable (BatchingScope) -> Void
    }

    /// What comes from other threads.
    ///
    /// *Idle*: nothing is to be done, and no task drains. *Draining*: exactly one task does; it runs all jobs that there
    /// are and looks again. When it finds none and the end of a tick is wanted and nothing holds it, it ends the tick,
    /// which may bring new jobs; otherwise the scope is idle.
    struct Mailbox: Sendable {
        fileprivate var jobs: [UnownedJob] = []
        fileprivate var tickEnds: [TickEnd] = []
        fileprivate var isDraining = false
        /// How many batches must come back before a tick may end.
        fileprivate var holds = 0
        /// Whether the body has ended.
        fileprivate(set) var isClosed = false
        /// Whether the tick is to end in which that happened.
        fileprivate var awaitsLastTickEnd = false
    }

    private enum Step: Sendable {
        case run
        case endTick(isLast: Bool)
        case stop
    }

    /// How many jobs run before the thread is offered to others, and the mailbox is looked into though there are more: a
    /// scope with endless work starves nobody, and none of its own tasks.
    private static let jobsPerTurn = 512

    @usableFromInline
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isOnCurrentThread {
            own.jobs.append(job)
        } else {
            wakeIfIdle { $0.jobs.append(job) }
        }
    }

    /// Has something done when this tick ends. A scope that is idle is woken, so that a request from another scope's
    /// thread is not missed.
    ///
    /// - Parameter end: What to do. A closure that has caught nothing but a loader needs no memory.
    /// - Returns: Whether it will be done; not if the scope has ended.
    @usableFromInline
    func atTickEnd(_ end: consuming @escaping @Sendable (BatchingScope) -> Void) -> Bool {
        if isOnCurrentThread, !own.isOver {
            own.tickEnds.append(TickEnd(act: end))
            return true
        }
        let end = TickEnd(act: end)
        let isOpen = mailbox.withLock { mailbox in
            if !mailbox.isClosed { mailbox.tickEnds.append(end) }
            return !mailbox.isClosed
        }
        if isOpen { wakeIfIdle() }
        return isOpen
    }

    /// Has the tick end, as the last one, when no task can run any more.
    func close() {
        wakeIfIdle { mailbox in
            mailbox.isClosed = true
            mailbox.awaitsLastTickEnd = true
        }
    }

    /// Has ticks wait for one more, or one less, batch.
    func hold(_ change: Int) {
        wakeIfIdle { $0.holds += change }
    }

    /// Whether none of its tasks can run.
    @usableFromInline var isIdle: Bool { mailbox.withLock { !$0.isDraining } }

    private func wakeIfIdle(after change: (inout Mailbox) -> Void = { _ in }) {
        let wasIdle = mailbox.withLock { mailbox in
            change(&mailbox)
            defer { mailbox.isDraining = true }
            return !mailbox.isDraining
        }
        if wasIdle {
            Task.detached(name: "DataLoading tick") { await self.drain() }
        }
    }

    /// Does what is to be done, as a task of Swift's own pool: thousands of scopes own no thread and cost no more than
    /// their work.
    private func drain() async {
        var jobs: [UnownedJob] = []
        var tickEnds: [TickEnd] = []
        var jobsThisTurn = 0
        var looksInMailbox = true
        beOnCurrentThread()
        while true {
            switch nextStep(taking: &jobs, &tickEnds, looksInMailbox: looksInMailbox) {
            case .run:
                looksInMailbox = false
                for number in jobs.indices {
                    own.isRunningTask = jobs[number].isTask
                    jobs[number].runSynchronously(on: asUnownedTaskExecutor())
                    jobsThisTurn += 1
                    guard jobsThisTurn == Self.jobsPerTurn else { continue }
                    jobsThisTurn = 0
                    looksInMailbox = true
                    leaveThread()
                    await Task.yield()
                    beOnCurrentThread()
                }
                jobs.removeAll(keepingCapacity: true)
                own.isRunningTask = false
            case .endTick(let isLast):
                for end in tickEnds { end.act(self) }
                tickEnds.removeAll(keepingCapacity: true)
                if isLast { end() }
            case .stop:
                return
            }
        }
    }

    /// Whether a job of this scope runs on the current thread.
    ///
    /// Only what the current thread itself has written can equal its own number, so no order with others is needed.
    /// Never a part of its callers, nor is what writes it: see ``currentThread()``.
    var isOnCurrentThread: Bool {
        @inline(never) get { thread.load(ordering: .relaxed) == currentThread() }
    }

    @inline(never)
    private func beOnCurrentThread() {
        thread.store(currentThread(), ordering: .relaxed)
    }

    private func leaveThread() {
        thread.store(0, ordering: .relaxed)
    }

    /// What to do next. Once it says to stop, another thread may drain.
    ///
    /// - Parameters:
    ///   - jobs: An empty array that gets the jobs to run.
    ///   - tickEnds: An empty array that gets what is to be done when the tick ends.
    ///   - looksInMailbox: Whether jobs from other threads are due as well; they are if there are no others.
    private func nextStep(
        taking jobs: inout [UnownedJob],
        _ tickEnds: inout [TickEnd],
        looksInMailbox: Bool
    ) -> Step {
        if !looksInMailbox, !own.jobs.isEmpty {
            swap(&jobs, &own.jobs)
            return .run
        }
        return mailbox.withLock { mailbox in
            if !own.jobs.isEmpty || !mailbox.jobs.isEmpty {
                swap(&jobs, &own.jobs)
                jobs.takeAll(of: &mailbox.jobs)
                return .run
            }
            let isWanted = !own.tickEnds.isEmpty || !mailbox.tickEnds.isEmpty || mailbox.awaitsLastTickEnd
            if isWanted, mailbox.holds <= 0 {
                swap(&tickEnds, &own.tickEnds)
                tickEnds.takeAll(of: &mailbox.tickEnds)
                mailbox.awaitsLastTickEnd = false
                return .endTick(isLast: mailbox.isClosed)
            }
            leaveThread()
            mailbox.isDraining = false
            return .stop
        }
    }
}

extension UnownedJob {
    /// Whether it is a task. An actor that has work is a job too, and runs whatever waits for it, also what tasks of other
    /// scopes have asked.
    ///
    /// There is no public way to ask. This reads the kind of the job from its flags, which follow two words of any object
    /// and two for whoever schedules it: `Job` in Swift's `ABI/Task.h`, and `JobKind` in its `ABI/MetadataValues.h`.
    fileprivate var isTask: Bool {
        let flags = unsafeBitCast(self, to: UnsafeRawPointer.self)
            .load(fromByteOffset: 4 * MemoryLayout<UnsafeRawPointer>.size, as: UInt32.self)
        return flags & 0xFF == 0
    }
}

extension Array {
    /// Appends the elements of another array, which keeps its memory and nothing else.
    fileprivate mutating func takeAll(of other: inout [Element]) {
        guard !other.isEmpty else { return }
        append(contentsOf: other)
        other.removeAll(keepingCapacity: true)
    }
}
