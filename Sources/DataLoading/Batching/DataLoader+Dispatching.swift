// SPDX-License-Identifier: Apache-2.0
//
// Ending ticks, starting batches, taking their results in.

extension DataLoader {
    /// Sends what was loaded outside of all scopes, or in scopes that are over, and has not been sent yet, whatever the
    /// schedule is.
    ///
    /// Returns at once: the callers get their values as the batches come back.
    @inlinable
    public nonisolated func dispatch() {
        for queue in intake.withLock({ $0.gathering.withoutTicks }) { endTick(of: queue) }
    }

    /// Sees to what a key has done to the queue that it joined.
    @inlinable
    nonisolated func handle(_ event: QueueEvent, of queue: LoadQueue<Key, Value>) {
        switch event {
        case .opened:
            // First, so that whoever is told to end its tick finds the time.
            if let observation { noteOpening(of: queue, for: observation) }
            schedule(queue)
        case .filled:
            endTick(of: queue)
        }
    }

    /// Sees to it that a queue is sent when its tick ends, or when the schedule says so outside of all scopes.
    @inlinable
    nonisolated func schedule(_ queue: LoadQueue<Key, Value>) {
        if queue.scope?.atTickEnd({ self.endTick(of: $0) }) == true { return }
        if case .immediate = options.schedule.kind { return endTick(of: queue) }
        let priority = intake.withLock { _ in queue.priority }.taskPriority
        Task.detached(name: taskName("schedule"), priority: priority) { await self.endTickInTime(of: queue) }
    }

    @inlinable
    func endTickInTime(of queue: LoadQueue<Key, Value>) async {
        switch options.schedule.kind {
        case .quiescence(let maximumDelay):
            await quiescence(maximumDelay: maximumDelay) { intake.withLock { _ in queue.slots.count } }
        case .window(let time, let clock), .manual(let time, let clock):
            // Nothing cancels this task; a clock that fails to sleep must not keep callers waiting.
            try? await clock.sleep(for: time)
        case .immediate:
            break
        }
        endTick(of: queue)
    }

    /// Ends the tick of what is gathered in a scope, if anything is, and starts what is due of it.
    ///
    /// A scope's keys are cut when one of its ticks ends and at no other moment, in one step: if another scope could
    /// cut them, or cut some of them, the batches would be a matter of timing.
    @inlinable
    nonisolated func endTick(of scope: BatchingScope) {
        send(intake.withLock { $0.endTick(of: $0.gathering.queue(of: scope), in: scope, onWaiting: onWaiting) })
    }

    @inlinable
    nonisolated func endTick(of queue: LoadQueue<Key, Value>) {
        send(intake.withLock { $0.endTick(of: queue, in: queue.scope, onWaiting: onWaiting) })
    }

    /// Starts what is due and may run of one scope, or of what was loaded outside of all.
    @inlinable
    nonisolated func startBatches(of scope: BatchingScope?) {
        send(intake.withLock { $0.departures(of: scope, onWaiting: onWaiting) })
    }

    /// Starts batches that have been cut, and sees to what else has come of that.
    @inlinable
    nonisolated func send(_ departures: Intake<Key, Value>.Departures) {
        if let observation { willRun(departures.dispatches, for: observation) }
        settle(departures.chores)
        departures.dispatches.forEach { start($0) }
        if !departures.offers.isEmpty { offerRoom(to: departures.offers) }
    }

    @inlinable
    nonisolated func offerRoom(to scopes: [BatchingScope]) {
        for scope in scopes {
            let isOpen = scope.atTickEnd { self.startBatches(of: $0) }
            if !isOpen { startBatches(of: scope) }
        }
    }

    @inlinable
    nonisolated func start(_ dispatch: Dispatch<Key, Value>) {
        dispatch.loader = self
        dispatch.start { batch in
            let dispatch = unsafeDowncast(batch, to: Dispatch<Key, Value>.self)
            await dispatch.loader.take()?.run(dispatch)
        }
    }

    @inlinable @inline(__always)
    nonisolated func run(_ dispatch: Dispatch<Key, Value>) async {
        let start = observation?.now()
        let timer = options.batchTimeout.map { startTimer(of: $0, for: dispatch) }
        do {
            if let stream = batchFunction.stream {
                let (outcome, keys) = try await self.outcome(of: dispatch, from: stream)
                timer?.cancel()
                end(dispatch, with: outcome, of: keys, since: start)
            } else {
                let results = try await batchFunction.fetch(dispatch.keys)
                timer?.cancel()
                end(dispatch, with: results, since: start)
            }
        } catch {
            timer?.cancel()
            end(dispatch, with: .failure(error), of: dispatch.keys, since: start)
        }
    }

    /// Takes in what a batch function returned.
    @inlinable @inline(never)
    nonisolated func end(
        _ dispatch: Dispatch<Key, Value>,
        with results: BatchResults<Key, Value>,
        since start: Duration?
    ) {
        let outcome = results.outcome(for: dispatch.keys, areUnique: options.deduplicates, loader: options.name)
        end(dispatch, with: outcome, of: dispatch.keys, since: start)
        results.afterwards?()
    }

    /// Ends a batch. Not a part of the asynchronous function that ran it, which would keep all that this needs in the
    /// memory of its task.
    ///
    /// - Parameter keys: The keys that the outcome is of, in the order of their slots.
    @inlinable
    nonisolated func end(
        _ dispatch: Dispatch<Key, Value>,
        with outcome: BatchOutcome<Key, Value>,
        of keys: [Key],
        since start: Duration?
    ) {
        WaitGraph.end(dispatch)
        // Only this takes it. It may be the last to know the queue, which then ends outside the lock.
        guard let queue = dispatch.queue else { return }
        settle(finish(dispatch, of: queue, with: outcome, judgement(of: outcome, for: keys), since: start))
        if options.maxConcurrentBatches != nil { startBatches(of: nil) }
    }

    /// Fails a batch that takes too long. Not a part of its caller: a priority takes memory of the task, used or not.
    @inlinable @inline(never)
    nonisolated func startTimer(of time: Duration, for dispatch: Dispatch<Key, Value>) -> Task<Void, Never> {
        let clock = options.clock
        return Task.detached(name: taskName("batch timeout"), priority: dispatch.priority.taskPriority) {
            do { try await clock.sleep(for: time) } catch { return }
            let error = DataLoaderError.batchTimedOut(after: time, keys: dispatch.keys.count, loader: self.options.name)
            let chores = self.abandon(dispatch, with: error, after: time)
            dispatch.cancel()
            self.settle(chores)
        }
    }

    /// While the loads that a batch's function makes are waited for, the batch does not count: the limit would keep it
    /// waiting for itself.
    @inlinable nonisolated var onWaiting: (@Sendable (_ isWaiting: Bool) -> Void)? {
        guard options.maxConcurrentBatches != nil else { return nil }
        return { isWaiting in
            self.intake.withLock { $0.running += isWaiting ? -1 : 1 }
            if isWaiting { self.startBatches(of: nil) }
        }
    }

    @inlinable
    nonisolated func taskName(_ purpose: String) -> String? {
        options.name.map { "\($0) \(purpose)" }
    }
}
