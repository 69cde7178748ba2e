// SPDX-License-Identifier: Apache-2.0
//
// The bytes of a file or of the standard input, in pieces.

/// The bytes of a file in pieces, read as they are asked for.
///
/// ```swift
/// import BulkOperations
///
/// func size(of path: String) async throws -> Int {
///     try await FileBytes(path).reduce(0) { $0 + $1.count }
/// }
/// ```
///
/// One piece is in memory. Each iteration opens the file anew; pipes and the standard input can be read once only. Where
/// nothing has come yet, as from a pipe, the task waits without holding a thread, and its cancellation ends the wait at
/// once with a `CancellationError`.
public struct FileBytes: AsyncSequence, Hashable, Sendable {
    /// A piece, never empty.
    public typealias Element = [UInt8]

    fileprivate enum Source: Hashable, Sendable {
        case path(String)
        case descriptor(Int32)
    }

    private let source: Source
    private let pieceBytes: Int

    /// The bytes of a file.
    ///
    /// - Parameters:
    ///   - path: Where the file is.
    ///   - pieceBytes: The most bytes of a piece, at least 1.
    public init(_ path: String, pieceBytes: Int = 128 << 10) {
        source = .path(path)
        self.pieceBytes = Swift.max(1, pieceBytes)
    }

    private init(_ source: Source) {
        self.source = source
        pieceBytes = 128 << 10
    }

    /// The bytes of the standard input.
    public static let standardInput = FileBytes(.descriptor(0))

    /// Begins to read; the file is opened with the first piece.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(source: source, pieceBytes: pieceBytes) }

    /// Reads one piece after the other.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private enum State {
            case unopened(Source)
            case open(FileReader)
            case ended
        }

        private var state: State
        private let pieceBytes: Int

        fileprivate init(source: Source, pieceBytes: Int) {
            state = .unopened(source)
            self.pieceBytes = pieceBytes
        }

        /// The next piece; `nil` at the end of the file.
        ///
        /// - Throws: ``RowError`` with ``RowError/Code/file`` if the file cannot be opened or read; `CancellationError`.
        public mutating func next(isolation: isolated (any Actor)?) async throws -> [UInt8]? {
            guard let reader = try reader() else { return nil }
            do {
                try Task.checkCancellation()
                if let piece = try await reader.read(pieceBytes) { return piece }
            } catch {
                state = .ended
                throw error
            }
            state = .ended
            return nil
        }

        /// The next piece; `nil` at the end of the file.
        ///
        /// - Throws: ``RowError`` with ``RowError/Code/file`` if the file cannot be opened or read; `CancellationError`.
        public mutating func next() async throws -> [UInt8]? { try await next(isolation: #isolation) }

        private mutating func reader() throws -> FileReader? {
            switch state {
            case .ended: return nil
            case .open(let reader): return reader
            case .unopened(.descriptor(let descriptor)):
                let reader = FileReader(borrowing: descriptor, name: "the standard input")
                state = .open(reader)
                return reader
            case .unopened(.path(let path)):
                state = .ended
                let reader = try FileReader(opening: path)
                state = .open(reader)
                return reader
            }
        }
    }
}
