// SPDX-License-Identifier: Apache-2.0
//
// Waiting for an operation no longer than a time, also if it does not listen to cancellation.

/// A time limit on a clock.
struct TimeLimit: Sendable {
    struct Exceeded: Error {}

    let duration: Duration
    let clock: any Clock<Duration>

    /// Runs an operation as a task of the current scope.
    ///
    /// - Throws: What the operation throws, `Exceeded`, or `CancellationError` if the caller is cancelled. In the latter
    ///   two cases the operation is cancelled and not waited for.
    func run<Success: Sendable>(_ operation: @escaping @Sendable () async throws -> Success) async throws -> Success {
        let (ends, first) = AsyncStream.makeStream(of: Result<Success, any Error>.self)
        let work = Task(executorPreference: LoadOrigin.current.scope) {
            do {
                first.yield(.success(try await operation()))
            } catch {
                first.yield(.failure(error))
            }
        }
        let timer = Task.detached {
            // Nothing but the end of the work cancels this task; a clock that fails to sleep must hold up nobody.
            try? await clock.sleep(for: duration)
            first.yield(.failure(Exceeded()))
        }
        defer {
            work.cancel()
            timer.cancel()
        }
        for await end in ends { return try end.get() }
        throw CancellationError()
    }
}
