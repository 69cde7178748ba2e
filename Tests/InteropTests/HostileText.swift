// SPDX-License-Identifier: Apache-2.0
//
// Texts that break out of a document, or get lost, wherever one is built by pasting.

import Testing

/// A text with a name for the test's log.
struct HostileText: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String

    var testDescription: String { name }

    static let all = tricky + planes

    private static let tricky = [
        HostileText(name: "double quotes", text: #"a "quoted" word, and " alone"#),
        HostileText(name: "backslashes", text: #"\ \\ \n \u0041 \" ends with \"#),
        HostileText(name: "a brace", text: "{"),
        HostileText(name: "braces, brackets, parentheses", text: "}{][)(}}"),
        HostileText(name: "an injected mutation", text: #""){id} pwn: deleteAll("#),
        HostileText(name: "an injected variable", text: "$id ${id} $a0 @skip(if: true)"),
        HostileText(name: "a block string", text: #""""block \""" string""""#),
        HostileText(name: "a comment", text: "# not a comment\n# nor this"),
        HostileText(name: "line breaks", text: "\n\r\n\r\u{85}\u{2028}\u{2029}"),
        HostileText(name: "control characters", text: scalars(0x00...0x1F) + scalars(0x7F...0x9F)),
        HostileText(name: "spaces at both ends", text: "  \t padded \t  "),
        HostileText(name: "combining marks, not composed", text: "e\u{301} \u{212B} \u{1E9B}\u{323}"),
        HostileText(name: "characters of several scalars", text: "👩‍👩‍👧‍👦 🏳️‍🌈 🇺🇳"),
        HostileText(name: "text from right to left", text: "\u{202E}שלום مرحبا\u{202C}"),
        HostileText(name: "a byte order mark", text: "\u{FEFF}text\u{FEFF}"),
    ]

    /// The first and the last characters of every plane of Unicode.
    private static let planes = (0...16).map { plane in
        let first = UInt32(plane) << 16
        let text = scalars(first...first + 0x20) + scalars(first + 0xFFE0...first + 0xFFFF)
        return HostileText(name: "plane \(plane)", text: text)
    }

    /// The characters with these numbers; 0 as any other.
    private static func scalars(_ numbers: ClosedRange<UInt32>) -> String {
        String(String.UnicodeScalarView(numbers.compactMap(Unicode.Scalar.init)))
    }
}
