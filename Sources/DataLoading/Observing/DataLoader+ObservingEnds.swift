// SPDX-License-Identifier: Apache-2.0
//
// Taking results in while somebody looks: what is published is told before those who wait for it go on.

extension DataLoader {
    /// Takes the results of a batch in, whose function has ended.
    ///
    /// - Parameter start: When the function was called, if somebody wants to know.
    /// - Returns: Whom to resume, in call order.
    @inlinable
    nonisolated func finish(
        _ dispatch: Dispatch<Key, Value>,
        with outcome: BatchOutcome<Key, Value>,
        since start: Duration?
    ) -> [Intake<Key, Value>.Resumption] {
        guard let observation, let start else { return intake.withLock { $0.finish(dispatch, with: outcome) } }
        let time = observation.now() - start
        let (resumptions, end) = intake.withLock { intake in
            let end = intake.noteEnd(of: dispatch, with: outcome, in: time)
            return (intake.finish(dispatch, with: outcome), end)
        }
        if let end { tell(end, of: dispatch, to: observation.observer) }
        return resumptions
    }

    /// Fails what a batch has not brought, whose function is not waited for any more.
    ///
    /// - Parameter time: How long the function was waited for.
    /// - Returns: Whom to resume, in call order.
    @inlinable
    nonisolated func abandon(
        _ dispatch: Dispatch<Key, Value>,
        with error: any Error,
        after time: Duration
    ) -> [Intake<Key, Value>.Resumption] {
        guard let observation else { return intake.withLock { $0.publish(.failure(error), of: dispatch) } }
        let (resumptions, end) = intake.withLock { intake in
            let end = intake.noteEnd(of: dispatch, with: .failure(error), in: time)
            return (intake.publish(.failure(error), of: dispatch), end)
        }
        if let end { tell(end, of: dispatch, to: observation.observer) }
        return resumptions
    }

    /// Takes one result of a streaming batch function in.
    @inlinable
    @inline(never)
    nonisolated func take(
        _ result: Result<Value, any Error>,
        of key: Key,
        in dispatch: Dispatch<Key, Value>,
        slots: SlotsByKey<Key>,
        for observation: Observation<Key>
    ) -> BatchResolution {
        let (resolution, resumptions) = intake.withLock { intake in
            let taken = intake.take(result, of: key, in: dispatch, slots: slots)
            if case (.taken, .failure) = (taken.0, result) { intake.noteFailure(in: dispatch) }
            return taken
        }
        if case (.taken, .failure(let error)) = (resolution, result) {
            observation.observer?.didFail(key, with: error, in: observed(dispatch))
        }
        for resume in resumptions { resume() }
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
