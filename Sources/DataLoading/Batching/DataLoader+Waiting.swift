// SPDX-License-Identifier: Apache-2.0
//
// Suspending callers, and letting them go at once when they are cancelled.
//
// A cancellation handler may run before the caller is suspended, and then finds nobody to take out. So a caller looks
// once more whether it is cancelled after it was taken in: of the two, whoever finds it takes it out, exactly once.

extension DataLoader {
    /// Waits for the result of one key.
    @inlinable
    nonisolated func value(of ticket: Ticket<Key, Value>, givingUpKeyWhenCancelled: Bool) async throws -> Value {
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                if let result = intake.withLock({ $0.wait(.single(continuation), at: ticket) }) {
                    continuation.resume(with: result)
                } else if Task.isCancelled {
                    leave(ticket, givingUpKey: givingUpKeyWhenCancelled)
                }
            }
        } onCancel: {
            leave(ticket, givingUpKey: givingUpKeyWhenCancelled)
        }
    }

    @inlinable
    nonisolated func leave(_ ticket: Ticket<Key, Value>, givingUpKey: Bool) {
        let departure = intake.withLock { $0.leave(ticket, givingUpKey: givingUpKey) }
        departure.abandonedTask?.cancel()
        departure.continuation?.resume(throwing: CancellationError())
    }

    /// Waits until the last of several keys has a result, or until the caller is cancelled.
    @inlinable
    nonisolated func wait(for entered: [Intake<Key, Value>.Entered]) async {
        let group = LoadGroup()
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let isDone = intake.withLock { intake in
                    group.remaining = intake.join(group, waitingFor: entered)
                    if group.remaining > 0 { group.continuation = continuation }
                    return group.remaining == 0
                }
                if isDone {
                    continuation.resume()
                } else if Task.isCancelled {
                    leave(group, waitingFor: entered)
                }
            }
        } onCancel: {
            leave(group, waitingFor: entered)
        }
    }

    @inlinable
    nonisolated func leave(_ group: LoadGroup, waitingFor entered: [Intake<Key, Value>.Entered]) {
        let (continuation, tasks) = intake.withLock { intake in
            guard let continuation = group.continuation.take() else {
                return (UnsafeContinuation<Void, Never>?.none, [Task<Void, Never>]())
            }
            return (continuation, intake.leave(entered))
        }
        tasks.forEach { $0.cancel() }
        continuation?.resume()
    }
}
