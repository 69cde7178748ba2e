// SPDX-License-Identifier: Apache-2.0
//
// The two kinds of strings: quoted with escapes, and blocks with indentation.

extension GraphQLLexer {
    /// Takes a string of one line ([GraphQL, section 2.9.4](https://spec.graphql.org/September2025/#StringValue)).
    mutating func string() throws(GraphQLDocumentError) -> GraphQLToken {
        let start = offset
        var value: [UInt8] = []
        var position = start + 1
        while let next = byte(at: position), !next.isLineTerminator {
            switch next {
            case "\"":
                offset = position + 1
                return GraphQLToken(kind: .string(String(decoding: value, as: UTF8.self)), range: start..<offset)
            case "\\":
                position = try escape(at: position, appendingTo: &value)
            default:
                value.append(next)
                position += 1
            }
        }
        throw error("the string that begins here does not end on its line", at: start)
    }

    /// Resolves the escape that begins with the backslash at an offset; gives the offset behind it.
    private func escape(at start: Int, appendingTo value: inout [UInt8]) throws(GraphQLDocumentError) -> Int {
        switch byte(at: start + 1) ?? 0 {
        case "\"", "\\", "/": value.append(bytes[start + 1])
        case "b": value.append(0x08)
        case "f": value.append(0x0C)
        case "n": value.append(0x0A)
        case "r": value.append(0x0D)
        case "t": value.append(0x09)
        case "u":
            let (code, end) = try codePoint(at: start)
            guard let scalar = Unicode.Scalar(code) else {
                throw error("the escape is no Unicode scalar value", at: start)
            }
            value.append(contentsOf: Unicode.UTF8.encode(scalar) ?? .init())
            return end
        default:
            throw error("expected an escape (one of \" \\ / b f n r t u), found \(shown(at: start + 1))", at: start)
        }
        return start + 2
    }

    /// The code point of `\uXXXX`, of a surrogate pair of these, or of `\u{X…}`.
    private func codePoint(at start: Int) throws(GraphQLDocumentError) -> (code: UInt32, end: Int) {
        if byte(at: start + 2) == "{" {
            var end = start + 3
            while byte(at: end)?.hexadecimalValue != nil { end += 1 }
            guard byte(at: end) == "}" else {
                throw error("expected a hexadecimal digit or '}', found \(shown(at: end))", at: end)
            }
            return (try hexadecimal(start + 3..<end), end + 1)
        }
        let leading = try hexadecimal(start + 2..<start + 6)
        guard (0xD800...0xDBFF).contains(leading), byte(at: start + 6) == "\\", byte(at: start + 7) == "u" else {
            return (leading, start + 6)
        }
        let trailing = try hexadecimal(start + 8..<start + 12)
        guard (0xDC00...0xDFFF).contains(trailing) else { return (leading, start + 6) }
        return (0x10000 + (leading - 0xD800) << 10 + (trailing - 0xDC00), start + 12)
    }

    /// The number that one to eight hexadecimal digits make.
    private func hexadecimal(_ range: Range<Int>) throws(GraphQLDocumentError) -> UInt32 {
        guard (1...8).contains(range.count) else {
            throw error("expected one to eight hexadecimal digits", at: range.lowerBound)
        }
        var number: UInt32 = 0
        for position in range {
            guard let digit = byte(at: position)?.hexadecimalValue else {
                throw error("expected a hexadecimal digit, found \(shown(at: position))", at: position)
            }
            number = number << 4 | digit
        }
        return number
    }
}

// MARK: - Block strings

extension GraphQLLexer {
    /// Takes a string between `"""`. Only `\"""` is an escape in it.
    mutating func blockString() throws(GraphQLDocumentError) -> GraphQLToken {
        let start = offset
        var lines: [[UInt8]] = [[]]
        var position = start + 3
        while let next = byte(at: position) {
            if next == "\"", isTripleQuote(at: position) {
                offset = position + 3
                return GraphQLToken(kind: .string(Self.withoutIndentation(lines)), range: start..<offset)
            }
            if next == "\\", isTripleQuote(at: position + 1) {
                lines[lines.count - 1].append(contentsOf: bytes[position + 1..<position + 4])
                position += 4
            } else if next.isLineTerminator {
                lines.append([])
                position += next == "\r" && byte(at: position + 1) == "\n" ? 2 : 1
            } else {
                lines[lines.count - 1].append(next)
                position += 1
            }
        }
        throw error("the block string that begins here does not end", at: start)
    }

    private func isTripleQuote(at offset: Int) -> Bool {
        byte(at: offset) == "\"" && byte(at: offset + 1) == "\"" && byte(at: offset + 2) == "\""
    }

    /// Removes the indentation that all lines but the first share, and blank lines at both ends
    /// ([BlockStringValue](https://spec.graphql.org/September2025/#BlockStringValue())).
    private static func withoutIndentation(_ lines: [[UInt8]]) -> String {
        let indentation = { (line: [UInt8]) in line.firstIndex { $0 != " " && $0 != "\t" } }
        guard let first = lines.firstIndex(where: { indentation($0) != nil }),
            let last = lines.lastIndex(where: { indentation($0) != nil })
        else { return "" }
        let shared = lines.dropFirst().compactMap(indentation).min() ?? 0
        let kept = (first...last).map { $0 == 0 ? lines[0][...] : lines[$0].dropFirst(shared) }
        return String(decoding: Array(kept.joined(separator: [0x0A])), as: UTF8.self)
    }
}
