// SPDX-License-Identifier: Apache-2.0
//
// The engine: inputs in, and for each of them an end.

/// Does an operation to any number of inputs, and keeps account of each.
///
/// ```swift
/// import BulkOperations
///
/// func doubled(_ numbers: [Int]) async throws -> [Int?] {
///     let runner = try BulkRunner(BulkClosure { chunk in chunk.inputs.map { .success($0 * 2) } })
///     let result = try await runner.run(numbers)
///     for failure in result.failures { print(failure.index, failure.error) }
///     return result.outputs
/// }
/// ```
///
/// Inputs are read from any sequence, no more of them than the chunks in flight hold; each is validated; chunks are sent
/// side by side; what may be tried again is; and each input ends as done, failed, unknown or not sent, see
/// ``BulkResult``. Failures are results: a run throws only if it could not begin.
///
/// When the task is cancelled, the run ends as soon as the operations in flight do, and at the latest after
/// ``BulkOptions/gracePeriod``, and returns what is known. Nothing that it started goes on then but an operation that does
/// not listen to cancellation, or a source that does not.
public struct BulkRunner<Operation: BulkOperation>: Sendable {
    /// An input of the operation.
    public typealias Input = Operation.Input
    /// What comes of one.
    public typealias Output = Operation.Output
    /// What a run comes to.
    public typealias Result = BulkResult<Input, Output>
    /// The end of one item.
    public typealias Record = BulkRecord<Input, Output>

    /// What is done.
    public let operation: Operation
    /// The options of each run.
    public let options: BulkOptions
    @usableFromInline let loops: ItemLoops<Input, Output>

    /// Makes a runner, which may be used for many runs, at the same time too.
    ///
    /// - Parameters:
    ///   - operation: What is done to the inputs.
    ///   - options: How.
    /// - Throws: ``BulkError`` with ``BulkError/Code/invalidOption`` that names the option, or with
    ///   ``BulkError/Code/notAtomic`` if the operation cannot do what ``BulkFailureMode/atomic`` asks for.
    @inlinable
    public init(_ operation: Operation, options: BulkOptions = BulkOptions()) throws(BulkError) {
        try options.check(for: operation)
        self.operation = operation
        self.options = options
        loops = ItemLoops(operation)
    }

    /// The same with other options.
    private init(_ runner: Self, options: BulkOptions) throws(BulkError) {
        try options.check(for: runner.operation)
        operation = runner.operation
        loops = runner.loops
        self.options = options
    }
}

extension BulkRunner {
    /// Runs over a collection. If the run ends early, the rest of the inputs is told as not sent.
    ///
    /// - Parameters:
    ///   - inputs: The inputs.
    ///   - journal: Where the run remembers what it did, and goes on from.
    ///   - progress: Told how far the run has come.
    /// - Returns: The end of each input. It has the outputs and what failed, so it is as large as those are; see
    ///   ``forEach(of:journal:progress:_:)`` and ``records(of:journal:progress:)`` for runs that must not grow.
    /// - Throws: What ``BulkOperation/prepare()`` throws, and ``BulkError`` for a journal that is of another run, in use or
    ///   damaged; before anything is read.
    /// - Complexity: O(*n*) besides what the operation takes.
    @inlinable
    public func run<C: Collection & Sendable>(
        _ inputs: C,
        journal: BulkJournal<Output>? = nil,
        progress: BulkProgressUpdates? = nil
    ) async throws -> Result where C.Element == Input {
        try await collect(RunSource(inputs, isFinite: true), total: inputs.count, journal, progress)
    }

    /// Runs over a sequence of any length.
    ///
    /// Otherwise as ``run(_:journal:progress:)``; if the run ends early, ``BulkSummary/firstUnread`` says where the sequence
    /// was left.
    /// `total` is how many inputs there are, if that is known, for the progress.
    @inlinable
    public func run<S: Sequence>(
        _ inputs: sending S,
        total: Int? = nil,
        journal: BulkJournal<Output>? = nil,
        progress: BulkProgressUpdates? = nil
    ) async throws -> Result where S.Element == Input {
        try await collect(RunSource(inputs, isFinite: false), total: total, journal, progress)
    }

    /// Runs over an asynchronous sequence of any length, which is read no faster than chunks are done.
    ///
    /// Otherwise as ``run(_:journal:progress:)``. When the sequence throws, what was read before ends as usual, and
    /// the error is in ``BulkSummary/ending``.
    @inlinable
    public func run<S: AsyncSequence>(
        _ inputs: sending S,
        total: Int? = nil,
        journal: BulkJournal<Output>? = nil,
        progress: BulkProgressUpdates? = nil
    ) async throws -> Result where S.Element == Input {
        try await collect(RunSource(inputs), total: total, journal, progress)
    }

