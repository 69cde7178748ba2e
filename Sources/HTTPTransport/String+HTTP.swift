// SPDX-License-Identifier: Apache-2.0
//
// ASCII helpers of this module, without Foundation.

extension StringProtocol {
    /// Equality without regard to the case of ASCII letters.
    package func isEqualIgnoringCase(to other: some StringProtocol) -> Bool {
        utf8.isEqualIgnoringCase(to: other.utf8)
    }

    /// The text with everything that could move a terminal's cursor or forge a line of a log escaped.
    package var printable: String {
        unicodeScalars.reduce(into: "") { text, scalar in
            let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
            text += isControl ? scalar.escaped(asASCII: true) : String(scalar)
        }
    }
}

extension Collection<UInt8> {
    /// Equality without regard to the case of ASCII letters.
    func isEqualIgnoringCase(to other: some Collection<UInt8>) -> Bool {
        count == other.count && elementsEqual(other) { $0.lowercasedASCII == $1.lowercasedASCII }
    }
}

extension BidirectionalCollection<UInt8> where SubSequence == Self {
    /// Without the spaces and tabs around it.
    var trimmingHorizontalSpace: Self {
        var rest = self
        while rest.first?.isHorizontalSpace == true { rest.removeFirst() }
        while rest.last?.isHorizontalSpace == true { rest.removeLast() }
        return rest
    }
}

extension UInt8 {
    var isHorizontalSpace: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }

    fileprivate var lowercasedASCII: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }
}
