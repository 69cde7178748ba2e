// SPDX-License-Identifier: Apache-2.0
//
// Rows of named values as text: JSON Lines, comma-separated values, a table in Markdown.

public import GraphQLBatching

/// How rows are written.
///
/// Each format is written a row at a time and keeps nothing, so that a file may grow beyond memory.
///
/// ```swift
/// import BulkOperations
/// import GraphQLBatching
///
/// let format = RowFormat.csv()
/// let text = try format.header(["name", "note"]) + format.row(["Ada", "a, \"b\""], columns: ["name", "note"])
/// print(String(decoding: text, as: UTF8.self))  // name,note and Ada,"a, ""b"""
/// ```
public struct RowFormat: Hashable, Sendable {
    private enum Kind: Hashable {
        case jsonLines, markdown
        case csv(CSVOptions.Separator, guardsFormulas: Bool)
    }

    private let kind: Kind

    /// A JSON object a line ([JSON Lines](https://jsonlines.org)), its members in the order of the columns.
    public static let jsonLines = RowFormat(kind: .jsonLines)

    /// A table as GitHub's Markdown has it. Whatever would be markup in a value is escaped, and a line break becomes
    /// `<br>`.
    public static let markdown = RowFormat(kind: .markdown)

    /// Comma-separated values ([RFC 4180](https://www.rfc-editor.org/rfc/rfc4180)), lines ending in CR LF. Lists and objects
    /// are written as JSON in a field, null as an empty field.
    ///
    /// - Parameters:
    ///   - separator: What stands between fields.
    ///   - guardsFormulas: Whether an apostrophe is put before a text that begins with `=`, `+`, `-`, `@`, a tab or a
    ///     carriage return. A spreadsheet would take it for a formula and run it
    ///     ([CSV injection](https://owasp.org/www-community/attacks/CSV_Injection)); switch it on where people will open the
    ///     file and others have written the values. Off by default, because the values are changed by it: what is read back
    ///     has the apostrophe.
    public static func csv(separator: CSVOptions.Separator = .comma, guardsFormulas: Bool = false) -> RowFormat {
        RowFormat(kind: .csv(separator, guardsFormulas: guardsFormulas))
    }

    /// What a file begins with; nothing in JSON Lines.
    ///
    /// - Parameter columns: The names of the columns, in order.
    public func header(_ columns: [String]) -> [UInt8] {
        switch kind {
        case .jsonLines: []
        case .csv(let separator, _): CSVText.line(columns, separator)
        case .markdown:
            MarkdownText.line(columns) + Array((String(repeating: "|---", count: columns.count) + "|\n").utf8)
        }
    }

    /// A row with the end of its line.
    ///
    /// - Parameters:
    ///   - values: A value for each column, in their order.
    ///   - columns: The names of the columns, in order.
    /// - Throws: ``RowError`` with ``RowError/Code/raggedRow`` if there are more or fewer values than columns;
    ///   `GraphQLDocumentError` for a value that has no JSON, such as a float that is not finite.
    public func row(_ values: [GraphQLValue], columns: [String]) throws -> [UInt8] {
        guard values.count == columns.count else {
            throw RowError(
                .raggedRow,
                "there are \(values.count) values for \(columns.count) columns; give one for each"
            )
        }
        switch kind {
        case .jsonLines: return try Self.json(values, columns)
        case .markdown: return MarkdownText.line(try values.map(Self.text))
        case .csv(let separator, let guardsFormulas):
            return CSVText.line(
                try values.map { (value) throws(GraphQLDocumentError) in
                    let text = try Self.text(value)
                    return guardsFormulas && value.isText && CSVText.mayBeFormula(text) ? "'" + text : text
                },
                separator
            )
        }
    }

    private static func json(_ values: [GraphQLValue], _ columns: [String]) throws(GraphQLDocumentError) -> [UInt8] {
        var line: [UInt8] = []
        var separator = UInt8(ascii: "{")
        for (column, value) in zip(columns, values) {
            line.append(separator)
            line += try GraphQLValue.string(column).jsonText()
            line.append(UInt8(ascii: ":"))
            line += try value.jsonText()
            separator = UInt8(ascii: ",")
        }
        return (line.isEmpty ? [separator] : line) + Array("}\n".utf8)
    }

    /// A value as people read it.
    private static func text(_ value: GraphQLValue) throws(GraphQLDocumentError) -> String {
        switch value {
        case .null: ""
        case .string(let text): text
        case .enumCase(let name): name.text
        default: String(decoding: try value.jsonText(), as: UTF8.self)
        }
    }
}

extension GraphQLValue {
    fileprivate var isText: Bool {
        if case .string = self { true } else { false }
    }
}
