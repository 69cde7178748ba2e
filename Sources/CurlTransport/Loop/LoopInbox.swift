// SPDX-License-Identifier: Apache-2.0
//
// How other threads speak to the loop: they leave a command and wake it if it sleeps.

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
    indirect case shutDown(deadline: ContinuousClock.Instant?, waiter: CheckedContinuation<Void, Never>?)
}

/// The loop's mailbox: open and awake, open and asleep, or closed.
///
/// The loop takes commands while it is awake. It goes to sleep only if no command is left, in one step under the lock;
/// the first command after that wakes it, those behind do not. Once closed, commands are refused with the reason and
/// nothing is woken any more: closing comes before the curl handle goes. (Waking has a lock of its own, so that the loop
/// which it wakes does not meet that of the commands.)
final class LoopInbox: Sendable {
    private struct State {
        var commands: [LoopCommand] = []
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
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if wakes { waker.withLock { $0?() } }
    }

    /// Exchanges an empty array for all commands since the last call; the loop is awake from now on. For the loop alone.
    func take(into commands: inout [LoopCommand]) {
        state.withLock { state in
            state.isAsleep = false
            swap(&commands, &state.commands)
        }
    }

    /// Goes to sleep unless a command is there; whether it did. For the loop alone.
    func sleepIfEmpty() -> Bool {
        state.withLock { state in
            state.isAsleep = state.commands.isEmpty
            return state.isAsleep
        }
    }

    /// Refuses commands from now on; the ones left over. For the loop alone.
    func close(_ reason: HTTPTransportError) -> [LoopCommand] {
        waker.withLock { $0 = nil }
        return state.withLock { state in
            state.closingReason = reason
            state.isAsleep = false
            defer { state.commands = [] }
            return state.commands
        }
    }
}
