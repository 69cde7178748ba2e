// SPDX-License-Identifier: Apache-2.0
//
// The turn of the loop: tasks run, commands in, requests started, curl moved on, results out, sleep.

import CCurl
import HTTPTransport

/// Everything that happens on the transport's thread.
///
/// A turn runs the tasks that prefer this thread, takes the commands, starts what has a place, lets curl perform, finishes
/// what is done or out of time, and sleeps unless there is more to do. The loop ends when it is shut down and no request
/// is left; what tasks still have to do, they then do elsewhere.
///
/// (A structure that its thread owns: whether two accesses overlap, the compiler checks, and not each access.)
struct CurlLoop: ~Copyable {
    /// Handles kept beyond those that the jobs about to start take. More may be in flight; what is over goes.
    private static let maximumIdleTransfers = 256

    /// After so many jobs of tasks the connections are looked after, however many are left.
    private static let taskJobsPerTurn = 512

    /// After so many requests started, curl moves them on: the first of a thousand need not wait until all have a handle.
    private static let startsPerTurn = 128

    private struct Shutdown {
        var isAsked = false
        var deadline: Moment?
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let multi: CurlMulti
    private let inbox: LoopInbox
    private let configuration: CurlConfiguration
    private let observer: (@Sendable (HTTPTransportMetrics) -> Void)?
    private let limits: TimeLimits
    private var admission: AdmissionQueue<Job>
    /// All jobs that have not ended.
    private var deadlines = DeadlineHeap<Job>()
    /// Empty between turns: memory for the commands of the next.
    private var commands: [LoopCommand] = []
    /// What tasks have to do, of which the first so many are done.
    private var taskJobs: [UnownedJob] = []
    private var taskJobsDone = 0
    /// Read when a turn begins, and again when curl has performed.
    private var now = Moment.now
    /// Jobs with a place, to be started in this order. Those that ended since are passed over.
    private var ready: [Job] = []
    /// Exchanges that have ended in this turn. Their callers are resumed together, at the end of the turn: one by one,
    /// each would wake a thread that finds nothing more to do.
    private var finished: [Exchange] = []
    private var idleTransfers: [Transfer] = []
    private var shutdown = Shutdown()

    init(
        multi: CurlMulti,
        inbox: LoopInbox,
        configuration: CurlConfiguration,
        observer: (@Sendable (HTTPTransportMetrics) -> Void)?
    ) {
        self.multi = multi
        self.inbox = inbox
        self.configuration = configuration
        limits = configuration.timeLimits
        self.observer = observer
        admission = AdmissionQueue(limits: configuration.admissionLimits)
    }

    /// Runs until the transport is shut down, and leaves nothing behind.
    mutating func run() {
        do throws(HTTPTransportError) {
            while !shutdown.isAsked || !deadlines.isEmpty { try turn() }
            close(Self.refusal)
        } catch {
            endAll { $0.error(because: error) }
            resumeFinished()
            close(error)
        }
    }

    private mutating func turn() throws(HTTPTransportError) {
        runTasks()
        now = .now
        inbox.take(into: &commands)
        for command in commands { obey(command) }
        commands.removeAll(keepingCapacity: true)
        startReady()
        try multi.perform()
        while let (transfer, code) = multi.nextDone() {
            guard let job = transfer.job else { continue }
            if transfer.attempts > 0 { admission.setMultiplexed(transfer.isMultiplexed, at: job.origin) }
            end(job, transfer.result(code))
        }
        now = .now
        expire()
        resumeFinished()
        let isDone = shutdown.isAsked && deadlines.isEmpty
        guard ready.isEmpty, taskJobsDone == taskJobs.count, !isDone else { return }
        if inbox.sleepIfEmpty() { try multi.sleep(milliseconds: millisecondsToSleep) }
    }

    /// Runs the tasks that prefer this thread until none can run, so that all they want sent goes out together, or until
    /// enough have.
    private mutating func runTasks() {
        LoopThread.withAutoreleasePool {
            for _ in 0..<Self.taskJobsPerTurn {
                if taskJobsDone == taskJobs.count {
                    taskJobs.removeAll(keepingCapacity: true)
                    taskJobsDone = 0
                    guard inbox.take(into: &taskJobs) else { return }
                }
                taskJobsDone += 1
                unsafe taskJobs[taskJobsDone - 1].runSynchronously(on: inbox.asUnownedTaskExecutor())
            }
        }
    }

    // MARK: - Commands

    private mutating func obey(_ command: LoopCommand) {
        switch command {
        case .start(let exchange):
            if shutdown.isAsked { refuse(exchange, Self.refusal) } else { accept(exchange) }
        case .cancel(let exchange):
            if let job = unsafe exchange.job { detach(job, failure: nil) }
        case .resume(let exchange):
            if let job = unsafe exchange.job { resume(job) }
        case .shutDown(let deadline, let waiter):
            shutdown.isAsked = true
            shutdown.deadline = Self.earlier(shutdown.deadline, deadline)
            if let waiter { shutdown.waiters.append(waiter) }
        }
    }

    private mutating func accept(_ exchange: Exchange) {
        guard exchange.isWaiting else { return observe(exchange, failure: nil) }
        let due = limits.due(in: .queued(since: exchange.start), total: exchange.deadline)
        let job = Job(exchange, deadline: limits.nextCheck(due, isLarge: exchange.isLarge, now: now))
        switch admission.admit(job, at: job.origin) {
        case .start:
            ready.append(job)
        case .wait(let ticket):
            job.phase = .waiting(ticket)
        case .refuse:
            return refuse(exchange, job.describing(queueFullError(job)))
        }
        unsafe exchange.job = job
        deadlines.insert(job)
    }

