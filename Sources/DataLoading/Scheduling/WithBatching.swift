// SPDX-License-Identifier: Apache-2.0
//
// The door to exact ticks.

/// Runs a body, and the child tasks it makes, in a scope of exact ticks.
///
/// A tick of the scope ends when none of its tasks can run: every one is finished or suspended. Only then are the keys
/// that were loaded since the last tick sent, by every ``DataLoader`` that has some. So no timer decides what shares a
/// batch: with one batch in flight at a time, the number of batches is the depth of the data. See <doc:Ticks>.
///
/// ```swift
/// import DataLoading
///
/// func names(of ids: [Int], in users: DataLoader<Int, String>) async throws -> [String] {
///     try await withBatching {
///         try await withThrowingTaskGroup(of: String.self) { group in
///             for id in ids {
///                 group.addTask { try await users.load(id) }  // one batch for all of them
///             }
///             return try await group.reduce(into: []) { $0.append($1) }
///         }
///     }
/// }
/// ```
///
/// Child tasks (`async let`, task groups) and the actors they call belong to the scope. All of them run on one thread
/// at a time: work that blocks the thread blocks the scope. A task that waits, for a network or for an actor with an
/// executor of its own such as `MainActor`, does not hold up the tick; what it loads afterwards joins a later one.
/// `Task { }` and `Task.detached { }` are outside: their loads follow the loader's own schedule.
///
/// Batch functions run in the scope too: what they load joins the next tick. Their tasks carry the scope's task-local
/// values, whoever asked first for a key.
///
/// A scope inside a scope joins the outer one, unless that has ended. Keys that were enqueued and not awaited are sent
/// when the body ends; their answers are not waited for.
///
/// When the calling task is cancelled, so are the child tasks of the body; see <doc:Cancellation> for what becomes of
/// their loads.
///
/// - Parameters:
///   - tick: What the end of a tick waits for; ``BatchingTick/eager`` by default. A scope inside a scope has the ticks of
///     the outer one.
///   - body: What to run. It does not inherit the caller's actor.
/// - Returns: What the body returns.
/// - Throws: What the body throws.
public func withBatching<Success: Sendable, Failure: Error>(
    _ tick: BatchingTick = .eager,
    _ body: sending @concurrent () async throws(Failure) -> Success
) async throws(Failure) -> Success {
    if let scope = BatchingScope.current, scope.isOpen {
        return try await body()
    }
    return try await BatchingScope.run(tick, body)
}
