// SPDX-License-Identifier: Apache-2.0
//
// Taking loads in and running batches while somebody looks. The rest of the loader comes here if it is observed, and
// knows no more of it.

extension DataLoader {
    /// What the loader has done so far; `nil` unless ``DataLoaderOptions/collectsStatistics`` is on.
    ///
    /// - Complexity: O(1).
    public nonisolated var statistics: DataLoaderStatistics? {
        options.collectsStatistics ? intake.withLock { $0.statistics } : nil
    }

    /// Takes a load in, and tells of it. The load's own event is for the caller to handle.
    @inlinable
    @inline(never)
    nonisolated func enter(
        _ key: HashedKey<Key>,
        waits: Bool,
        for observation: Observation<Key>
    ) -> Intake<Key, Value>.Entered {
        let caller: (any Sendable)? = observation.rememberer?.willLoad(key.key)
        let lookup = cache?.lookup(of: key.key)
        var chores = Chores<Key, Value>()
        let (entered, finding) = intake.withLock { intake in
            var origin: LoadOrigin?
            let entered = intake.enter(key, lookup, waits: waits, from: &origin, leaving: &chores)
            return (entered, intake.note(entered, of: caller))
        }
        observation.observer?.didLoad(ObservedLoad(key.key, finding, loader: options.name))
        settle(chores)
        return entered
    }

    /// Takes the loads of several keys in, tells of them, and handles the events that come of it.
    @inlinable
    @inline(never)
    nonisolated func enter(_ keys: [Key], for observation: Observation<Key>) -> LoadGroup<Key, Value> {
        var callers: [(any Sendable)?] = []
        if let rememberer = observation.rememberer { callers = keys.map { rememberer.willLoad($0) } }
        let log = LoadLog(callers: callers, count: keys.count)
        let lookups = cache?.lookups(of: keys)
        let (group, chores) = intake.withLock { $0.enter(keys, lookups, log: log) }
        if let observer = observation.observer {
            for (key, finding) in zip(keys, log.findings) {
                observer.didLoad(ObservedLoad(key, finding, loader: options.name))
            }
        }
        settle(chores)
        return group
    }

    /// Notes when a queue was opened.
    @inlinable
    nonisolated func noteOpening(of queue: LoadQueue<Key, Value>, for observation: Observation<Key>) {
        let now = observation.now()
        intake.withLock { _ in queue.observation?.openedAt = now }
    }

    /// Tells of batches that have been cut and not been started.
    @inlinable
    @inline(never)
    nonisolated func willRun(_ dispatches: Few<Dispatch<Key, Value>>, for observation: Observation<Key>) {
        guard !dispatches.isEmpty else { return }
        let now = observation.now()
        for dispatch in dispatches {
            let start = intake.withLock { $0.noteStart(of: dispatch, at: now) }
            guard observation.observer != nil else { continue }
            observation.willRun(observed(dispatch), after: start.wait, for: start.callers)
        }
    }

    @inlinable
    nonisolated func observed(_ dispatch: Dispatch<Key, Value>) -> ObservedBatch<Key> {
        ObservedBatch(dispatch, keys: dispatch.keys, loader: options.name)
    }
}
