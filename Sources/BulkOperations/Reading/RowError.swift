// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with a row, and where in the file it stands.

/// A row that cannot be read, or a file that cannot.
///
/// The message names the place and what to do, in words for a person. It never contains the content of a row, which may be
/// private.
public struct RowError: Error, Hashable, Sendable {
    /// Which kind of fault it is. More may be added.
    public struct Code: Hashable, Sendable {
        private enum Kind {
            case raggedRow, misplacedQuote, missingQuote, invalidText, invalidValue, tooLarge, header, file
        }

        private let kind: Kind

        /// A row has more or fewer fields than the header.
        public static let raggedRow = Code(kind: .raggedRow)
        /// A quote inside of an unquoted field, or text behind a closing quote.
        public static let misplacedQuote = Code(kind: .misplacedQuote)
        /// A quoted field that nothing closes before the file ends.
        public static let missingQuote = Code(kind: .missingQuote)
        /// Bytes that are not UTF-8.
        public static let invalidText = Code(kind: .invalidText)
        /// A line that is not JSON or does not have the type that is asked for, or a field that is not what the mapping
        /// says.
        public static let invalidValue = Code(kind: .invalidValue)
        /// A row with more bytes than the options allow.
        public static let tooLarge = Code(kind: .tooLarge)
        /// A header that is missing, names a column twice, or lacks one that the mapping needs. Nothing can be read.
        public static let header = Code(kind: .header)
        /// A file that cannot be opened, read or written.
        public static let file = Code(kind: .file)
    }

    /// Which kind of fault it is.
    public var code: Code
    /// The line of the file where the fault is, counted from 1; `nil` if it is in no line. A field in quotes may have line
    /// breaks, so that lines are more than rows.
    public var line: Int?
    /// The byte of that line where the fault is, counted from 1; `nil` if it is the row as a whole.
    public var column: Int?
    /// What is wrong and what to do, without the place.
    public var message: String

    /// An error.
    ///
    /// - Parameters:
    ///   - code: Which kind of fault it is.
    ///   - line: The line, counted from 1.
    ///   - column: The byte of the line, counted from 1.
    ///   - message: What is wrong and what to do.
    public init(_ code: Code, line: Int? = nil, column: Int? = nil, _ message: String) {
        self.code = code
        self.line = line
        self.column = column
        self.message = message
    }
}

extension RowError: CustomStringConvertible {
    /// The place and the message: `line 7, column 3: …`.
    public var description: String {
        let place = [line.map { "line \($0)" }, column.map { "column \($0)" }].compactMap { $0 }
        return place.isEmpty ? message : place.joined(separator: ", ") + ": " + message
    }
}
