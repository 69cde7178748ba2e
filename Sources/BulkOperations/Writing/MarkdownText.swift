// SPDX-License-Identifier: Apache-2.0
//
// Rows of a table in Markdown, whose cells say what they say and are no markup.

enum MarkdownText {
    /// A row with the end of its line.
    static func line(_ cells: [String]) -> [UInt8] {
        Array(("| " + cells.map(escaped).joined(separator: " | ") + " |\n").utf8)
    }

    /// The text with all that would be markup escaped
    /// ([GitHub Flavored Markdown, section 6.1](https://github.github.com/gfm/#backslash-escapes)).
    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\", "`", "*", "_", "[", "]", "|", "~": result += "\\\(character)"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "\n", "\r", "\r\n": result += "<br>"
            default: result.append(character)
            }
        }
        return result
    }
}
