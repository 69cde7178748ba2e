// SPDX-License-Identifier: Apache-2.0
//
// How bytes that arrive in pieces become rows: the parser's side, which knows no file, and the queue of what it gave.

/// A state machine that is fed bytes and gives rows.
///
/// The same bytes give the same rows however they are cut. It holds the unfinished row and nothing else.
@usableFromInline
protocol RowParser {
    associatedtype Row: Sendable

    /// Takes the next bytes and appends the rows that end in them.
    mutating func parse(_ bytes: UnsafeRawBufferPointer, into rows: inout [Result<Row, RowError>])

    /// Appends the row that the end of the file ends.
    mutating func finish(into rows: inout [Result<Row, RowError>])
}

/// The rows of one piece after the other, until they are asked for.
///
/// It can be inlined, and what asks it too: where it could not be specialised for its caller, a row of CSV took twice the
/// time.
@usableFromInline
struct RowQueue<Parser: RowParser> {
    @usableFromInline var parser: Parser
    /// The rows of the last piece, of which the first have been given.
    @usableFromInline var rows: [Result<Parser.Row, RowError>] = []
    @usableFromInline var given = 0
    @usableFromInline var isFinished = false

    init(_ parser: Parser) { self.parser = parser }

    /// The next row; `nil` if another piece is needed.
    @inlinable
    mutating func next() -> Result<Parser.Row, RowError>? {
        guard given < rows.count else { return nil }
        defer { given += 1 }
        return rows[given]
    }

    /// Takes a piece, after all rows of the one before have been given; `nil` is the end of the file.
    @inlinable
    mutating func feed(_ piece: [UInt8]?) {
        rows.removeAll(keepingCapacity: true)
        given = 0
        if let piece {
            piece.withUnsafeBytes { parser.parse($0, into: &rows) }
        } else {
            isFinished = true
            parser.finish(into: &rows)
        }
    }
}