    private func refuse(_ exchange: Exchange, _ reason: HTTPTransportError) {
        observe(exchange, failure: exchange.isWaiting ? reason.code : nil)
        exchange.finish(.failure(reason))
    }

    /// Tells of an exchange that never was in the books.
    private func observe(_ exchange: Exchange, failure: HTTPTransportError.Code?) {
        if let observer { observer(Job(exchange, deadline: now).metrics(failure: failure)) }
    }

    private func queueFullError(_ job: Job) -> HTTPTransportError {
        HTTPTransportError(
            .queueFull,
            "The request to \(job.origin) was not sent: \(configuration.maximumQueuedRequests) requests wait already.",
            mayHaveReachedServer: false
        )
    }

    // MARK: - Starting and ending jobs

    private mutating func startReady() {
        let count = min(ready.count, Self.startsPerTurn)
        for index in 0..<count {
            if case .ready = ready[index].phase { start(ready[index]) }
        }
        ready.removeFirst(count)
    }

    private mutating func start(_ job: Job) {
        guard job.exchange.deadline > max(now, job.exchange.start) else {
            return end(job, .failure(job.timeoutError(.total, limits)))
        }
        do throws(HTTPTransportError) {
            let transfer = try takeTransfer()
            try transfer.prepare(job, now: now)
            try multi.add(transfer)
            job.phase = .inFlight(transfer)
        } catch {
            end(job, .failure(error))
        }
    }

    private mutating func resume(_ job: Job) {
        guard case .inFlight(let transfer) = job.phase else { return }
        do throws(HTTPTransportError) {
            try transfer.resume(now: now)
        } catch {
            end(job, .failure(error))
        }
    }

    private mutating func end(_ job: Job, _ result: consuming Result<HTTPResponse, HTTPTransportError>) {
        if case .failure(let error) = result {
            let error = job.describing(error)
            detach(job, failure: error.code)
            unsafe job.exchange.outcome = .failure(error)
        } else {
            detach(job, failure: nil)
            unsafe job.exchange.outcome = consume result
        }
        finished.append(job.exchange)
    }

    private mutating func resumeFinished() {
        for exchange in finished { exchange.finish() }
        finished.removeAll(keepingCapacity: true)
    }

    /// Takes a job out of all books, from whatever phase; its place goes to the next in line.
    private mutating func detach(_ job: Job, failure: HTTPTransportError.Code?) {
        unsafe job.exchange.job = nil
        deadlines.remove(job)
        if let observer { observer(job.metrics(failure: failure)) }
        switch job.phase {
        case .waiting(let ticket):
            admission.withdraw(ticket)
        case .ready:
            admission.release(at: job.origin)
        case .inFlight(let transfer):
            multi.remove(transfer)
            keep(transfer)
            admission.release(at: job.origin)
        case .ended:
            break
        }
        job.phase = .ended
        while let next = admission.next() {
            next.phase = .ready
            ready.append(next)
        }
    }

    private mutating func takeTransfer() throws(HTTPTransportError) -> Transfer {
        if let transfer = idleTransfers.popLast() { return transfer }
        return try Transfer(configuration: configuration)
    }

    private mutating func keep(_ transfer: Transfer) {
        let most = ready.count + Self.maximumIdleTransfers
        guard (try? transfer.recycle()) != nil, idleTransfers.count < most else { return }
        idleTransfers.append(transfer)
    }

    // MARK: - Time

    private mutating func expire() {
        while let job = deadlines.popExpired(at: now) {
            if let response = job.earlyResponse(now: now) {
                end(job, .success(response))
                continue
            }
            let due = limits.due(in: job.stage, total: job.total)
            if let due, due.instant <= now {
                end(job, .failure(job.timeoutError(due.limit, limits)))
            } else {
                job.deadline = limits.nextCheck(due, isLarge: job.exchange.isLarge, now: now)
                deadlines.insert(job)
            }
        }
        if let deadline = shutdown.deadline, deadline <= now {
            endAll(\.shutDownError)
        }
    }

    private var millisecondsToSleep: Int32 {
        Self.earlier(deadlines.earliest, shutdown.deadline).map { now.duration(to: $0).roundedUpToMilliseconds } ?? .max
    }

    private static func earlier(
        _ one: Moment?,
        _ other: Moment?
    ) -> Moment? {
        guard let one, let other else { return one ?? other }
        return min(one, other)
    }

    // MARK: - The end

    private static let refusal = HTTPTransportError(
        .shutDown,
        "The transport was shut down; the request was not sent.",
        mayHaveReachedServer: false
    )

    private mutating func endAll(_ error: (Job) -> HTTPTransportError) {
        while let job = deadlines.first { end(job, .failure(error(job))) }
    }

    /// Refuses commands from now on, frees everything of curl's, then resumes those who wait for the end.
    private mutating func close(_ reason: HTTPTransportError) {
        var waiters = shutdown.waiters
        for job in taskJobs[taskJobsDone...] { globalConcurrentExecutor.enqueue(job) }
        for command in inbox.close(reason) {
            switch command {
            case .start(let exchange): refuse(exchange, reason)
            case .cancel, .resume: break
            case .shutDown(_, let waiter): if let waiter { waiters.append(waiter) }
            }
        }
        idleTransfers = []
        multi.close()
        for waiter in waiters { waiter.resume() }
    }
}
