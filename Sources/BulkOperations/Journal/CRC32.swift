// SPDX-License-Identifier: Apache-2.0
//
// The checksum of a record.

/// CRC-32 as in zlib and Ethernet
/// ([ISO/IEC 8802-3](https://www.rfc-editor.org/rfc/rfc1952#section-8)): it tells a torn record from a whole one.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ (value >> 1) : value >> 1 }
    }

    /// The checksum of bytes.
    ///
    /// - Complexity: O(*n*).
    static func of(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { table[Int(($0 ^ UInt32($1)) & 0xff)] ^ ($0 >> 8) }
    }
}
