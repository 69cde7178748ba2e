// SPDX-License-Identifier: Apache-2.0
//
// The digest that tests hold texts to.

/// The SHA-256 of a text's UTF-8 in lowercase hexadecimal digits (FIPS 180-4).
func sha256(_ text: String) -> String {
    var bytes = Array(text.utf8)
    let bitCount = UInt64(bytes.count) * 8
    bytes.append(0x80)
    while bytes.count % 64 != 56 { bytes.append(0) }
    bytes += (0..<8).reversed().map { UInt8(truncatingIfNeeded: bitCount >> (8 * $0)) }
    // The roots of primes, as the standard has them: 32 bits behind the point.
    let primes = (2...311).filter { number in !(2..<number).contains { number % $0 == 0 } }
    let constants = primes.prefix(64).map { fraction(ofRoot: 3, of: $0) }
    var state = primes.prefix(8).map { fraction(ofRoot: 2, of: $0) }
    for start in stride(from: 0, to: bytes.count, by: 64) {
        var words = (0..<16).map { word in
            bytes[start + 4 * word..<start + 4 * word + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        for index in 16..<64 {
            let (x, y) = (words[index - 15], words[index - 2])
            let first = x.rotated(7) ^ x.rotated(18) ^ x >> 3
            let second = y.rotated(17) ^ y.rotated(19) ^ y >> 10
            words.append(words[index - 16] &+ first &+ words[index - 7] &+ second)
        }
        var v = state
        for index in 0..<64 {
            let choice = (v[4] & v[5]) ^ (~v[4] & v[6])
            let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2])
            let first = v[4].rotated(6) ^ v[4].rotated(11) ^ v[4].rotated(25)
            let second = v[0].rotated(2) ^ v[0].rotated(13) ^ v[0].rotated(22)
            let sum = v[7] &+ first &+ choice &+ constants[index] &+ words[index]
            v = [sum &+ second &+ majority, v[0], v[1], v[2], v[3] &+ sum, v[4], v[5], v[6]]
        }
        for index in 0..<8 { state[index] &+= v[index] }
    }
    let digits = Array("0123456789abcdef")
    return String(state.flatMap { word in (0..<8).reversed().map { digits[Int(word >> (4 * $0) & 15)] } })
}

/// The first 32 bits behind the point of a root, found bit by bit in whole numbers.
private func fraction(ofRoot degree: Int, of number: Int) -> UInt32 {
    var root: UInt64 = 0
    let target = Wide(number) << UInt128(32 * degree)
    for bit in (0..<36).reversed() {
        let next = root | 1 << UInt64(bit)
        let power = (1..<degree).reduce(Wide(next)) { power, _ in power * Wide(next) }
        if power <= target { root = next }
    }
    return UInt32(truncatingIfNeeded: root)
}

private typealias Wide = UInt128

extension UInt32 {
    fileprivate func rotated(_ count: UInt32) -> UInt32 { self >> count | self << (32 - count) }
}
