// SPDX-License-Identifier: Apache-2.0
//
// Which batch a task works for: to notice a batch that would wait for itself.

/// The identity of a batch in flight.
@usableFromInline
final class BatchIdentity: Sendable {
    /// The batch whose function the current task runs in, or was made by.
    @TaskLocal private static var running: BatchIdentity?

    @inlinable
    init() {}

    /// Whether the current task works for this batch.
    @usableFromInline
    var isRunning: Bool { Self.running === self }

    /// Calls a batch function for this batch.
    @concurrent
    @usableFromInline
    func run<Results: Sendable>(_ fetch: @concurrent @Sendable () async throws -> Results) async throws -> Results {
        try await Self.$running.withValue(self) { try await fetch() }
    }
}
