// SPDX-License-Identifier: Apache-2.0
//
// Texts and bytes that are almost right: deletes, inserts, replaces, repeats and swaps what they are made of.

/// Changes a few places of a sequence of anything.
struct Mutator {
    var random: SplitMix64

    /// Changes one to `count` places; what comes in is one of `pieces`.
    mutating func change<Element>(_ elements: inout [Element], upTo count: Int, with pieces: [Element]) {
        for _ in 0..<Int.random(in: 1...count, using: &random) {
            let index = Int.random(in: 0...elements.count, using: &random)
            guard let piece = pieces.randomElement(using: &random) else { return }
            guard index < elements.count else {
                elements.append(piece)
                continue
            }
            switch Int.random(in: 0..<6, using: &random) {
            case 0: elements.remove(at: index)
            case 1: elements[index] = piece
            case 2: elements.insert(elements[index], at: index)
            case 3: elements.swapAt(index, Int.random(in: 0..<elements.count, using: &random))
            default: elements.insert(piece, at: index)
            }
        }
    }
}

extension Mutator {
    /// A document with a few tokens changed, a few bytes, or both. Bytes that are not UTF-8 become U+FFFD.
    mutating func changed(_ document: String) -> String {
        let changesTokens = Int.random(in: 0..<4, using: &random) > 0
        var tokens = Self.tokens(of: document)
        if changesTokens { change(&tokens, upTo: 3, with: Self.snippets) }
        guard !changesTokens || Bool.random(using: &random) else { return tokens.joined() }
        var bytes = Array(tokens.joined().utf8)
        change(&bytes, upTo: 2, with: Self.bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A document around literals that may be no literals.
    mutating func documentOfLiterals() -> String {
        let literals = (0..<3).map { _ in literal() }
        return "{a(b:\(literals[0]) c:[\(literals[1]),\(literals[2])])}"
    }

    private mutating func literal() -> String {
        func pieces(_ pieces: [String], _ count: Int) -> String {
            (0..<Int.random(in: 0...count, using: &random)).reduce(into: "") { text, _ in
                text += pieces.randomElement(using: &random) ?? ""
            }
        }
        return switch Int.random(in: 0..<4, using: &random) {
        case 0: "\"" + pieces(Self.stringPieces, 4) + "\""
        case 1: "\"\"\"" + pieces(Self.blockPieces, 8) + "\"\"\""
        case 2: pieces(Self.numberPieces, 4)
        default: ["true", "null", "$v", "E", "{}", "[]", "{x:1}", "1", "\"\""].randomElement(using: &random) ?? ""
        }
    }

    /// Words, numbers and strings stay whole, anything else is cut into characters. Only roughly tokens: a text that
    /// is cut wrong makes other wrong texts.
    private static func tokens(of text: String) -> [String] {
        text.matches(of: /"""(?s:.*?)"""|"[^"\n]*"|[_0-9A-Za-z.]+|(?s:.)/).map { String($0.output) }
    }

    private static let snippets = [
        "{", "}", "(", ")", "[", "]", ":", "$", "@", "!", "=", "|", "&", "...", "..", ".", "... on ", "on", "query",
        "query Q",
        "mutation", "subscription", "fragment", "fragment G on T", "type T{a:Int}", "true", "null", "a", "_", "b:",
        "a:b", "(a:1)",
        "($a:Int=1)", "@d(a:$b)", "{a}", "{}", "()", "[[1]]", "{a:1}", "$v", "\"\"", "\"x\"", "\"\"\"x\"\"\"", "\"",
        "\"\"\"",
        "\\", "#", "# c\n", "#\r", ",", ",,", " ", "\n", "\r\n", "\t", "\u{FEFF}", "\u{A0}", "\u{2028}", "\0", "\u{B}",
        "é", "😀", "'", ";",
        "?", "-", "0", "-0", "00", "1", "1.5", "1e3", "1.", "-1", "+1", "9223372036854775808", "1e400", "0x1", "1a",
        "__a",
    ]
    private static let bytes =
        Array("{}()[]:$@!=|&.,\"\\#\n\r\t -+019aeEuon_'/".utf8) + [
            0, 0x7F, 0x80, 0xC2, 0xE2, 0xEF, 0xBB, 0xBF, 0xF0, 0xFF,
        ]
    private static let stringPieces = [
        "a", "é", "😀", " ", "#", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0041", "\\u00e9",
        "\\uD83D\\uDE00",
        "\\ud83d", "\\udE00", "\\u{1F600}", "\\u{0}", "\\u{00000041}", "\\u{000000041}", "\\u{110000}", "\\u{d800}",
        "\\u{}", "\\u{4", "\\u12",
        "\\u+123", "\\x", "\\", "\n", "\r", "\0", "\u{7F}", "\u{FEFF}", "\"", "\"\"", "0", "f", "}",
    ]
    private static let blockPieces = [
        "a", "é", "😀", " ", "  ", "\t", "\n", "\n", "\n  ", "\r", "\r\n", "\n\n", "\n \t", "\"", "\"\"", "\\\"\"\"",
        "\\", "\\n", "\\u0041", "#",
        "\0", "\u{85}", "\u{2028}", "\u{FEFF}", "\u{A0}", "\"\"\"",
    ]
    private static let numberPieces = [
        "-", "+", "0", "00", "1", "7", "12", ".", ".5", "e", "E", "e5", "e-7", "E+09", "e400", "e-400", "_", "a",
        "2147483648",
        "9223372036854775807", "9223372036854775808", "0.1", "1.7976931348623157e308", "1.7976931348623159e308", "²",
        "١",
    ]
}
