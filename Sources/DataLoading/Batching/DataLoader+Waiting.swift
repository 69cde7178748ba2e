// SPDX-License-Identifier: Apache-2.0
//
// Suspending callers, and letting them go at once when they are cancelled.
//
// A cancellation handler may run before the caller is suspended. Then it leaves word in the caller's place in line: of
// the two, whoever comes second finds the other, and the caller is resumed exactly once.

extension DataLoader {
    /// Waits for the result of a key that is fetched whether or not anybody waits. A function of its own, so that who
    /// finds the result has a small frame.
    @inlinable @inline(never)
    nonisolated func valueOfEnqueued(_ ticket: Ticket<Key, Value>) async throws -> Value {
        try await value(of: ticket, givingUpKeyWhenCancelled: false)
    }

    /// Waits for the result of one key. Part of its callers: a frame costs as much as a lock.
    @inlinable @inline(__always)
    nonisolated func value(of ticket: Ticket<Key, Value>, givingUpKeyWhenCancelled: Bool) async throws -> Value {
        if let batch = ticket.batch { WaitGraph.beginWait(of: batch) }
        defer { if let batch = ticket.batch { WaitGraph.endWait(of: batch) } }
        let result = await withCancellationHandler {
            await withUnsafeContinuation { (continuation: LoadQueue<Key, Value>.Continuation) in
                switch intake.withLock({ $0.wait(continuation, at: ticket) }) {
                case .suspended: break
                case .finished(let result): continuation.resume(returning: result)
                case .cancelled: continuation.resume(returning: .failure(CancellationError()))
                case .circular(let key): continuation.resume(returning: .failure(circularLoad(of: key)))
                }
            }
        } onCancel: {
            leave(ticket, givingUpKey: givingUpKeyWhenCancelled)
        }
        return try result.get()
    }

    @inlinable
    nonisolated func leave(_ ticket: Ticket<Key, Value>, givingUpKey: Bool) {
        let departure = intake.withLock { $0.leave(ticket, givingUpKey: givingUpKey) }
        departure.abandoned?.cancel()
        departure.continuation?.resume(returning: .failure(CancellationError()))
    }

    /// Waits until the last of several keys has a result, or until the caller is cancelled.
    @inlinable
    nonisolated func wait(for group: LoadGroup<Key, Value>) async {
        if let batch = group.batch { WaitGraph.beginWait(of: batch) }
        defer { if let batch = group.batch { WaitGraph.endWait(of: batch) } }
        await withCancellationHandler {
            await withUnsafeContinuation { continuation in
                let isSuspended = intake.withLock { $0.wait(continuation, for: group) }
                if !isSuspended { continuation.resume() }
            }
        } onCancel: {
            leave(group)
        }
    }

    @inlinable
    nonisolated func leave(_ group: LoadGroup<Key, Value>) {
        let (continuation, abandoned) = intake.withLock { $0.leave(group) }
        for batch in abandoned { batch.cancel() }
        continuation?.resume()
    }
}

#if compiler(>=6.3) && !compiler(>=6.4)
    /// `withTaskCancellationHandler`, for a twentieth of a load less: its form with an `isolation` changes executors twice
    /// more than the one that it replaced, which the standard library keeps for programs built with that. Swift 6.4 mends
    /// it; with 6.2 nobody has tested whether callers come back to their own executor.
    ///
    /// - Parameter operation: What to do. It is not to throw, though its type may, which saves a conversion: an error
    ///   would reach the caller without the change back to the caller's executor.
    @inlinable @inline(__always)
    nonisolated func withCancellationHandler<Success: Sendable>(
        operation: @concurrent () async throws -> Success,
        onCancel handler: @Sendable () -> Void
    ) async rethrows -> Success {
        try await _unsafeInheritExecutor_withTaskCancellationHandler(operation: operation, onCancel: handler)
    }
#else
    @inlinable @inline(__always)
    nonisolated func withCancellationHandler<Success: Sendable>(
        operation: () async -> Success,
        onCancel handler: @Sendable () -> Void
    ) async -> Success {
        await withTaskCancellationHandler(operation: operation, onCancel: handler)
    }
#endif
