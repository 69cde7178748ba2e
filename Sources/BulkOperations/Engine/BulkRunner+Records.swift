// SPDX-License-Identifier: Apache-2.0
//
// Runs that are read as sequences of records.

extension BulkRunner {
    /// Begins a run over a collection and returns the end of each item as it comes, in constant memory.
    ///
    /// - Parameters:
    ///   - inputs: The inputs.
    ///   - journal: Where the run remembers what it did, and goes on from.
    ///   - progress: Told how far the run has come.
    /// - Returns: A sequence that the run waits for, and that cancels it when it is left.
    @inlinable
    public func records<C: Collection & Sendable>(
        of inputs: C,
        journal: BulkJournal<Output>? = nil,
        progress: BulkProgressUpdates? = nil
    ) -> BulkRecords<Input, Output> where C.Element == Input {
        records(RunSource(inputs, isFinite: true), total: inputs.count, journal, progress)
    }

    /// Begins a run over a sequence of any length; otherwise as ``records(of:journal:progress:)``.
    @inlinable
    public func records<S: Sequence>(
        of inputs: sending S,
        total: Int? = nil,
        journal: BulkJournal<Output>? = nil,
        progress: BulkProgressUpdates? = nil
    ) -> BulkRecords<Input, Output> where S.Element == Input {
        records(RunSource(inputs, isFinite: false), total: total, journal, progress)
    }

    /// Begins a run over an asynchronous sequence of any length, which is read no faster than records are; otherwise as
    /// ``records(of:journal:progress:)``.
    @inlinable
    public func records<S: AsyncSequence>(
        of inputs: sending S,
        total: Int? = nil,
        journal: BulkJournal<Output>? = nil,
        progress: BulkProgressUpdates? = nil
    ) -> BulkRecords<Input, Output> where S.Element == Input {
        records(RunSource(inputs), total: total, journal, progress)
    }

    @usableFromInline
    func records(
        _ source: sending RunSource<Input>,
        total: Int?,
        _ journal: BulkJournal<Output>?,
        _ progress: BulkProgressUpdates?
    ) -> BulkRecords<Input, Output> {
        // Only the closure has it, which is called once.
        nonisolated(unsafe) let source = source
        return BulkRecords { handler in try await summarize(source, total: total, journal, progress, handler) }
    }
}
