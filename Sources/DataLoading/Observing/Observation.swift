// SPDX-License-Identifier: Apache-2.0
//
// What a loader has if somebody wants to know what it does, and what its queues have then.

/// The observer of a loader, and the clock for it and for the statistics.
///
/// A loader that nobody observes and that does not count has none: one look at a constant is all it pays.
@usableFromInline
final class Observation<Key: Hashable & Sendable>: Sendable {
    @usableFromInline let observer: (any DataLoaderObserver<Key>)?
    /// The observer, if it has anything to remember of callers.
    @usableFromInline let rememberer: (any DataLoaderObserver<Key>)?
    /// The time since a moment in the past.
    @usableFromInline let now: @Sendable () -> Duration

    @usableFromInline
    init?(by observer: (any DataLoaderObserver<Key>)?, options: DataLoaderOptions) {
        guard observer != nil || options.collectsStatistics else { return nil }
        self.observer = observer
        rememberer = observer.flatMap { Self.remembersCallers($0) ? $0 : nil }
        now = Self.stopwatch(options.clock)
    }

    private static func remembersCallers<Observer: DataLoaderObserver<Key>>(_: Observer) -> Bool {
        Observer.Caller.self != Never.self
    }

    private static func stopwatch<C: Clock<Duration>>(_ clock: C) -> @Sendable () -> Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }

    /// Tells the observer that a batch is being sent.
    ///
    /// - Parameter callers: What it returned for them.
    @usableFromInline
    func willRun(_ batch: ObservedBatch<Key>, after wait: Duration, for callers: [any Sendable]) {
        if let observer { Self.tell(observer, of: batch, after: wait, for: callers) }
    }

    private static func tell<Observer: DataLoaderObserver<Key>>(
        _ observer: Observer,
        of batch: ObservedBatch<Key>,
        after wait: Duration,
        for callers: [any Sendable]
    ) {
        observer.willRun(batch, after: wait, for: callers.compactMap { $0 as? Observer.Caller })
    }
}

/// What is noted of a queue of a loader that is observed.
@usableFromInline
final class QueueObservation: @unchecked Sendable {
    // The loader's lock guards every access.

    /// When its first key was asked for; `nil` until the clock has been read.
    @usableFromInline var openedAt: Duration?
    /// What the observer returned for the callers of each slot that has not been sent.
    @usableFromInline var callers: [Int: [any Sendable]] = [:]
    /// How many keys of each batch, by its first slot, have had errors of their own while it was under way.
    @usableFromInline var failedKeys: [Int: Int] = [:]
    /// The batches, by their first slots, whose end has been told.
    @usableFromInline var ended: Set<Int> = []

    @usableFromInline
    init() {}
}

/// What is noted of the loads of one `loadMany`, in the order of its keys.
@usableFromInline
final class LoadLog: @unchecked Sendable {
    // It is used by one thread, which makes it.

    /// What the observer returned for each; empty if there is no observer.
    @usableFromInline let callers: [(any Sendable)?]
    @usableFromInline var findings: [LoadFinding] = []

    @usableFromInline
    init(callers: [(any Sendable)?], count: Int) {
        self.callers = callers
        findings.reserveCapacity(count)
    }

    @inlinable
    var nextCaller: (any Sendable)? {
        findings.count < callers.count ? callers[findings.count] : nil
    }
}
