// SPDX-License-Identifier: Apache-2.0
//
// Fields of comma-separated values, quoted where they must be.

enum CSVText {
    /// A row with the end of its line.
    static func line(_ fields: [String], _ separator: CSVOptions.Separator) -> [UInt8] {
        var line: [UInt8] = []
        for (index, field) in fields.enumerated() {
            if index > 0 { line.append(separator.byte) }
            append(field, to: &line, separator.byte)
        }
        // A line without any byte would be no row.
        if line.isEmpty, !fields.isEmpty { line = Array("\"\"".utf8) }
        return line + Array("\r\n".utf8)
    }

    /// Whether a spreadsheet may take a text for a formula.
    static func mayBeFormula(_ text: String) -> Bool {
        text.utf8.first.map { "=+-@\t\r".utf8.contains($0) } ?? false
    }

    private static func append(_ field: String, to line: inout [UInt8], _ separator: UInt8) {
        let quote = UInt8(ascii: "\"")
        let mustQuote = field.utf8.contains {
            $0 == quote || $0 == separator || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r")
        }
        guard mustQuote || field.utf8.starts(with: [0xEF, 0xBB, 0xBF]) else {
            return line.append(contentsOf: field.utf8)
        }
        line.append(quote)
        for byte in field.utf8 {
            if byte == quote { line.append(quote) }
            line.append(byte)
        }
        line.append(quote)
    }
}
