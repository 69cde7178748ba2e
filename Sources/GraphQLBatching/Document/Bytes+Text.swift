// SPDX-License-Identifier: Apache-2.0
//
// Text appended to bytes: plain, and in quotes for GraphQL and JSON alike. A string in quotes can hold anything: it
// never ends before its closing quote.

extension [UInt8] {
    /// Appends the bytes of a text. Faster than `append(contentsOf:)` on the UTF-8 view, which copies byte by byte.
    mutating func append(utf8Of text: String) {
        var text = text
        text.withUTF8 { append(contentsOf: $0) }
    }

    /// Appends the bytes of a literal.
    mutating func append(_ literal: StaticString) {
        literal.withUTF8Buffer { append(contentsOf: $0) }
    }

    /// Appends a text in quotes. What must be escaped in either language is: quotes, backslashes and control
    /// characters, those of U+007F to U+009F included; the escapes mean the same in both.
    mutating func appendQuoted(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            append(UInt8(ascii: "\""))
            var runStart = 0
            var index = 0
            while index < utf8.count {
                let byte = utf8[index]
                // U+0080 to U+009F are C2 80 to C2 9F.
                let isPair = byte == 0xC2 && utf8[index + 1] < 0xA0
                if byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F || isPair {
                    append(contentsOf: utf8[runStart..<index])
                    if isPair { index += 1 }
                    appendEscape(of: utf8[index])
                    runStart = index + 1
                }
                index += 1
            }
            append(contentsOf: utf8[runStart...])
            append(UInt8(ascii: "\""))
        }
    }

    private mutating func appendEscape(of byte: UInt8) {
        switch byte {
        case "\"": append(#"\""#)
        case "\\": append(#"\\"#)
        case 0x08: append(#"\b"#)
        case 0x09: append(#"\t"#)
        case 0x0A: append(#"\n"#)
        case 0x0C: append(#"\f"#)
        case 0x0D: append(#"\r"#)
        default:
            append(byte < 0x10 ? #"\u000"# : #"\u00"#)
            append(utf8Of: String(byte, radix: 16))
        }
    }
}
