// SPDX-License-Identifier: Apache-2.0
//
// A file that rows are appended to, through a buffer of a fixed size.

public import GraphQLBatching
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file of rows, which is made with the first of them: where nothing is written, no file is left.
///
/// ```swift
/// import BulkOperations
/// import GraphQLBatching
///
/// func export(_ names: [String], to path: String) throws {
///     let file = RowFile(path, format: .csv(), columns: ["name", "length"])
///     for name in names { try file.write([.string(name), .int(name.utf8.count)]) }
///     try file.close()
/// }
/// ```
///
/// Rows are written in the order of the calls, from any thread. They are in the file for certain when ``close()`` has
/// returned; a file that nobody closed has those that fill its buffer.
public final class RowFile: Sendable {
    private struct State {
        var descriptor: Int32?
        var buffer: [UInt8] = []
        var isClosed = false
        var rows = 0
    }

    /// Where the file is.
    public let path: String
    private let format: RowFormat
    private let columns: [String]
    private let replaces: Bool
    private let state = Mutex(State())

    private static let bufferBytes = 64 << 10

    /// A file that does not exist yet.
    ///
    /// - Parameters:
    ///   - path: Where the file is to be.
    ///   - format: How rows are written.
    ///   - columns: The names of the columns, in order.
    ///   - replaces: Whether a file that is there already is overwritten. By default that is an error, for it may be the
    ///     one that is being read.
    public init(_ path: String, format: RowFormat, columns: [String], replaces: Bool = false) {
        self.path = path
        self.format = format
        self.columns = columns
        self.replaces = replaces
    }

    deinit {
        state.withLock { if let descriptor = $0.descriptor { systemClose(descriptor) } }
    }

    /// How many rows were written.
    public var count: Int { state.withLock { $0.rows } }

    /// Writes a row.
    ///
    /// - Parameter values: A value for each column, in their order.
    /// - Throws: ``RowError`` with ``RowError/Code/file`` if the file cannot be made or written, or is closed, and
    ///   what ``RowFormat/row(_:columns:)`` throws.
    public func write(_ values: [GraphQLValue]) throws { try append(try format.row(values, columns: columns)) }

    /// Writes the row of another file, its fields found by the names of the columns, so that it can be read again as it was.
    ///
    /// - Throws: ``RowError`` with ``RowError/Code/header`` if the row lacks a column, with ``RowError/Code/file`` if the file
    ///   cannot be made or written, or is closed.
    public func write(_ row: CSVRow) throws {
        try write(
            columns.map { name throws(RowError) in
                guard let field = row[name] else {
                    throw RowError(.header, line: row.line, "the row has no column \(String(reflecting: name))")
                }
                return .string(field)
            }
        )
    }

    /// Writes a line as it is, such as ``JSONLines/Row/json``.
    ///
    /// - Throws: ``RowError`` with ``RowError/Code/file`` if the file cannot be made or written, or is closed.
    public func write(line: [UInt8]) throws(RowError) { try append(line + [UInt8(ascii: "\n")]) }

    /// Writes what is left and closes the file. Further calls do nothing.
    ///
    /// - Throws: ``RowError`` with ``RowError/Code/file`` if the rest cannot be written.
    public func close() throws(RowError) {
        try state.withLock { (state) throws(RowError) in
            guard !state.isClosed else { return }
            state.isClosed = true
            guard let descriptor = state.descriptor.take() else { return }
            defer { systemClose(descriptor) }
            try flush(&state.buffer, to: descriptor)
            guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
                throw .system("write", quotedPath)
            }
        }
    }

    private var quotedPath: String { String(reflecting: path) }

    private func append(_ bytes: [UInt8]) throws(RowError) {
        try state.withLock { (state) throws(RowError) in
            guard !state.isClosed else { throw RowError(.file, "\(quotedPath) is closed; write before that") }
            if state.descriptor == nil {
                state.descriptor = try create()
                state.buffer = format.header(columns)
            }
            state.buffer += bytes
            state.rows += 1
            guard state.buffer.count >= Self.bufferBytes, let descriptor = state.descriptor else { return }
            try flush(&state.buffer, to: descriptor)
        }
    }

    private func create() throws(RowError) -> Int32 {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (replaces ? O_TRUNC : O_EXCL), 0o666)
        guard descriptor < 0 else { return descriptor }
        if errno == EEXIST {
            throw RowError(.file, "\(quotedPath) exists already; remove it or name another file")
        }
        throw .system("make", quotedPath)
    }

    private func flush(_ buffer: inout [UInt8], to descriptor: Int32) throws(RowError) {
        var rest = buffer[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0) }
            guard count >= 0 || errno == EINTR else { throw .system("write", quotedPath) }
            rest = rest.dropFirst(max(count, 0))
        }
        buffer.removeAll(keepingCapacity: true)
    }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}

private func systemClose(_ descriptor: Int32) { _ = close(descriptor) }
