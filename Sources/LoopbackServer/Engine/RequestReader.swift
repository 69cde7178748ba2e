// SPDX-License-Identifier: Apache-2.0
//
// Turns the bytes of a connection into requests, however they are cut into packets.

/// Reads requests one after the other. Bytes of later requests stay until they are asked for.
struct RequestReader {
    enum Outcome {
        /// More bytes are needed.
        case incomplete
        /// More bytes are needed, and the client waits to be told to send them. It is told once a request.
        case awaitsContinue
        case request(RequestHead, body: [UInt8])
    }

    private let limits: LoopbackHTTPServer.Limits
    private var bytes: [UInt8] = []
    /// The first byte that is not consumed.
    private var start = 0
    /// Up to here there is no end of the head.
    private var scanned = 0
    /// The head whose body is being read.
    private var head: RequestHead?
    private var chunks = ChunkedBody()
    private var hasContinued = false

    init(limits: LoopbackHTTPServer.Limits) { self.limits = limits }

    /// How many bytes wait.
    var count: Int { bytes.count - start }

    mutating func append(_ more: UnsafeRawBufferPointer) {
        if start == bytes.count {
            bytes.removeAll(keepingCapacity: true)
            (start, scanned) = (0, 0)
        } else if start > 64 << 10 {
            bytes.removeSubrange(..<start)
            (start, scanned) = (0, max(0, scanned - start))
        }
        bytes.append(contentsOf: more)
    }

    /// The next request, if all of it is there.
    mutating func next() throws(RequestFault) -> Outcome {
        if head == nil { head = try takeHead() }
        guard let current = head else { return .incomplete }
        guard let body = try takeBody(current.framing) else {
            guard current.expectsContinue, !hasContinued, count == 0 else { return .incomplete }
            hasContinued = true
            return .awaitsContinue
        }
        head = nil
        hasContinued = false
        scanned = start
        return .request(current, body: body)
    }

    private mutating func takeHead() throws(RequestFault) -> RequestHead? {
        while start + 1 < bytes.count, bytes[start] == UInt8(ascii: "\r"), bytes[start + 1] == UInt8(ascii: "\n") {
            start += 2
        }
        guard let end = endOfHead() else {
            guard count <= limits.headBytes else { throw .headTooLarge(limits) }
            return nil
        }
        guard end - start <= limits.headBytes else { throw .headTooLarge(limits) }
        let head = try RequestHead(parsing: Array(bytes[start..<end]))
        start = end
        return head
    }

    private mutating func endOfHead() -> Int? {
        let from = max(start + 3, scanned)
        let end = bytes.withUnsafeBufferPointer { bytes in
            var index = from
            while index < bytes.count {
                if bytes[index] == UInt8(ascii: "\n"), bytes[index - 2] == UInt8(ascii: "\n"),
                    bytes[index - 1] == UInt8(ascii: "\r"), bytes[index - 3] == UInt8(ascii: "\r")
                {
                    return index + 1
                }
                index += 1
            }
            return -1
        }
        scanned = bytes.count
        return end < 0 ? nil : end
    }

    private mutating func takeBody(_ framing: RequestHead.Framing) throws(RequestFault) -> [UInt8]? {
        switch framing {
        case .length(let length):
            guard length <= limits.bodyBytes else { throw .bodyTooLarge(limits) }
            guard count >= length else { return nil }
            defer { start += length }
            return Array(bytes[start..<start + length])
        case .chunked:
            return try chunks.take(from: bytes, at: &start, limits: limits)
        }
    }
}

extension RequestFault {
    static func headTooLarge(_ limits: LoopbackHTTPServer.Limits) -> Self {
        Self(status: 431, reason: "The request's head is larger than \(limits.headBytes) bytes.")
    }

    static func bodyTooLarge(_ limits: LoopbackHTTPServer.Limits) -> Self {
        Self(status: 413, reason: "The request's body is larger than \(limits.bodyBytes) bytes.")
    }
}
