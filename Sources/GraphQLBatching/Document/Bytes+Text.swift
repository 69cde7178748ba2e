// SPDX-License-Identifier: Apache-2.0
//
// Text appended to bytes: plain, and in quotes for GraphQL and JSON alike. A string in quotes can hold anything: it
// never ends before its closing quote.

extension ByteBuffer {
    /// Appends the bytes of a text.
    mutating func append(utf8Of text: String) {
        var text = text
        text.withUTF8 { append($0) }
    }

    /// Appends the bytes of a literal.
    mutating func append(_ literal: StaticString) {
        append(UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Appends a text in quotes. What must be escaped in either language is: quotes, backslashes and control
    /// characters, those of U+007F to U+009F included; the escapes mean the same in both.
    mutating func appendQuoted(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            append(UInt8(ascii: "\""))
            var index = 0
            while true {
                let end = utf8.endOfPlainText(from: index)
                append(UnsafeBufferPointer(rebasing: utf8[index..<end]))
                guard end < utf8.count else { break }
                if utf8[end] != 0xC2 {
                    appendEscape(of: utf8[end])
                    index = end + 1
                } else {
                    // U+0080 to U+009F are C2 80 to C2 9F.
                    if utf8[end + 1] < 0xA0 {
                        appendEscape(of: utf8[end + 1])
                    } else {
                        append(UnsafeBufferPointer(rebasing: utf8[end...end + 1]))
                    }
                    index = end + 2
                }
            }
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

extension UnsafeBufferPointer<UInt8> {
    /// The next offset with a byte that must or may have to be escaped: a quote, a backslash, a control character, or C2,
    /// which begins some. Eight bytes a step, by the zero-byte trick.
    fileprivate func endOfPlainText(from start: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let bytes = UnsafeRawBufferPointer(self)
        var index = start
        while index + 8 <= count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            var found = (word &- ones &* 0x20) & ~word
            for byte: UInt64 in [0x22, 0x5C, 0x7F, 0xC2] {
                let difference = word ^ (ones &* byte)
                found |= (difference &- ones) & ~difference
            }
            let mask = found & (ones &* 0x80)
            // A borrow can mark bytes behind a true one, never before: the first mark is right.
            if mask != 0 { return index + mask.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < count, !self[index].mayNeedEscape { index += 1 }
        return index
    }
}

extension UInt8 {
    fileprivate var mayNeedEscape: Bool { self < 0x20 || self == 0x22 || self == 0x5C || self == 0x7F || self == 0xC2 }
}
