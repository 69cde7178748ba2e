// SPDX-License-Identifier: Apache-2.0
//
// Texts that are almost right: what they are made of is deleted, inserted, replaced, repeated and swapped.

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
    /// A text with a few of its words and marks changed, a few bytes, or both. It may be UTF-8 no more.
    mutating func changed(_ text: [UInt8], with snippets: [ArraySlice<UInt8>]) -> [UInt8] {
        let changesWords = Int.random(in: 0..<4, using: &random) > 0
        var words = Self.words(of: text)
        if changesWords { change(&words, upTo: 2, with: snippets) }
        var bytes = Array(words.joined())
        if !changesWords || Bool.random(using: &random) { change(&bytes, upTo: 2, with: Self.bytes) }
        return bytes
    }

    /// Words and numbers stay whole, and every mark stands for itself.
    private static func words(of text: [UInt8]) -> [ArraySlice<UInt8>] {
        var words: [ArraySlice<UInt8>] = []
        var start = 0
        for (index, byte) in text.enumerated() {
            let isMark =
                byte < 0x80 && !Character(Unicode.Scalar(byte)).isLetter && !Character(Unicode.Scalar(byte)).isNumber
            guard isMark else { continue }
            if start < index { words.append(text[start..<index]) }
            words.append(text[index...index])
            start = index + 1
        }
        if start < text.count { words.append(text[start...]) }
        return words
    }

    private static let bytes =
        [0x00, 0x7F, 0x80, 0xC2, 0xE2, 0xEF, 0xBB, 0xBF, 0xF0, 0xFF]
        + Array(
            "{}()[]:$@!=|&.,\"\\#\n\r\t -+019aeEuon_'/".utf8
        )
}

extension Mutator {
    /// A document around literals that may be no literals.
    mutating func documentOfLiterals() -> String {
        let literals = (0..<3).map { _ in literal() }
        return "{a(b:\(literals[0]) c:[\(literals[1]),\(literals[2])])}"
    }

    private mutating func literal() -> String {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: "\"" + text(of: Self.stringPieces, upTo: 4) + "\""
        case 1: "\"\"\"" + text(of: Self.blockPieces, upTo: 8) + "\"\"\""
        case 2: text(of: Self.numberPieces, upTo: 4)
        default: ["true", "null", "$v", "E", "{}", "[]", "{x:1}", "1", "\"\""].randomElement(using: &random) ?? ""
        }
    }

    private mutating func text(of pieces: [String], upTo count: Int) -> String {
        (0..<Int.random(in: 0...count, using: &random)).reduce(into: "") { text, _ in
            text += pieces.randomElement(using: &random) ?? ""
        }
    }

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
