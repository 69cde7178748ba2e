// SPDX-License-Identifier: Apache-2.0
//
// Collects what curl's callbacks deliver, counts it, and refuses what libcurl 7.88 would let pass.

import HTTPTransport

/// A response on its way in.
///
/// It awaits a status line; then it is inside an informational (1xx) or the final head; a blank line ends a head. After
/// an informational head it awaits the next status line; after the final one it is complete, and further lines are
/// trailers, which are counted and dropped. Every byte counts towards the limits, also those of heads that are dropped.
/// What it refuses it refuses for good; curl then closes the connection, so that nothing that follows on it can be
/// taken for another response.
struct ResponseAccumulator {
    enum Refusal: Hashable {
        case headTooLarge(limit: Int)
        case bodyTooLarge(limit: Int)
        /// What is wrong, as the end of a sentence that begins with "The response".
        case malformed(String)
    }

    private enum Position {
        case beforeStatusLine
        case inInformationalHead
        case inFinalHead
        case afterHead
    }

    /// More than any server's own default limit for requests; counted over all heads and trailers of one exchange.
    static let maximumHeadBytes = 128 << 10

    private let maximumBodyBytes: Int
    private var position = Position.beforeStatusLine
    private var headBytes = 0
    private var contentLength: Int?
    private var isChunked = false
    private var isWithoutBody = false
    private var bodyBytes = 0
    private var response = HTTPResponse(status: 0)

    /// Why the response was refused, if it was.
    private(set) var refusal: Refusal?

    init(maximumBodyBytes: Int) {
        self.maximumBodyBytes = maximumBodyBytes
    }

    /// Whether anything has come.
    var hasBegun: Bool { headBytes > 0 }

    /// Whether the blank line after the final head has come. curl 7.88 reports success also when the connection ends
    /// before it.
    var isHeadComplete: Bool { position == .afterHead }

    /// Whether as much of the body as the head announces has come.
    var isWhole: Bool { isHeadComplete && (isWithoutBody || contentLength == bodyBytes) }

    /// Forgets everything, for the next response.
    mutating func reset() {
        if headBytes == 0, bodyBytes == 0, refusal == nil { return }
        self = ResponseAccumulator(maximumBodyBytes: maximumBodyBytes)
    }

    /// The response as it came, its content encoding not undone, moved out; where it has come to stays known.
    mutating func take() -> HTTPResponse {
        var taken = HTTPResponse(status: 0)
        swap(&taken, &response)
        return taken
    }

    /// Adds one line of a head with its line break; false if it is refused.
    mutating func appendHeaderLine(_ line: UnsafeRawBufferPointer) -> Bool {
        headBytes += line.count
        guard headBytes <= Self.maximumHeadBytes else { return refuse(.headTooLarge(limit: Self.maximumHeadBytes)) }
        switch position {
        case .beforeStatusLine:
            return unsafe begin(line)
        case .inInformationalHead:
            if unsafe line.isBlankLine { position = .beforeStatusLine }
        case .inFinalHead:
            guard unsafe line.isBlankLine else { return unsafe appendField(line) }
            position = .afterHead
        case .afterHead:
            break
        }
        return true
    }

