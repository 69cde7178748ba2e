// SPDX-License-Identifier: Apache-2.0
//
// The tasks that run a scope's batches.
//
// They are made by the *host*, a child task of the scope, so that they carry the scope's task-local values and not those
// of the caller that happened to be first; and kept for later batches, as long as the scope is open, because a new task
// costs as much as all the rest of a load.

extension BatchingScope {
    /// More workers than this are not kept.
    private static let mostIdleWorkers = 32

    /// Runs a batch as a task of the scope. To be called when a tick ends.
    ///
    /// - Returns: Whether it will run; not if the scope is over, nor on another thread, where one that has closed may be
    ///   over the next moment.
    @usableFromInline
    func start(_ batch: RunningBatch) -> Bool {
        guard isOnCurrentThread, !own.isOver else { return false }
        own.runningBatches += 1
        if tick.waitsForBatches { hold(1) }
        if own.idleWorkers.last?.suits(batch) == true {  // As a rule.
            own.idleWorkers.removeLast().give(batch)
        } else if let index = own.idleWorkers.lastIndex(where: { $0.suits(batch) }) {
            own.idleWorkers.remove(at: index).give(batch)
        } else {
            own.unstaffed.append(batch)
            own.host.take()?.resume()
        }
        return true
    }

    func waitingOfBatchChanged(to isWaiting: Bool) {
        if tick.waitsForBatches { hold(isWaiting ? -1 : 1) }
    }

    /// Ends the tasks that wait for batches: the last tick has ended.
    func end() {
        assert(isOnCurrentThread)
        own.isOver = true
        own.host.take()?.resume()
        for worker in own.idleWorkers { worker.give(nil) }
        own.idleWorkers.removeAll()
    }

    /// Makes workers for batches that have none, until the scope is over.
    @concurrent
    func host() async {
        while true {
            await withUnsafeContinuation { host in
                assert(isOnCurrentThread)
                if own.isOver || !own.unstaffed.isEmpty { host.resume() } else { own.host = host }
            }
            for batch in own.unstaffed { hire(for: batch) }
            own.unstaffed.removeAll()
            if own.isOver { return }
        }
    }

    private func hire(for batch: RunningBatch) {
        let context = WorkerContext(scope: self)
        LoadContext.$current.withValue(context) {
            let worker = BatchWorker(for: batch, context: context)
            worker.task = Task(name: batch.name, executorPreference: self, priority: batch.priority.taskPriority) {
                await self.work(as: worker)
            }
            // This task runs on the executor of the worker's, which therefore has not begun.
        }
    }

    /// Runs batches until there is none for it. `@concurrent`: a function that inherits its caller's isolation changes
    /// back to it after each wait, though all but batch functions is on the scope's executor.
    @concurrent
    private func work(as worker: BatchWorker) async {
        var next = worker.first.take()
        while true {
            do {  // An idle worker does not keep the keys of its last batch.
                guard let batch = next.take() else { return }
                await worker.begin(batch)?(batch)
                guard isReady(worker, afterRunning: batch) else { return }
            }
            next = await withUnsafeContinuation { take($0, of: worker) }
        }
    }

    private func isReady(_ worker: BatchWorker, afterRunning batch: RunningBatch) -> Bool {
        assert(isOnCurrentThread)
        own.runningBatches -= 1
        if tick.waitsForBatches { hold(-1) }
        return worker.end(batch)
    }

    /// Has a worker wait for a batch.
    private func take(_ continuation: UnsafeContinuation<RunningBatch?, Never>, of worker: BatchWorker) {
        if own.isOver || own.idleWorkers.count == Self.mostIdleWorkers {
            continuation.resume(returning: nil)
        } else {
            worker.continuation = continuation
            own.idleWorkers.append(worker)
        }
    }
}
