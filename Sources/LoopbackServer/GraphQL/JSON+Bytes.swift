// SPDX-License-Identifier: Apache-2.0
//
// Writes JSON as bytes, in the order in which it is told.

import GraphQLBatching

extension [UInt8] {
    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }

    /// Appends a string with its quotes.
    mutating func appendJSON(_ text: String) {
        append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var start = 0
            for (index, byte) in utf8.enumerated() where Self.mustBeEscaped(byte) {
                append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<index]))
                appendEscape(of: byte)
                start = index + 1
            }
            append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start...]))
        }
        append(UInt8(ascii: "\""))
    }

    /// Appends a value, its members sorted by their keys.
    mutating func appendJSON(_ value: GraphQLValue) {
        switch value {
        case .null: append("null")
        case .boolean(let value): appendJSON(value)
        case .int(let number): append(contentsOf: String(number).utf8)
        case .float(let number): append(contentsOf: number.description.utf8)
        case .string(let text): appendJSON(text)
        case .enumCase(let name), .variable(let name): appendJSON(name.text)
        case .list(let elements):
            append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { append(UInt8(ascii: ",")) }
                appendJSON(element)
            }
            append(UInt8(ascii: "]"))
        case .object(let members):
            append(UInt8(ascii: "{"))
            for (index, (key, value)) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { append(UInt8(ascii: ",")) }
                appendJSON(key)
                append(UInt8(ascii: ":"))
                appendJSON(value)
            }
            append(UInt8(ascii: "}"))
        }
    }

    mutating func appendJSON(_ value: Bool) { append(value ? "true" : "false") }

    private static func mustBeEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func appendEscape(of byte: UInt8) {
        append(UInt8(ascii: "\\"))
        guard byte < 0x20 else { return append(byte) }
        let digits = StaticString("0123456789abcdef")
        append("u00")
        append(digits.utf8Start[Int(byte >> 4)])
        append(digits.utf8Start[Int(byte & 15)])
    }
}
