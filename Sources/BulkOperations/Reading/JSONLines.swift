// SPDX-License-Identifier: Apache-2.0
//
// The rows of a file with a JSON value on each line, one by one.

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// The rows of [JSON Lines](https://jsonlines.org) in UTF-8, decoded as the bytes arrive.
///
/// ```swift
/// import BulkOperations
///
/// struct Person: Decodable, Sendable { var name: String }
///
/// func names(in path: String) async throws -> [String] {
///     var names: [String] = []
///     for try await row in JSONLines(FileBytes(path), of: Person.self) {
///         names.append(row.value.name)
///     }
///     return names
/// }
/// ```
///
/// One piece of the bytes and the unfinished line are in memory, however long the file is. Lines end in LF or CR LF; a byte
/// order mark and lines of white space are skipped.
///
/// The iteration throws the ``RowError`` of the first line that is not well formed, and ends. To go on behind such lines
/// and be told of each, iterate over ``results``.
public struct JSONLines<Base: AsyncSequence, Value: Decodable & Sendable>: AsyncSequence where Base.Element == [UInt8] {
    /// A value and where it stands.
    public struct Row: Sendable {
        /// What the line says.
        public let value: Value
        /// The line as it stands in the file, without its end.
        public let json: [UInt8]
        /// The number of the line, counted from 1.
        public let line: Int
    }

    /// A row.
    public typealias Element = Row

    private let base: Base
    private let maximumLineBytes: Int
    private let decoder: @Sendable () -> JSONDecoder

    /// Rows of bytes.
    ///
    /// - Parameters:
    ///   - base: The bytes, in pieces of any size, as ``FileBytes`` has them.
    ///   - type: What each line is decoded to.
    ///   - maximumLineBytes: The most bytes that a line may have, 1 MiB by default. A longer one is reported and skipped.
    ///   - decoder: Makes the decoder of an iteration; its strategies decide about dates, data and keys.
    public init(
        _ base: Base,
        of type: Value.Type = Value.self,
        maximumLineBytes: Int = 1 << 20,
        decoder: @escaping @Sendable () -> JSONDecoder = { JSONDecoder() }
    ) {
        self.base = base
        self.maximumLineBytes = Swift.max(1, maximumLineBytes)
        self.decoder = decoder
    }

    /// The rows and the faults of lines in the order of the file, as results. Only what the bytes throw ends them early.
    public var results: Results { Results(lines: self) }

    /// Begins to read.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(results: results.makeAsyncIterator()) }

    /// Reads one row after the other.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var results: Results.AsyncIterator

        /// The next row.
        ///
        /// - Throws: ``RowError`` for a line that is not well formed; what the bytes throw.
        public mutating func next(isolation: isolated (any Actor)?) async throws -> Row? {
            try await results.next(isolation: isolation)?.get()
        }

        /// The next row.
        ///
        /// - Throws: ``RowError`` for a line that is not well formed; what the bytes throw.
        public mutating func next() async throws -> Row? { try await next(isolation: #isolation) }
    }
}

extension JSONLines: Sendable where Base: Sendable {}

extension JSONLines {
    /// The rows, with a failure in the place of each that is not well formed.
    public struct Results: AsyncSequence {
        /// A row, or what is wrong with it.
        public typealias Element = Result<Row, RowError>

        fileprivate let lines: JSONLines

        /// Begins to read.
        public func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(
                base: lines.base.makeAsyncIterator(),
                queue: RowQueue(LineParser(limit: lines.maximumLineBytes)),
                decoder: lines.decoder()
            )
        }

        /// Reads one row after the other.
        public struct AsyncIterator: AsyncIteratorProtocol {
            fileprivate var base: Base.AsyncIterator
            fileprivate var queue: RowQueue<LineParser>
            fileprivate let decoder: JSONDecoder

            /// The next row or fault.
            ///
            /// - Throws: What the bytes throw.
            public mutating func next(isolation: isolated (any Actor)?) async throws -> Element? {
                while true {
                    if let line = queue.next() { return line.flatMap(decoded) }
                    guard !queue.isFinished else { return nil }
                    queue.feed(try await base.next(isolation: isolation))
                }
            }

            /// The next row or fault.
            ///
            /// - Throws: What the bytes throw.
            public mutating func next() async throws -> Element? { try await next(isolation: #isolation) }

            private func decoded(_ line: LineParser.Line) -> Element {
                Result { () throws(RowError) in
                    Row(value: try line.decode(Value.self, by: decoder), json: line.bytes, line: line.number)
                }
            }
        }
    }
}

extension JSONLines.Results: Sendable where Base: Sendable {}
