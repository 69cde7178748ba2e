// SPDX-License-Identifier: Apache-2.0
//
// ASCII helpers of this module, without Foundation.

extension StringProtocol {
    /// Equality without regard to the case of ASCII letters.
    package func isEqualIgnoringCase(to other: some StringProtocol) -> Bool {
        utf8.count == other.utf8.count
            && utf8.elementsEqual(other.utf8) { $0.lowercasedASCII == $1.lowercasedASCII }
    }

    /// The text with everything that could move a terminal's cursor or forge a line of a log escaped.
    package var printable: String {
        unicodeScalars.reduce(into: "") { text, scalar in
            let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
            text += isControl ? scalar.escaped(asASCII: true) : String(scalar)
        }
    }
}

extension String {
    /// Without the spaces and tabs around it.
    var trimmingHorizontalSpace: String {
        let rest = utf8[...].trimmingHorizontalSpace
        return rest.count == utf8.count ? self : String(Substring(rest))
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
    fileprivate var isHorizontalSpace: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }

    fileprivate var lowercasedASCII: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }
}
