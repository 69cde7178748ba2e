// SPDX-License-Identifier: Apache-2.0
//
// The hash that names a persisted query.

/// SHA-256 ([FIPS 180-4](https://nvlpubs.nist.gov/nistpubs/FIPS/NIST.FIPS.180-4.pdf)).
///
/// Here because Foundation has none on Linux. It names texts and guards no secret.
enum SHA256 {
    /// The hash of the bytes of a text, in lower-case hexadecimal.
    ///
    /// - Complexity: O(*n*) in the length of the text.
    static func hexadecimal(of text: String) -> String {
        var bytes = Array(text.utf8)
        let bitCount = UInt64(bytes.count) << 3
        bytes.append(0x80)
        bytes.append(contentsOf: repeatElement(0, count: (120 - bytes.count % 64) % 64))
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: bitCount >> shift)) }

        var state = initialState
        var schedule = [UInt32](repeating: 0, count: 64)
        for block in stride(from: 0, to: bytes.count, by: 64) {
            for index in 0..<16 {
                let word = bytes[(block + index * 4)..<(block + index * 4 + 4)]
                schedule[index] = word.reduce(0) { $0 << 8 | UInt32($1) }
            }
            state.mix(&schedule)
        }
        return state.words.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    private struct State {
        var words: [UInt32]

        mutating func mix(_ schedule: inout [UInt32]) {
            for index in 16..<64 {
                let old = schedule[index - 15]
                let young = schedule[index - 2]
                let first = old.rotated(by: 7) ^ old.rotated(by: 18) ^ old >> 3
                let second = young.rotated(by: 17) ^ young.rotated(by: 19) ^ young >> 10
                schedule[index] = schedule[index - 16] &+ first &+ schedule[index - 7] &+ second
            }
            var (a, b, c, d) = (words[0], words[1], words[2], words[3])
            var (e, f, g, h) = (words[4], words[5], words[6], words[7])
            for index in 0..<64 {
                let choice = (e & f) ^ (~e & g)
                let majority = (a & b) ^ (a & c) ^ (b & c)
                let upper = e.rotated(by: 6) ^ e.rotated(by: 11) ^ e.rotated(by: 25)
                let lower = a.rotated(by: 2) ^ a.rotated(by: 13) ^ a.rotated(by: 22)
                let first = h &+ upper &+ choice &+ SHA256.constants[index] &+ schedule[index]
                (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ lower &+ majority)
            }
            for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { words[index] &+= word }
        }
    }

    /// The first 32 bits of the fractional parts of the square roots of the first 8 primes.
    private static let initialState = State(words: [
        0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
    ])

    /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
    private static let constants: [UInt32] = [
        0x428A_2F98, 0x7137_4491, 0xB5C0_FBCF, 0xE9B5_DBA5, 0x3956_C25B, 0x59F1_11F1, 0x923F_82A4, 0xAB1C_5ED5,
        0xD807_AA98, 0x1283_5B01, 0x2431_85BE, 0x550C_7DC3, 0x72BE_5D74, 0x80DE_B1FE, 0x9BDC_06A7, 0xC19B_F174,
        0xE49B_69C1, 0xEFBE_4786, 0x0FC1_9DC6, 0x240C_A1CC, 0x2DE9_2C6F, 0x4A74_84AA, 0x5CB0_A9DC, 0x76F9_88DA,
        0x983E_5152, 0xA831_C66D, 0xB003_27C8, 0xBF59_7FC7, 0xC6E0_0BF3, 0xD5A7_9147, 0x06CA_6351, 0x1429_2967,
        0x27B7_0A85, 0x2E1B_2138, 0x4D2C_6DFC, 0x5338_0D13, 0x650A_7354, 0x766A_0ABB, 0x81C2_C92E, 0x9272_2C85,
        0xA2BF_E8A1, 0xA81A_664B, 0xC24B_8B70, 0xC76C_51A3, 0xD192_E819, 0xD699_0624, 0xF40E_3585, 0x106A_A070,
        0x19A4_C116, 0x1E37_6C08, 0x2748_774C, 0x34B0_BCB5, 0x391C_0CB3, 0x4ED8_AA4A, 0x5B9C_CA4F, 0x682E_6FF3,
        0x748F_82EE, 0x78A5_636F, 0x84C8_7814, 0x8CC7_0208, 0x90BE_FFFA, 0xA450_6CEB, 0xBEF9_A3F7, 0xC671_78F2,
    ]
}

extension UInt32 {
    fileprivate func rotated(by count: UInt32) -> UInt32 { self >> count | self << (32 - count) }
}
