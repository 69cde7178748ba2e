// SPDX-License-Identifier: Apache-2.0
//
// One run: the effects around its account.

internal import Synchronization

/// What becomes of records, besides the result: whoever wants them as they come.
@usableFromInline
typealias RecordHandler<Input: Sendable, Output: Sendable> =
    @concurrent @Sendable ([BulkRecord<Input, Output>]) async throws -> Void

/// A run that is under way.
final class RunCore<Operation: BulkOperation>: Sendable {
    typealias Input = Operation.Input
    typealias Output = Operation.Output
    typealias Machine = RunMachine<Input, Output>
    typealias Record = BulkRecord<Input, Output>
    typealias Ends = BulkOperations.Ends<Input, Output>

    let operation: Operation
    let loops: ItemLoops<Input, Output>
    let intake: Intake<Input>
    let options: BulkOptions
    let limiter: BulkRateLimiter
    let clock: RunClock
    let attempt: Attempt<Operation>
    let runID: String
    private let machine: Mutex<Machine>
    private let generator: Mutex<any RandomNumberGenerator & Sendable>
    private let total: Int?
    private let progress: BulkProgressUpdates?
    private let delivery: Delivery<Record>?
    let journal: RunJournal<Output>?

    init(
        _ operation: Operation,
        loops: ItemLoops<Input, Output>,
        options: BulkOptions,
        runID: String,
        journal: RunJournal<Output>?,
        total: Int?,
        progress: BulkProgressUpdates?,
        handler: RecordHandler<Input, Output>?
    ) {
        self.runID = runID
        self.journal = journal
        self.operation = operation
        self.loops = loops
        self.options = options
        self.total = total
        self.progress = progress
        limiter = options.rateLimiter ?? BulkRateLimiter(learningOn: options.clock)
        clock = RunClock(options.clock)
        attempt = Attempt(
            operation: operation,
            timeout: options.chunkTimeout,
            gracePeriod: options.gracePeriod,
            clock: clock
        )
        intake = Intake(keyPrefix: options.usesIdempotencyKeys ? runID : nil)
        delivery = handler.map { Delivery($0) }
        generator = Mutex(options.generator)
        let sizer = ChunkSizer(options.chunking, atMost: operation.maxChunkSize)
        machine = Mutex(Machine(options, sizer: sizer, collects: handler == nil))
    }

    /// Changes the account and does what follows.
    @discardableResult
    func update<Result: Sendable>(_ change: (inout Machine) -> (Result, Machine.Actions)) -> Result {
        let (result, actions) = machine.withLock { change(&$0) }
        for task in actions.cancellations { task.cancel() }
        if let (reader, mayRead) = actions.reader { reader.resume(returning: mayRead) }
        actions.end?.resume()
        return result
    }

    /// Looks at the account.
    func look<Result: Sendable>(_ look: (inout Machine) -> Result) -> Result {
        machine.withLock { look(&$0) }
    }

    // MARK: The run as a whole