    /// Adds bytes of the body; false if they pass the limit, or are the first of a body that will.
    mutating func appendBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let expected = max(bytes.count, response.body.isEmpty ? contentLength ?? 0 : 0)
        guard expected <= maximumBodyBytes - response.body.count else {
            return refuse(.bodyTooLarge(limit: maximumBodyBytes))
        }
        makeRoom(for: bytes.count)
        unsafe response.body.append(contentsOf: bytes)
        noteBody(bytes.count)
        return true
    }

    /// Counts bytes of the body that have gone elsewhere.
    mutating func noteBody(_ count: Int) {
        bodyBytes += count
    }

    /// Makes room for the whole body at once, as far as the length is believed that a server claims: a megabyte, or
    /// eight times what has come.
    private mutating func makeRoom(for count: Int) {
        let needed = response.body.count + count
        let believed = min(contentLength ?? 0, max(1 << 20, 8 * response.body.count))
        if response.body.capacity < needed, needed <= believed { response.body.reserveCapacity(believed) }
    }

    private mutating func begin(_ line: UnsafeRawBufferPointer) -> Bool {
        guard unsafe line.hasPrefixIgnoringCase("http/") else { return refuse(.malformed("has no status line")) }
        guard let status = unsafe line.status, (100..<600).contains(status) else {
            return refuse(.malformed("has no valid status line"))
        }
        guard status != 101 else {
            return refuse(.malformed("switches to another protocol, which nobody has asked for"))
        }
        position = status < 200 ? .inInformationalHead : .inFinalHead
        response.status = status
        isWithoutBody = status == 204 || status == 304
        return true
    }

    private mutating func appendField(_ line: UnsafeRawBufferPointer) -> Bool {
        guard unsafe response.headers.append(line: line.assumingMemoryBound(to: UInt8.self).span) else {
            guard unsafe line.first?.isLineSpace == false else {
                return refuse(.malformed("has a header field on more than one line"))
            }
            guard let colon = unsafe line.firstIndex(of: UInt8(ascii: ":")) else {
                return refuse(.malformed("has a header line without a colon"))
            }
            let name = unsafe String(decoding: line[..<colon].prefix(64), as: UTF8.self)
            return refuse(.malformed("has an invalid header field '\(name.printable)'"))
        }
        return unsafe checkFraming(line)
    }

    /// Two lengths, or a length and chunks, leave open where the response ends
    /// ([RFC 9112, section 6.3](https://www.rfc-editor.org/rfc/rfc9112#section-6.3)).
    private mutating func checkFraming(_ line: UnsafeRawBufferPointer) -> Bool {
        if unsafe line.hasPrefixIgnoringCase("content-length:") {
            guard contentLength == nil else { return refuse(.malformed("has more than one Content-Length")) }
            guard let length = unsafe line.decimalValue(after: "content-length:".utf8.count) else {
                return refuse(.malformed("has a Content-Length that is not a number"))
            }
            contentLength = length
        } else if unsafe line.hasPrefixIgnoringCase("transfer-encoding:") {
            guard unsafe line.hasValue("chunked", after: "transfer-encoding:".utf8.count) else {
                return refuse(.malformed("has a Transfer-Encoding that was not asked for"))
            }
            isChunked = true
        }
        guard contentLength == nil || !isChunked else {
            return refuse(.malformed("has both a Content-Length and a Transfer-Encoding"))
        }
        return true
    }

    private mutating func refuse(_ reason: Refusal) -> Bool {
        refusal = reason
        return false
    }
}

extension UnsafeRawBufferPointer {
    fileprivate var isBlankLine: Bool { unsafe allSatisfy(\.isLineBreak) }

    /// The status of `HTTP/1.1 200 OK` ([RFC 9112, section 4](https://www.rfc-editor.org/rfc/rfc9112#section-4)).
    fileprivate var status: Int? {
        guard let space = unsafe firstIndex(of: UInt8(ascii: " ")) else { return nil }
        let digits = unsafe self[(space + 1)...].prefix { $0 != UInt8(ascii: " ") && !$0.isLineBreak }
        guard unsafe digits.count == 3, unsafe digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
        else { return nil }
        return unsafe digits.reduce(0) { 10 * $0 + Int($1 - UInt8(ascii: "0")) }
    }

    /// Whether the line begins with this text, which is in lower case.
    fileprivate func hasPrefixIgnoringCase(_ prefix: StaticString) -> Bool {
        guard count >= prefix.utf8CodeUnitCount else { return false }
        for index in 0..<prefix.utf8CodeUnitCount {
            let expected = unsafe prefix.utf8Start[index]
            let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(expected)
            guard unsafe self[index] == expected || isLetter && self[index] | 0x20 == expected else { return false }
        }
        return true
    }

    /// Whether this word, in lower case, is all that is behind the offset but white space.
    fileprivate func hasValue(_ word: StaticString, after offset: Int) -> Bool {
        let value = unsafe UnsafeRawBufferPointer(rebasing: trimmed(self[offset...]))
        return unsafe value.count == word.utf8CodeUnitCount && value.hasPrefixIgnoringCase(word)
    }

    /// The digits behind this offset as a number; `nil` if there is anything else but white space around them.
    fileprivate func decimalValue(after offset: Int) -> Int? {
        let digits = unsafe trimmed(self[offset...])
        guard unsafe digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return unsafe Int(String(decoding: digits, as: UTF8.self))
    }

    private func trimmed(_ text: Slice<Self>) -> Slice<Self> {
        var rest = unsafe text.drop(while: \.isLineSpace)
        while let last = unsafe rest.last, last.isLineSpace { unsafe rest.removeLast() }
        return unsafe rest
    }
}

extension UInt8 {
    fileprivate var isLineBreak: Bool { self == UInt8(ascii: "\r") || self == UInt8(ascii: "\n") }
    fileprivate var isLineSpace: Bool { isLineBreak || self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}
