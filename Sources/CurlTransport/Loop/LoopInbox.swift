// SPDX-License-Identifier: Apache-2.0
//
// How other threads speak to the loop: they leave a command, or a job of a task, and wake it if it sleeps.

import HTTPTransport

/// What the loop is told.
enum LoopCommand: Sendable {
    /// Send this request and finish the exchange.
    case start(Exchange)
    /// Nobody waits for this exchange any more.
    case cancel(Exchange)
    /// The reader of this exchange's body has room again.
    case resume(Exchange)
    /// Refuse new requests, finish the others until the deadline (or their own), end, then resume the waiter.
    /// (Apart from the others, which are one reference and copied all the time.)
    indirect case shutDown(deadline: Moment?, waiter: CheckedContinuation<Void, Never>?)
}

/// The loop's mailbox: open and awake, open and asleep, or closed.
///
/// The loop takes commands and jobs while it is awake. It goes to sleep only if none is left, in one step under the lock;
/// the first one after that wakes it, those behind do not. Once closed, commands are refused with the reason, jobs go to
/// the threads that all tasks share, and nothing is woken any more: closing comes before the curl handle goes. (Waking
/// has a lock of its own, so that the loop which it wakes does not meet that of the commands.)
final class LoopInbox: TaskExecutor {
    private struct State {
        var commands: [LoopCommand] = []
        var jobs: [UnownedJob] = []
        var isAsleep = false
        var closingReason: HTTPTransportError?
    }

    private let state = Lock(State())
    /// `nil` once closed.
    private let waker: Lock<(@Sendable () -> Void)?>

    /// - Parameter wake: Ends the loop's sleep, or its next one if it does not sleep yet. Must not call back.
    init(wake: @escaping @Sendable () -> Void) {
        waker = Lock(wake)
    }

    /// Leaves a command, in order with those of other threads.
    ///
    /// - Throws: The reason given to ``close(_:)``, once closed.
    func post(_ command: LoopCommand) throws(HTTPTransportError) {
        let wakes = try state.withLock { state throws(HTTPTransportError) in
            if let reason = state.closingReason { throw reason }
            state.commands.append(command)
            return state.isAsleep.take()
        }
        if wakes { waker.withLock { $0?() } }
    }

    /// Leaves a job of a task that prefers the loop's thread.
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let (isOpen, wakes) = state.withLock { state in
            guard state.closingReason == nil else { return (false, false) }
            state.jobs.append(job)
            return (true, state.isAsleep.take())
        }
        guard isOpen else { return globalConcurrentExecutor.enqueue(job) }
        if wakes { waker.withLock { $0?() } }
    }

    /// Exchanges an empty array for all commands since the last call; the loop is awake from now on. For the loop alone.
    func take(into commands: inout [LoopCommand]) {
        state.withLock { state in
            state.isAsleep = false
            swap(&commands, &state.commands)
        }
    }

    /// Exchanges an empty array for all jobs since the last call; the loop is awake from now on. For the loop alone.
    ///
    /// - Returns: Whether there were any.
    func take(into jobs: inout [UnownedJob]) -> Bool {
        state.withLock { state in
            state.isAsleep = false
            swap(&jobs, &state.jobs)
            return !jobs.isEmpty
        }
    }

    /// Goes to sleep unless a command or a job is there; whether it did. For the loop alone.
    func sleepIfEmpty() -> Bool {
        state.withLock { state in
            state.isAsleep = state.commands.isEmpty && state.jobs.isEmpty
            return state.isAsleep
        }
    }

    /// Refuses commands from now on; the ones left over. Jobs go elsewhere. For the loop alone.
    func close(_ reason: HTTPTransportError) -> [LoopCommand] {
        waker.withLock { $0 = nil }
        let (commands, jobs) = state.withLock { state in
            state.closingReason = reason
            state.isAsleep = false
            defer { (state.commands, state.jobs) = ([], []) }
            return (state.commands, state.jobs)
        }
        for job in jobs { globalConcurrentExecutor.enqueue(job) }
        return commands
    }
}

extension Bool {
    /// Whether it was true; it is false from now on.
    fileprivate mutating func take() -> Bool {
        defer { self = false }
        return self
    }
}