    /// Runs to the end, whatever that is.
    func run(_ source: sending RunSource<Input>) async -> (BulkSummary, [[Record]]) {
        let name = options.name
        let timer = options.timeout.map { timeout in
            Task(name: name.map { "\($0) time-out" }) { [weak self, clock] in
                // Cancelled when the run has ended: then there is nothing to stop.
                guard (try? await clock.sleep(for: timeout)) != nil else { return }
                self?.stop(.timedOut, .cancelling)
            }
        }
        let feeder = Task(name: name.map { "\($0) source" }) { await self.feed(from: source) }
        if !look({ $0.started(feeder) }) { feeder.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if look({ $0.waitForEnd(continuation) }) { continuation.resume() }
            }
        } onCancel: {
            stop(.cancelled, .cancelling)
        }
        timer?.cancel()
        await journal?.close()
        let elapsed = clock.now()
        progress?.finish(with: look { $0.progress(total: total, elapsed: elapsed, isLast: true) })
        var (summary, records) = look { ($0.summary, $0.takeRecords()) }
        summary.duration = elapsed
        return (summary, records)
    }

    /// Ends the run early. What does not end by itself when it is cancelled is given up after a while.
    func stop(_ ending: BulkEnding, _ haste: Machine.Haste) {
        update { ((), $0.stop(ending, haste)) }
        guard haste == .cancelling else { return }
        Task { [weak self, clock, options] in
            // Nothing cancels this task; a clock that fails to sleep must not keep the run from ending.
            try? await clock.sleep(for: options.gracePeriod)
            await self?.abandon()
        }
    }

    private func abandon() async {
        let error = BulkError(.cancelled, "The run ended while the item was under way, and nothing was heard of it.")
        var recalledEnds = Ends()
        let rest = recalled(intake.close(), &recalledEnds)
        let ends = update { [recalledEnds] machine in
            // Unless whoever reads has taken it into the account in the meantime.
            let isLeft = !intake.cargo.isEmpty
            if isLeft { _ = machine.read(rest, recalledEnds) }
            intake.clear()
            var (ends, actions) = machine.abandon(because: error)
            if isLeft { ends += recalledEnds }
            return (ends, actions)
        }
        await publish(ends)
    }

    // MARK: Chunks

    /// Sends a chunk until all its items have an end, or the run ends.
    func send(_ cargo: Cargo<Input>, as id: Int) async {
        var cargo = cargo
        while (try? await limiter.waitForTurn()) != nil, await announce(cargo), look({ $0.beginAttempt(id) }) {
            let start = clock.now()
            let chunk = BulkChunk(
                items: cargo.items,
                isAtomic: options.failureMode == .atomic,
                limiter: limiter
            )
            let judgement = loops.judge(cargo, await attempt.outcomes(of: chunk), options.retry)
            let (ends, rest) = (judgement.ends, judgement.rest)
            guard update({ $0.settle(id, ends, rest: rest, took: clock.now() - start) }) else { return }
            await write { try await $0.ended(ends.records) }
            await publish(ends)
            let delay = delay(after: judgement, of: cargo)
            cargo = rest
            // A run that is stopped cancels the wait: what is left is not sent again.
            guard !cargo.isEmpty, look(\.goesOn), (try? await clock.sleep(for: delay)) != nil else { break }
        }
        if !cargo.isEmpty {
            let unsent = update { $0.giveUp(id) }
            await write { try await $0.withdraw(unsent.records) }
            await publish(unsent)
        }
        update { ((), $0.release(id)) }
    }

    /// How long a chunk waits for its next attempt. If the server had too much, so does everybody else.
    private func delay(after judgement: Judgement<Input, Output>, of cargo: Cargo<Input>) -> Duration {
        guard !judgement.rest.isEmpty || judgement.pause != nil else { return .zero }
        let attempts = (cargo.pasts.lazy.map(\.attempts).max() ?? 0) + 1
        let delay = generator.withLock { options.retry.delay(after: attempts, using: &$0) }
        if let pause = judgement.pause { limiter.pause(for: max(pause, delay)) }
        return delay
    }

    /// Writes down what is about to be sent, once. Returns whether it may be.
    private func announce(_ cargo: Cargo<Input>) async -> Bool {
        await write { journal in
            let new = cargo.pasts.filter { $0.attempts == 0 }.map(\.index)
            if !new.isEmpty { try await journal.willSend(new) }
        }
    }

    /// Writes to the journal, if there is one. If that fails, nothing more is sent.
    @discardableResult
    private func write(_ write: (RunJournal<Output>) async throws -> Void) async -> Bool {
        guard let journal else { return true }
        do {
            try await write(journal)
            return true
        } catch {
            stop(.journalFailed(error), .settling)
            return false
        }
    }

    /// Hands over what is in the account already.
    func publish(_ ends: Ends) async {
        guard !ends.isEmpty else { return }
        if let error = await delivery?.deliver(ends.records) { stop(.handlerFailed(error), .settling) }
        progress?.update(at: clock.now()) {
            look { $0.progress(total: total, elapsed: clock.now(), isLast: false) }
        }
    }
}
