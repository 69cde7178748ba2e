// SPDX-License-Identifier: Apache-2.0
//
// Walks over JSON text and finds where values end, without building anything of them.

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A cursor over JSON text (RFC 8259) that checks the grammar as it goes.
///
/// It is strict: what it passes is well formed, except that the bytes in strings need not be valid UTF-8 and that an
/// escaped surrogate may stand alone. Whoever decodes the string judges that. Nesting is bounded and needs no stack.
package struct JSONScanner {
    /// The most levels that a value may nest; Foundation's decoder has the same bound.
    static let maximumDepth = 512

    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 0
    private var containers = ContainerStack()

    package init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    // MARK: Values

    /// Skips a value and gives its range, white space left out.
    package mutating func skipValue() throws(GraphQLResponseError) -> Range<Int> {
        _ = peek()
        let start = position
        repeat {
            switch peek() {
            case "{":
                position += 1
                if !take("}") {
                    try push(isObject: true)
                    try skipKey()
                    continue
                }
            case "[":
                position += 1
                if !take("]") {
                    try push(isObject: false)
                    continue
                }
            case "\"": _ = try skipString()
            default: try skipScalar()
            }
            try skipToNextValue()
        } while containers.depth > 0
        return start..<position
    }

    /// Leaves the containers that end here, up to where the next value begins.
    private mutating func skipToNextValue() throws(GraphQLResponseError) {
        while containers.depth > 0 {
            let isObject = containers.isObject
            let next = peek()
            if next == "," {
                position += 1
                if isObject { try skipKey() }
                return
            }
            guard next == (isObject ? "}" : "]") else {
                throw unexpected(wanted: isObject ? "',' or '}'" : "',' or ']'")
            }
            position += 1
            containers.pop()
        }
    }

    private mutating func push(isObject: Bool) throws(GraphQLResponseError) {
        guard containers.depth < Self.maximumDepth else {
            throw GraphQLResponseError(.malformed, "it nests more than \(Self.maximumDepth) levels", offset: position)
        }
        containers.push(isObject: isObject)
    }

    /// Visits the members of the object that begins here. The closure takes the value.
    mutating func forEachMember(
        _ body: (inout JSONScanner, _ key: JSONKey) throws(GraphQLResponseError) -> Void
    ) throws(GraphQLResponseError) {
        try expect("{")
        guard !take("}") else { return }
        repeat {
            guard peek() == "\"" else { throw unexpected(wanted: "a key") }
            let start = position
            let isEscaped = try skipString()
            let key = JSONKey(range: start + 1..<position - 1, isEscaped: isEscaped)
            try expect(":")
            try body(&self, key)
        } while take(",")
        try expect("}")
    }

    /// The text of a key.
    func text(of key: JSONKey) throws(GraphQLResponseError) -> String {
        guard key.isEscaped else { return String(decoding: bytes[key.range], as: UTF8.self) }
        let quoted = key.range.lowerBound - 1..<key.range.upperBound + 1
        guard let text = try? JSONDecoder().decode(String.self, from: Data(bytes[quoted])) else {
            throw GraphQLResponseError(.malformed, "a key is not valid text", offset: key.offset)
        }
        return text
    }

    /// Refuses everything but white space.
    package mutating func expectEnd() throws(GraphQLResponseError) {
        _ = peek()
        guard position == bytes.count else { throw unexpected(wanted: "the end") }
    }

    // MARK: Tokens

    /// The next byte that is not white space; 0, which begins nothing, at the end.
    @inline(__always)
    mutating func peek() -> UInt8 {
        var index = position
        defer { position = index }
        while index < bytes.count {
            let byte = bytes[index]
            guard byte == " " || byte == "\n" || byte == "\r" || byte == "\t" else { return byte }
            index += 1
        }
        return 0
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek() == character else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(GraphQLResponseError) {
        guard take(character) else { throw unexpected(wanted: "'\(character)'") }
    }

    private mutating func skipKey() throws(GraphQLResponseError) {
        guard peek() == "\"" else { throw unexpected(wanted: "a key") }
        _ = try skipString()
        try expect(":")
    }

    /// Skips the string that begins here; gives whether it holds escapes.
    private mutating func skipString() throws(GraphQLResponseError) -> Bool {
        position += 1
        var isEscaped = false
        while true {
            position = endOfPlainText()
            guard position < bytes.count else { throw unexpected(wanted: "'\"'") }
            switch bytes[position] {
            case "\"":
                position += 1
                return isEscaped
            case "\\":
                isEscaped = true
                repeat { try skipEscape() } while position < bytes.count && bytes[position] == "\\"
            default:
                throw unexpected(wanted: "an escape")
            }
        }
    }

    /// The next offset with a quote, a backslash or a control character: eight bytes a step, by the zero-byte trick.
    private func endOfPlainText() -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var index = position
        while index + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            let found =
                ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes) | ((word &- ones &* 0x20) & ~word)
            let mask = found & (ones &* 0x80)
            // A borrow can mark bytes behind a true one, never before: the first mark is right.
            if mask != 0 { return index + mask.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < bytes.count, bytes[index] != 0x22, bytes[index] != 0x5C, bytes[index] >= 0x20 { index += 1 }
        return index
    }

    private mutating func skipEscape() throws(GraphQLResponseError) {
        position += 1
        switch position < bytes.count ? bytes[position] : 0 {
        case "\"", "\\", "/", "b", "f", "n", "r", "t":
            position += 1
        case "u":
            for index in position + 1..<position + 5 where index >= bytes.count || !bytes[index].isHexadecimalDigit {
                position = index
                throw unexpected(wanted: "a hexadecimal digit")
            }
            position += 5
        default:
            throw unexpected(wanted: "an escape")
        }
    }

    /// Skips a number, `true`, `false` or `null`.
    private mutating func skipScalar() throws(GraphQLResponseError) {
        switch peek() {
        case "t": try skipWord("true")
        case "f": try skipWord("false")
        case "n": try skipWord("null")
        default: try skipNumber()
        }
    }

    private mutating func skipWord(_ word: StaticString) throws(GraphQLResponseError) {
        for index in 0..<word.utf8CodeUnitCount {
            guard position < bytes.count, bytes[position] == word.utf8Start[index] else {
                throw unexpected(wanted: "'\(word)'")
            }
            position += 1
        }
    }

    private mutating func skipNumber() throws(GraphQLResponseError) {
        if byte == "-" { position += 1 }
        guard byte.isDigit else { throw unexpected(wanted: "a value") }
        if byte == "0" { position += 1 } else { skipDigits() }
        if byte == "." {
            position += 1
            guard byte.isDigit else { throw unexpected(wanted: "a digit") }
            skipDigits()
        }
        if byte == "e" || byte == "E" {
            position += 1
            if byte == "+" || byte == "-" { position += 1 }
            guard byte.isDigit else { throw unexpected(wanted: "a digit") }
            skipDigits()
        }
    }

    private mutating func skipDigits() {
        var index = position
        while index < bytes.count, bytes[index].isDigit { index += 1 }
        position = index
    }

    /// The byte at the position; 0, which is in no token, at the end.
    private var byte: UInt8 { position < bytes.count ? bytes[position] : 0 }

    /// What was wanted and what is there: a character of punctuation at most, for the rest may be anyone's data.
    private func unexpected(wanted: String) -> GraphQLResponseError {
        let found: String
        switch byte {
        case _ where position >= bytes.count: found = "the end"
        case "{", "}", "[", "]", ":", ",", "\"": found = "'\(Unicode.Scalar(byte))'"
        default: found = "something else"
        }
        return GraphQLResponseError(.malformed, "expected \(wanted), found \(found)", offset: position)
    }
}

/// A key of an object.
struct JSONKey {
    /// Its bytes, quotes not included.
    var range: Range<Int>
    var isEscaped: Bool

    /// Where its quote is.
    var offset: Int { range.lowerBound - 1 }
}

/// The containers around a position: one bit each, 64 to a word.
private struct ContainerStack {
    private(set) var depth = 0
    private var word: UInt64 = 0
    private var fullWords: [UInt64] = []

    /// Whether the innermost is an object; an array otherwise.
    var isObject: Bool { word & 1 == 1 }

    mutating func push(isObject: Bool) {
        if depth > 0, depth % 64 == 0 { fullWords.append(word) }
        word = word << 1 | (isObject ? 1 : 0)
        depth += 1
    }

    mutating func pop() {
        word >>= 1
        depth -= 1
        if depth > 0, depth % 64 == 0, let last = fullWords.popLast() { word = last }
    }
}

extension UInt8 {
    fileprivate var isHexadecimalDigit: Bool { self &- 0x30 < 10 || (self | 0x20) &- 0x61 < 6 }
}