    /// Runs over a collection and hands over the end of each item as it comes; nothing is kept.
    ///
    /// - Parameters:
    ///   - inputs: The inputs.
    ///   - journal: Where the run remembers what it did, and goes on from.
    ///   - progress: Told how far the run has come.
    ///   - handler: Called with records, one call after another, in the order in which items end. A chunk makes no room
    ///     for the next before its records are taken. If it throws, nothing more is sent, and
    ///     ``BulkSummary/ending`` has the error.
    /// - Returns: The run in numbers.
    /// - Throws: What ``BulkOperation/prepare()`` throws, and ``BulkError`` for a journal that is of another run, in use or
    ///   damaged; before anything is read.
    @inlinable
    public func forEach<C: Collection & Sendable>(
        of inputs: C,
        journal: BulkJournal<Output>? = nil,
        progress: BulkProgressUpdates? = nil,
        _ handler: @escaping @concurrent @Sendable ([Record]) async throws -> Void
    ) async throws -> BulkSummary where C.Element == Input {
        try await summarize(RunSource(inputs, isFinite: true), total: inputs.count, journal, progress, handler)
    }

    /// Runs over a sequence of any length in constant memory; otherwise as ``forEach(of:journal:progress:_:)``.
    @inlinable
    public func forEach<S: Sequence>(
        of inputs: sending S,
        total: Int? = nil,
        journal: BulkJournal<Output>? = nil,
        progress: BulkProgressUpdates? = nil,
        _ handler: @escaping @concurrent @Sendable ([Record]) async throws -> Void
    ) async throws -> BulkSummary where S.Element == Input {
        try await summarize(RunSource(inputs, isFinite: false), total: total, journal, progress, handler)
    }

    /// Runs over an asynchronous sequence of any length in constant memory; otherwise as
    /// ``forEach(of:journal:progress:_:)``.
    @inlinable
    public func forEach<S: AsyncSequence>(
        of inputs: sending S,
        total: Int? = nil,
        journal: BulkJournal<Output>? = nil,
        progress: BulkProgressUpdates? = nil,
        _ handler: @escaping @concurrent @Sendable ([Record]) async throws -> Void
    ) async throws -> BulkSummary where S.Element == Input {
        try await summarize(RunSource(inputs), total: total, journal, progress, handler)
    }
}

extension BulkRunner {
    @usableFromInline
    func collect(
        _ source: sending RunSource<Input>,
        total: Int?,
        _ journal: BulkJournal<Output>?,
        _ progress: BulkProgressUpdates?,
        runID: String? = nil
    ) async throws -> Result {
        let core = try await makeCore(total: total, journal, progress, nil, runID: runID)
        return result(of: await core.run(source), runID: core.runID)
    }

    private func result(of run: (summary: BulkSummary, records: [[Record]]), runID: String) -> Result {
        var result = loops.makeResult(run.records)
        result.summary = run.summary
        result.rerun = { rerun in
            try await BulkRunner(self, options: rerun.options ?? options).run(rerun.cargo, runID: runID)
        }
        return result
    }

    /// Runs over items whose indices are given. Those that were not even read end as they are.
    func run(_ cargo: Cargo<Input>, runID: String) async throws -> Result {
        let core = try await makeCore(total: cargo.count, nil, nil, nil, runID: runID)
        var (summary, records) = await core.run(RunSource(cargo))
        if let firstUnread = summary.firstUnread.take(), firstUnread < cargo.count {
            let unread: Ends<Input, Output> = cargo[firstUnread..<cargo.count].ends()
            records.append(unread.records)
            summary.tally += unread.tally
        }
        return result(of: (summary, records), runID: runID)
    }

    @usableFromInline
    func summarize(
        _ source: sending RunSource<Input>,
        total: Int?,
        _ journal: BulkJournal<Output>?,
        _ progress: BulkProgressUpdates?,
        _ handler: @escaping RecordHandler<Input, Output>
    ) async throws -> BulkSummary {
        let core = try await makeCore(total: total, journal, progress, handler)
        return await core.run(source).0
    }

    /// Gets everything ready before anything is read.
    private func makeCore(
        total: Int?,
        _ journal: BulkJournal<Output>?,
        _ progress: BulkProgressUpdates?,
        _ handler: RecordHandler<Input, Output>?,
        runID: String? = nil
    ) async throws -> RunCore<Operation> {
        let runID = runID ?? .randomRunID()
        var open: RunJournal<Output>?
        do {
            if let journal { open = try await RunJournal(journal, runID: runID) }
            try await operation.prepare()
        } catch {
            progress?.finish(with: nil)
            throw error
        }
        return RunCore(
            operation,
            loops: loops,
            options: options,
            runID: open?.runID ?? runID,
            journal: open,
            total: total,
            progress: progress,
            handler: handler
        )
    }
}

extension String {
    /// What tells one run from all others.
    static func randomRunID() -> String {
        String(UInt64.random(in: .min ... .max), radix: 36) + String(UInt64.random(in: .min ... .max), radix: 36)
    }
}
