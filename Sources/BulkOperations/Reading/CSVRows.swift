// SPDX-License-Identifier: Apache-2.0
//
// The rows of a file of comma-separated values, one by one.

/// The rows of comma-separated values ([RFC 4180](https://www.rfc-editor.org/rfc/rfc4180)) in UTF-8, as the bytes arrive.
///
/// ```swift
/// import BulkOperations
///
/// func names(in path: String) async throws -> [String] {
///     var names: [String] = []
///     for try await row in CSVRows(FileBytes(path)) {
///         if let name = row["name"] { names.append(name) }
///     }
///     return names
/// }
/// ```
///
/// One piece of the bytes and the unfinished row are in memory, however long the file is. Fields in quotes may contain
/// separators, doubled quotes and line breaks; rows end in CR LF or LF; a byte order mark is skipped, and so is a line
/// without any byte if there are several columns.
///
/// The iteration throws the ``RowError`` of the first row that is not well formed, and ends. To go on behind such rows and
/// be told of each, iterate over ``results``.
public struct CSVRows<Base: AsyncSequence>: AsyncSequence where Base.Element == [UInt8] {
    /// A row.
    public typealias Element = CSVRow

    private let base: Base
    private let options: CSVOptions

    /// Rows of bytes.
    ///
    /// - Parameters:
    ///   - base: The bytes, in pieces of any size, as ``FileBytes`` has them.
    ///   - options: How the file is written.
    public init(_ base: Base, options: CSVOptions = CSVOptions()) {
        self.base = base
        self.options = options
    }

    /// The rows and the faults of rows in the order of the file, as results. Only a fault of the header ends them, and what
    /// the bytes throw.
    public var results: Results { Results(base: base, options: options) }

    /// Begins to read.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(results: results.makeAsyncIterator()) }

    /// Reads one row after the other.
    public struct AsyncIterator: AsyncIteratorProtocol {
        @usableFromInline var results: Results.AsyncIterator

        /// The next row.
        ///
        /// - Throws: ``RowError`` for a row that is not well formed; what the bytes throw.
        @inlinable
        public mutating func next(isolation: isolated (any Actor)?) async throws -> CSVRow? {
            try await results.next(isolation: isolation)?.get()
        }

        /// The next row.
        ///
        /// - Throws: ``RowError`` for a row that is not well formed; what the bytes throw.
        @inlinable
        public mutating func next() async throws -> CSVRow? { try await next(isolation: #isolation) }
    }
}

extension CSVRows: Sendable where Base: Sendable {}

extension CSVRows {
    /// The rows, with a failure in the place of each that is not well formed.
    public struct Results: AsyncSequence {
        /// A row, or what is wrong with it.
        public typealias Element = Result<CSVRow, RowError>

        fileprivate let base: Base
        fileprivate let options: CSVOptions

        /// Begins to read.
        public func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(base: base.makeAsyncIterator(), queue: RowQueue(CSVParser(options)))
        }

        /// Reads one row after the other.
        public struct AsyncIterator: AsyncIteratorProtocol {
            @usableFromInline var base: Base.AsyncIterator
            @usableFromInline var queue: RowQueue<CSVParser>

            /// The next row or fault.
            ///
            /// - Throws: What the bytes throw.
            @inlinable
            public mutating func next(isolation: isolated (any Actor)?) async throws -> Element? {
                while true {
                    if let row = queue.next() { return row }
                    guard !queue.isFinished else { return nil }
                    queue.feed(try await base.next(isolation: isolation))
                }
            }

            /// The next row or fault.
            ///
            /// - Throws: What the bytes throw.
            @inlinable
            public mutating func next() async throws -> Element? { try await next(isolation: #isolation) }
        }
    }
}

extension CSVRows.Results: Sendable where Base: Sendable {}
