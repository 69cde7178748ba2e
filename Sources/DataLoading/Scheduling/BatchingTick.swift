// SPDX-License-Identifier: Apache-2.0
//
// When a tick ends: as soon as nothing can run, or not before the batches in flight are back.

/// What the end of a tick in ``withBatching(_:_:)`` waits for.
public struct BatchingTick: Hashable, Sendable {
    let waitsForBatches: Bool

    /// Ends a tick as soon as no task of the scope can run. The default.
    ///
    /// Nothing waits for a batch that it does not need: while a slow one is under way, the others go on. Where several
    /// batches are in flight at a time, those that need the results of one may be sent before another is back.
    public static let eager = BatchingTick(waitsForBatches: false)

    /// Ends a tick when, besides, every batch of the scope is back.
    ///
    /// The data is fetched level by level: each loader sends, for each level of the data at which it is used, the keys
    /// of that level together, whatever the batches' latencies are. It costs the latency of the slowest batch of each
    /// level, so it is for stores that charge by the request more than by the time.
    ///
    /// A batch whose function waits for loads of its own is not waited for, so that those are sent.
    public static let byLevel = BatchingTick(waitsForBatches: true)
}
