// SPDX-License-Identifier: Apache-2.0
//
// Cuts GraphQL text into tokens. It works on bytes: everything but the content of strings and comments is ASCII.

/// A token with its place in the text.
struct GraphQLToken {
    enum Kind: Equatable {
        /// One of `! $ & ( ) : = @ [ ] { | }`.
        case punctuator(UInt8)
        /// `...`
        case spread
        case name
        case int
        case float
        /// A string or block string with its value: escapes resolved, indentation removed.
        case string(String)
        case end
    }

    var kind: Kind
    /// The bytes it is made of.
    var range: Range<Int>
}

/// The lexical grammar ([GraphQL, section 2.1](https://spec.graphql.org/September2025/#sec-Language.Source-Text)).
struct GraphQLLexer {
    let bytes: [UInt8]
    /// Where the next token is looked for.
    var offset = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The byte at an offset; `nil` behind the end.
    func byte(at offset: Int) -> UInt8? {
        offset < bytes.count ? bytes[offset] : nil
    }

    /// Takes the next token. At the end of the text it is ``GraphQLToken/Kind/end``, again and again.
    mutating func next() throws(GraphQLDocumentError) -> GraphQLToken {
        skipIgnored()
        guard let first = byte(at: offset) else {
            return GraphQLToken(kind: .end, range: offset..<offset)
        }
        switch first {
        case "!", "$", "&", "(", ")", ":", "=", "@", "[", "]", "{", "|", "}":
            return token(.punctuator(first), length: 1)
        case "." where byte(at: offset + 1) == "." && byte(at: offset + 2) == ".":
            return token(.spread, length: 3)
        case "\"":
            let isBlock = byte(at: offset + 1) == "\"" && byte(at: offset + 2) == "\""
            return isBlock ? try blockString() : try string()
        case "-":
            return try number()
        case _ where first.isDigit:
            return try number()
        case _ where first.isNameStart:
            var end = offset + 1
            while let next = byte(at: end), next.isNameStart || next.isDigit { end += 1 }
            return token(.name, length: end - offset)
        default:
            throw error("\(shown(at: offset)) begins no token", at: offset)
        }
    }

    private mutating func token(_ kind: GraphQLToken.Kind, length: Int) -> GraphQLToken {
        defer { offset += length }
        return GraphQLToken(kind: kind, range: offset..<offset + length)
    }

    /// Skips white space, commas, comments and byte-order marks.
    private mutating func skipIgnored() {
        while let next = byte(at: offset) {
            switch next {
            case " ", "\t", "\n", "\r", ",":
                offset += 1
            case "#":
                while let next = byte(at: offset), !next.isLineTerminator { offset += 1 }
            case 0xEF where byte(at: offset + 1) == 0xBB && byte(at: offset + 2) == 0xBF:
                offset += 3
            default:
                return
            }
        }
    }

    private mutating func number() throws(GraphQLDocumentError) -> GraphQLToken {
        var end = offset
        var kind = GraphQLToken.Kind.int
        if byte(at: end) == "-" { end += 1 }
        let firstDigit = end
        end = try endOfDigits(from: end)
        guard bytes[firstDigit] != "0" || end == firstDigit + 1 else {
            throw error("a number has no leading zeros", at: firstDigit)
        }
        if byte(at: end) == "." {
            kind = .float
            end = try endOfDigits(from: end + 1)
        }
        if let exponent = byte(at: end), exponent == "e" || exponent == "E" {
            kind = .float
            end += 1
            if let sign = byte(at: end), sign == "+" || sign == "-" { end += 1 }
            end = try endOfDigits(from: end)
        }
        if let next = byte(at: end), next == "." || next.isNameStart {
            throw error("expected the end of the number, found \(shown(at: end))", at: end)
        }
        return token(kind, length: end - offset)
    }

    private func endOfDigits(from start: Int) throws(GraphQLDocumentError) -> Int {
        var end = start
        while let next = byte(at: end), next.isDigit { end += 1 }
        guard end > start else { throw error("expected a digit, found \(shown(at: start))", at: start) }
        return end
    }
}

// MARK: - Errors

extension GraphQLLexer {
    /// An error at a place of the text.
    func error(
        _ message: String,
        at offset: Int,
        code: GraphQLDocumentError.Code = .syntax
    ) -> GraphQLDocumentError {
        GraphQLDocumentError(code, message, at: location(of: offset))
    }

    /// The character at an offset, for a person: itself if it is printable ASCII, its code point otherwise.
    func shown(at offset: Int) -> String {
        guard let scalar = String(decoding: bytes[offset...].prefix(4), as: UTF8.self).unicodeScalars.first else {
            return "the end of the text"
        }
        if (0x20..<0x7F).contains(scalar.value) { return "'\(scalar)'" }
        let code = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - code.count)) + code
    }

    private func location(of offset: Int) -> GraphQLDocumentError.Location {
        var location = GraphQLDocumentError.Location(line: 1, column: 1)
        for index in 0..<min(offset, bytes.count) {
            let byte = bytes[index]
            if byte == "\n" || (byte == "\r" && !(self.byte(at: index + 1) == "\n")) {
                location.line += 1
                location.column = 1
            } else if byte & 0xC0 != 0x80 {
                location.column += 1
            }
        }
        return location
    }
}
