// SPDX-License-Identifier: Apache-2.0
//
// One run: the effects around its account.

internal import Synchronization

/// What becomes of records, besides the result: whoever wants them as they come.
typealias RecordHandler<Input: Sendable, Output: Sendable> =
    @concurrent @Sendable ([BulkRecord<Input, Output>]) async throws -> Void

/// A run that is under way.
final class RunCore<Operation: BulkOperation>: Sendable {
    typealias Input = Operation.Input
    typealias Output = Operation.Output
    typealias Machine = RunMachine<Input, Output>
    typealias Record = BulkRecord<Input, Output>

    let operation: Operation
    let options: BulkOptions
    let limiter: BulkRateLimiter
    let clock: RunClock
    let attempt: Attempt<Operation>
    let keyPrefix: String?
    private let machine: Mutex<Machine>
    private let generator: Mutex<any RandomNumberGenerator & Sendable>
    private let total: Int?
    private let progress: BulkProgressUpdates?
    private let delivery: Delivery<Record>?
    let journal: RunJournal<Output>?

    init(
        _ operation: Operation,
        options: BulkOptions,
        runID: String,
        journal: RunJournal<Output>?,
        total: Int?,
        progress: BulkProgressUpdates?,
        handler: RecordHandler<Input, Output>?
    ) {
        self.journal = journal
        self.operation = operation
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
        keyPrefix = options.usesIdempotencyKeys ? runID : nil
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
    func run<Source: RunSource<Input>>(_ source: sending Source) async -> (BulkSummary, BulkResult<Input, Output>) {
        let name = options.name
        let timer = options.timeout.map { timeout in
            Task(name: name.map { "\($0) time-out" }) { [weak self, clock] in
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
        var (summary, result) = look { ($0.summary, $0.result) }
        summary.duration = elapsed
        result.summary = summary
        result.sort()
        return (summary, result)
    }

    /// Ends the run early. What does not end by itself when it is cancelled is given up after a while.
    func stop(_ ending: BulkEnding, _ haste: Machine.Haste) {
        update { ((), $0.stop(ending, haste)) }
        guard haste == .cancelling else { return }
        Task { [weak self, clock, options] in
            try? await clock.sleep(for: options.gracePeriod)
            await self?.abandon()
        }
    }

    private func abandon() async {
        let error = BulkError(.cancelled, "The run ended while the item was under way, and nothing was heard of it.")
        await publish(update { $0.abandon(because: error) })
    }

    // MARK: Chunks

    /// Sends a chunk until all its items have an end, or the run ends.
    func send(_ items: [ItemState<Input>], as id: Int) async {
        var items = items
        while (try? await limiter.waitForTurn()) != nil, await announce(items), look({ $0.beginAttempt(id) }) {
            let start = clock.now()
            let outcomes = await attempt.outcomes(of: chunk(of: items))
            let judged = judge(items, outcomes)
            let isOurs = update { $0.settle(id, judged.records, rest: judged.rest, took: clock.now() - start) }
            guard isOurs else { return }
            await write { try await $0.ended(judged.records) }
            await publish(judged.records)
            items = judged.rest
            guard !items.isEmpty, (try? await clock.sleep(for: delay(before: items, judged.retryAfter))) != nil else {
                break
            }
        }
        let unsent = update { $0.giveUp(id) }
        await write { try await $0.withdraw(unsent) }
        await publish(unsent)
        update { ((), $0.release(id)) }
    }

    private func chunk(of items: [ItemState<Input>]) -> BulkChunk<Input> {
        let items = items.map { state in
            var item = state.item
            item.attempt = state.attempts + state.earlierAttempts + 1
            return item
        }
        return BulkChunk(items: items, isAtomic: options.failureMode == .atomic, limiter: limiter)
    }

    private func judge(
        _ items: [ItemState<Input>],
        _ outcomes: [BulkOutcome<Output>]
    ) -> (records: [Record], rest: [ItemState<Input>], retryAfter: Duration?) {
        var records: [Record] = []
        records.reserveCapacity(items.count)
        var rest: [ItemState<Input>] = []
        var longest: Duration?
        for (item, outcome) in zip(items, outcomes) {
            switch item.judged(by: outcome, options.retry) {
            case .end(let end):
                records.append(item.record(end, attempts: item.attempts + 1))
            case .again(let next, let retryAfter):
                rest.append(next)
                if let retryAfter { longest = max(longest ?? .zero, retryAfter) }
            }
        }
        return (records, rest, longest)
    }

    private func delay(before items: [ItemState<Input>], _ retryAfter: Duration?) -> Duration {
        if let retryAfter { limiter.pause(for: retryAfter) }
        let attempts = items.lazy.map(\.attempts).max() ?? 1
        return generator.withLock { options.retry.delay(after: attempts, using: &$0) }
    }

    /// Writes down what is about to be sent, once. Returns whether it may be.
    private func announce(_ items: [ItemState<Input>]) async -> Bool {
        let new = items.lazy.filter { $0.attempts == 0 }.map(\.item.index)
        guard !new.isEmpty else { return true }
        return await write { try await $0.willSend(new) }
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

    /// Hands over records that are in the account already.
    func publish(_ records: [Record]) async {
        guard !records.isEmpty else { return }
        if let error = await delivery?.deliver(records) { stop(.handlerFailed(error), .settling) }
        progress?.update(at: clock.now()) {
            look { $0.progress(total: total, elapsed: clock.now(), isLast: false) }
        }
    }
}
