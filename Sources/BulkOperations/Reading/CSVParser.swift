// SPDX-License-Identifier: Apache-2.0
//
// Comma-separated values from bytes: a state machine that is told pieces and tells rows.

/// Reads records as [RFC 4180](https://www.rfc-editor.org/rfc/rfc4180) defines them, with line breaks of CR LF or LF.
///
/// A line without any byte is skipped unless there is one column only. A byte order mark of UTF-8 is skipped. A carriage
/// return that no line feed follows is part of its field. A row that is not well formed is reported and the rest is read
/// on behind its end.
@usableFromInline
struct CSVParser: RowParser {
    private enum State {
        /// At the start of the file, where so many bytes have been those of a byte order mark.
        case start(Int)
        /// Before the first byte of a field.
        case fieldStart
        /// In a field without quotes.
        case plain
        /// Behind a carriage return outside of quotes: the row ends if a line feed follows.
        case carriageReturn
        /// In a field with quotes.
        case quoted
        /// Behind a quote in a field with quotes: its end, or the first of two.
        case quoteInQuoted
    }

    private let separator: UInt8
    private let quote = UInt8(ascii: "\"")
    private let carriageReturn = UInt8(ascii: "\r")
    private let lineFeed = UInt8(ascii: "\n")
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private var state = State.start(0)
    private var record: CSVRecord
    private var position = TextPosition()
    /// Where the quoted field begins that is being read, or was read last.
    private var openingQuote = TextPosition()

    init(_ options: CSVOptions) {
        separator = options.separator.byte
        record = CSVRecord(header: options.header, limit: options.maximumRowBytes)
    }

    @usableFromInline
    mutating func parse(_ bytes: UnsafeRawBufferPointer, into rows: inout [Result<CSVRow, RowError>]) {
        var index = 0
        while index < bytes.count {
            switch state {
            case .start(let matched): matchByteOrderMark(matched, bytes[index], &index)
            case .fieldStart:
                guard bytes[index] == quote else {
                    state = .plain
                    continue
                }
                record.isQuoted = true
                openingQuote = position.advanced(by: index)
                state = .quoted
                index += 1
            case .plain: readPlain(bytes, &index, into: &rows)
            case .carriageReturn:
                if bytes[index] == lineFeed {
                    endLine(&index, into: &rows)
                } else {
                    record.append(carriageReturn)
                    if record.isQuoted { misplaced(Self.textBehindQuote, at: index) }
                    state = .plain
                }
            case .quoted: readQuoted(bytes, &index)
            case .quoteInQuoted: readBehindQuote(bytes[index], &index, into: &rows)
            }
        }
        position.pieceStart += bytes.count
    }

    @usableFromInline
    mutating func finish(into rows: inout [Result<CSVRow, RowError>]) {
        switch state {
        case .start(let matched):
            Self.byteOrderMark[..<matched].forEach { record.append($0) }
        case .carriageReturn:
            record.append(carriageReturn)
        case .quoted:
            record.report(
                RowError(.missingQuote, line: openingQuote.line, column: openingQuote.column(), Self.unclosedQuote)
            )
        case .fieldStart, .plain, .quoteInQuoted: break
        }
        record.finish(into: &rows)
    }

    private mutating func matchByteOrderMark(_ matched: Int, _ byte: UInt8, _ index: inout Int) {
        if matched < Self.byteOrderMark.count, byte == Self.byteOrderMark[matched] {
            state = .start(matched + 1)
            index += 1
        } else {
            if matched < Self.byteOrderMark.count { Self.byteOrderMark[..<matched].forEach { record.append($0) } }
            state = matched % Self.byteOrderMark.count == 0 ? .fieldStart : .plain
        }
    }

    /// Reads a field without quotes, and what ends it.
    private mutating func readPlain(
        _ bytes: UnsafeRawBufferPointer,
        _ index: inout Int,
        into rows: inout [Result<CSVRow, RowError>]
    ) {
        let start = index
        var byte: UInt8 = 0
        while index < bytes.count {
            byte = bytes[index]
            if byte == separator || byte == lineFeed || byte == quote || byte == carriageReturn { break }
            index += 1
        }
        record.append(UnsafeRawBufferPointer(rebasing: bytes[start..<index]))
        guard index < bytes.count else { return }
        switch byte {
        case separator: endField(&index)
        case lineFeed: endLine(&index, into: &rows)
        case carriageReturn:
            state = .carriageReturn
            index += 1
        default:
            misplaced(Self.quoteInField, at: index)
            index += 1
        }
    }

    /// Reads a field with quotes up to the next quote.
    private mutating func readQuoted(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) {
        let start = index
        while index < bytes.count, bytes[index] != quote {
            if bytes[index] == lineFeed { position.beginLine(behind: index) }
            index += 1
        }
        record.append(UnsafeRawBufferPointer(rebasing: bytes[start..<index]))
        guard index < bytes.count else { return }
        state = .quoteInQuoted
        index += 1
    }

    private mutating func readBehindQuote(
        _ byte: UInt8,
        _ index: inout Int,
        into rows: inout [Result<CSVRow, RowError>]
    ) {
        switch byte {
        case quote:
            record.append(quote)
            state = .quoted
            index += 1
        case separator: endField(&index)
        case lineFeed: endLine(&index, into: &rows)
        case carriageReturn:
            state = .carriageReturn
            index += 1
        default:
            misplaced(Self.textBehindQuote, at: index)
            state = .plain
        }
    }

    private mutating func endField(_ index: inout Int) {
        record.endField()
        state = .fieldStart
        index += 1
    }

    private mutating func endLine(_ index: inout Int, into rows: inout [Result<CSVRow, RowError>]) {
        record.end(into: &rows)
        position.beginLine(behind: index)
        record.line = position.line
        state = .fieldStart
        index += 1
    }

    private mutating func misplaced(_ message: String, at index: Int) {
        let place = position.advanced(by: index)
        record.report(RowError(.misplacedQuote, line: place.line, column: place.column(), message))
    }

    private static let quoteInField =
        "a quote inside of a field without quotes; put the field in quotes and double this one"
    private static let textBehindQuote =
        "text behind the quote that closes the field; double a quote that belongs to it"
    private static let unclosedQuote =
        "the quote that begins here is never closed; close it, or double it in a quoted field"
}
