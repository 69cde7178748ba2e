// SPDX-License-Identifier: Apache-2.0
//
// The head of a request: where its parts are in its bytes, and how its body is framed.

/// Why a request is refused before the handler sees it.
struct RequestFault: Error {
    let status: Int
    let reason: String

    static func malformed(_ reason: String) -> Self { Self(status: 400, reason: reason) }
}

/// A request line with its header fields ([RFC 9112, sections 3 and 5](https://www.rfc-editor.org/rfc/rfc9112)).
struct RequestHead: Sendable {
    enum Framing: Hashable, Sendable {
        case length(Int)
        case chunked
    }

    /// All bytes, with the blank line at the end.
    let bytes: [UInt8]
    private(set) var method = 0..<0
    private(set) var target = 0..<0
    private(set) var framing = Framing.length(0)
    private(set) var keepsAlive = true
    private(set) var expectsContinue = false
    private var fieldsStart = 0
    private var contentLength: Int?

    init(parsing bytes: [UInt8]) throws(RequestFault) {
        self.bytes = bytes
        try parseRequestLine()
        for field in fields { try take(field) }
        if let contentLength {
            guard framing != .chunked else {
                throw .malformed("Content-Length and Transfer-Encoding stand together.")
            }
            framing = .length(contentLength)
        }
    }

    var isHEAD: Bool { bytes[method].elementsEqual("HEAD".utf8) }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    private mutating func parseRequestLine() throws(RequestFault) {
        let end = bytes.firstIndex(of: UInt8(ascii: "\r")) ?? bytes.endIndex
        let parts = bytes[..<end].split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].allSatisfy(\.isTokenCharacter), !parts[0].isEmpty, !parts[1].isEmpty else {
            throw .malformed("The request line is not 'METHOD target HTTP/1.1'.")
        }
        if parts[2].elementsEqual("HTTP/1.0".utf8) {
            keepsAlive = false
        } else if !parts[2].elementsEqual("HTTP/1.1".utf8) {
            throw RequestFault(status: 505, reason: "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
        }
        method = parts[0].indices
        target = parts[1].indices
        fieldsStart = end + 2
        for field in fields where field.name.isEmpty || !bytes[field.name].allSatisfy(\.isTokenCharacter) {
            throw .malformed("A line of the header is not 'name: value'.")
        }
    }

    private mutating func take(_ field: Field) throws(RequestFault) {
        let name = bytes[field.name]
        let value = bytes[field.value]
        switch name.count {
        case 6 where name.isEqualIgnoringASCIICase(to: "expect".utf8):
            expectsContinue = value.isEqualIgnoringASCIICase(to: "100-continue".utf8)
        case 10 where name.isEqualIgnoringASCIICase(to: "connection".utf8):
            if value.isEqualIgnoringASCIICase(to: "close".utf8) { keepsAlive = false }
            if value.isEqualIgnoringASCIICase(to: "keep-alive".utf8) { keepsAlive = true }
        case 14 where name.isEqualIgnoringASCIICase(to: "content-length".utf8):
            guard let length = value.decimal, contentLength == nil || contentLength == length else {
                throw .malformed("Content-Length is not one whole number.")
            }
            contentLength = length
        case 17 where name.isEqualIgnoringASCIICase(to: "transfer-encoding".utf8):
            guard value.isEqualIgnoringASCIICase(to: "chunked".utf8), framing != .chunked else {
                throw RequestFault(status: 501, reason: "The only transfer coding here is 'chunked', once.")
            }
            framing = .chunked
        default: break
        }
    }
}

extension RequestHead {
    /// Where a header field is.
    struct Field {
        let name: Range<Int>
        let value: Range<Int>
    }

    var fields: Fields { Fields(bytes: bytes, position: fieldsStart) }

    /// The header fields, read line by line from the bytes.
    struct Fields: Sequence, IteratorProtocol {
        fileprivate let bytes: [UInt8]
        fileprivate var position: Int

        mutating func next() -> Field? {
            let start = position
            var end = start
            var colon = -1
            while end < bytes.count, bytes[end] != UInt8(ascii: "\r") {
                if colon < 0, bytes[end] == UInt8(ascii: ":") { colon = end }
                end += 1
            }
            guard end > start else { return nil }
            position = end + 2
            guard colon >= 0 else { return Field(name: start..<start, value: start..<end) }
            var value = colon + 1..<end
            while let first = value.first, bytes[first].isHorizontalSpace { value = first + 1..<value.upperBound }
            while let last = value.last, bytes[last].isHorizontalSpace { value = value.lowerBound..<last }
            return Field(name: start..<colon, value: value)
        }
    }
}
