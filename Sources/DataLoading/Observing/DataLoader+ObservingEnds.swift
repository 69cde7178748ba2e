// SPDX-License-Identifier: Apache-2.0
//
// Taking results in while somebody looks: what is published is told before those who wait for it go on.

extension DataLoader {
    /// Takes the results of a batch in, whose function has ended.
    ///
    /// - Parameter start: When the function was called, if somebody wants to know.
    @inlinable
    nonisolated func finish(
        _ dispatch: Dispatch<Key, Value>,
        of queue: LoadQueue<Key, Value>,
        with outcome: BatchOutcome<Key, Value>,
        _ judgement: Judgement<Key, Value>?,
        since start: Duration?
    ) -> Chores<Key, Value> {
        guard let observation, let start else {
            return intake.withLock { $0.finish(dispatch, of: queue, with: outcome, judgement) }
        }
        let time = observation.now() - start
        let (chores, end) = intake.withLock { intake in
            let end = intake.noteEnd(of: dispatch, with: outcome, in: time)
            return (intake.finish(dispatch, of: queue, with: outcome, judgement), end)
        }
        if let end { tell(end, of: dispatch, to: observation.observer) }
        return chores
    }

    /// Fails what a batch has not brought, whose function is not waited for any more.
    ///
    /// - Parameter time: How long the function was waited for.
    @inlinable
    nonisolated func abandon(
        _ dispatch: Dispatch<Key, Value>,
        with error: any Error,
        after time: Duration
    ) -> Chores<Key, Value> {
        let failure = BatchOutcome<Key, Value>.failure(error)
        guard let observation else { return intake.withLock { $0.abandon(dispatch, with: failure) } }
        let (chores, end) = intake.withLock { intake in
            let end = intake.noteEnd(of: dispatch, with: failure, in: time)
            return (intake.abandon(dispatch, with: failure), end)
        }
        if let end { tell(end, of: dispatch, to: observation.observer) }
        return chores
    }

    /// Takes one result of a streaming batch function in.
    @inlinable
    @inline(never)
    nonisolated func take(
        _ candidate: Candidate<Key, Value>,
        in dispatch: Dispatch<Key, Value>,
        slots: SlotsByKey<Key>,
        for observation: Observation<Key>
    ) -> BatchResolution {
        let (resolution, chores) = intake.withLock { intake in
            let taken = intake.take(candidate, in: dispatch, slots: slots)
            if case (.taken, .failure) = (taken.0, candidate.result) { intake.noteFailure(in: dispatch) }
            return taken
        }
        if case (.taken, .failure(let error)) = (resolution, candidate.result) {
            observation.observer?.didFail(candidate.key, with: error, in: observed(dispatch))
        }
        settle(chores)
        return resolution
    }

    @inlinable
    nonisolated func tell(
        _ end: BatchEnd<Key>,
        of dispatch: Dispatch<Key, Value>,
        to observer: (any DataLoaderObserver<Key>)?
    ) {
        guard let observer else { return }
        let batch = observed(dispatch)
        for (key, error) in end.failures { observer.didFail(key, with: error, in: batch) }
        observer.didRun(batch, in: end.time, failedKeys: end.failedKeys, error: end.error)
    }
}
