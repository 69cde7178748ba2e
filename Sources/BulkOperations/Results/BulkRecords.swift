// SPDX-License-Identifier: Apache-2.0
//
// The ends of a run's items as a sequence, which the run waits for.

/// The ends of the items of one run, one by one, in the order in which they come.
///
/// ```swift
/// import BulkOperations
///
/// func run(_ runner: BulkRunner<BulkClosure<Int, Int>>, on inputs: [Int]) async throws {
///     let records = runner.records(of: inputs)
///     for try await record in records {
///         if case .failed(let error) = record.end { print(record.index, error) }
///     }
///     print(try await records.finish())
/// }
/// ```
///
/// Nothing is kept, and the run goes no faster than its reader: a chunk makes no room for the next before its records are
/// taken. The run begins at once. It is cancelled when the loop is left, when the reader's task is cancelled, and when
/// the sequence is let go of unread. It is for one reader.
///
/// The loop throws what ``BulkRunner/run(_:journal:progress:)`` throws, and `CancellationError` when its task is
/// cancelled; failures of items are records, and ``finish()`` tells why a run ended early.
public final class BulkRecords<Input: Sendable, Output: Sendable>: AsyncSequence, Sendable {
    /// The end of one item.
    public typealias Element = BulkRecord<Input, Output>

    private let parts = HandOff<[Element]>()
    private let run: Task<BulkSummary, any Error>

    /// Begins a run whose records go to the handler that it is given.
    init(_ run: sending @escaping (_ handler: @escaping RecordHandler<Input, Output>) async throws -> BulkSummary) {
        self.run = Task { [parts] in
            defer { parts.finish() }
            return try await run { records in
                guard await parts.give(records) else { throw CancellationError() }
            }
        }
    }

    deinit { leave() }

    /// Cancels the run, unless it is over, and returns its numbers when it is.
    ///
    /// - Throws: What ``BulkRunner/run(_:journal:progress:)`` throws.
    public func finish() async throws -> BulkSummary {
        leave()
        return try await run.value
    }

    /// Iterates over the records.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(Reader(self)) }

    private func leave() {
        run.cancel()
        parts.finish()
    }

    private func next() async throws -> [Element]? {
        try await withTaskCancellationHandler {
            if let records = await parts.makeAsyncIterator().next() { return records }
            _ = try await run.value
            try Task.checkCancellation()
            return nil
        } onCancel: {
            leave()
        }
    }

    /// An iterator over the records of a run, which ends with it.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let reader: Reader
        private var records = [Element]().makeIterator()

        fileprivate init(_ reader: Reader) {
            self.reader = reader
        }

        /// The next record; `nil` when the run is over.
        public mutating func next() async throws -> Element? {
            while true {
                if let record = records.next() { return record }
                guard let next = try await reader.run.next() else { return nil }
                records = next.makeIterator()
            }
        }
    }

    /// Ends the run when the loop is left.
    fileprivate final class Reader: Sendable {
        let run: BulkRecords

        init(_ run: BulkRecords) {
            self.run = run
        }

        deinit { run.leave() }
    }
}
