// SPDX-License-Identifier: Apache-2.0
//
// Bytes compared with ASCII characters, as the grammars of GraphQL and JSON are written.

extension UInt8 {
    /// Whether this byte is an ASCII character: `byte == "{"`.
    static func == (byte: UInt8, character: Unicode.Scalar) -> Bool { UInt32(byte) == character.value }

    /// Whether this byte is not an ASCII character.
    static func != (byte: UInt8, character: Unicode.Scalar) -> Bool { UInt32(byte) != character.value }

    /// Lets a `switch` over a byte name characters.
    static func ~= (character: Unicode.Scalar, byte: UInt8) -> Bool { byte == character }

    /// Whether a name may begin with this byte.
    var isNameStart: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), "_": true
        default: false
        }
    }

    /// Whether this byte is an ASCII digit.
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    /// Whether this byte ends a line: a line feed or a carriage return.
    var isLineTerminator: Bool { self == "\n" || self == "\r" }

    /// The value of this byte as a hexadecimal digit.
    var hexadecimalValue: UInt32? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(self - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(self - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(self - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}

extension UInt8? {
    /// Whether there is a byte and it is an ASCII character.
    static func == (byte: UInt8?, character: Unicode.Scalar) -> Bool { byte.map(UInt32.init) == character.value }
}
