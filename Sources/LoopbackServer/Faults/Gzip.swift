// SPDX-License-Identifier: Apache-2.0
//
// Bodies in gzip, made by hand: a greeting and a bomb.

/// Bytes in the format of [RFC 1952](https://www.rfc-editor.org/rfc/rfc1952).
package enum Gzip {
    private static let header: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]

    /// `hello`, in one stored block.
    package static let hello: [UInt8] =
        header + [1, 5, 0, 0xfa, 0xff] + Array("hello".utf8) + [0x86, 0xa6, 0x10, 0x36, 5, 0, 0, 0]

    /// About 160 times as many zeros as it has bytes: a literal zero, then copies of the byte before, 258 at a time,
    /// in the fixed code of [RFC 1951, section 3.2.6](https://www.rfc-editor.org/rfc/rfc1951#section-3.2.6).
    package static func bomb(decodedBytes: Int) -> [UInt8] {
        var bits = BitWriter()
        bits.append("1")  // The last block,
        bits.append("10")  // in the fixed code, its two bits sent from the low one.
        bits.append("00110000")
        for _ in 0..<(decodedBytes / 258) { bits.append("1100010100000") }
        bits.append("0000000")
        return header + bits.bytes + [UInt8](repeating: 0, count: 8)
    }

    private struct BitWriter {
        var bytes: [UInt8] = []
        private var used = 8

        mutating func append(_ code: StaticString) {
            code.withUTF8Buffer { digits in
                for digit in digits {
                    if used == 8 {
                        bytes.append(0)
                        used = 0
                    }
                    if digit == UInt8(ascii: "1") { bytes[bytes.count - 1] |= 1 << used }
                    used += 1
                }
            }
        }
    }
}
