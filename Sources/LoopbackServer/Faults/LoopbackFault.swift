// SPDX-License-Identifier: Apache-2.0
//
// Everything that a server of HTTP/1.1 in the clear can do wrong, by name.

/// What a server does wrong.
///
/// ``LoopbackHTTPServer/init(misbehaving:)`` is such a server; ``reply(to:)`` is what it does where it does not depend on
/// how the request arrives. Faults of TLS, HTTP/2 and name resolution are not among them.
package enum LoopbackFault: String, CaseIterable, Sendable {
    /// Ends the connection before any byte of the response.
    case closesBeforeAnyByte
    /// Resets the connection before any byte of the response.
    case resetsBeforeAnyByte
    /// Resets the connection in the middle of the body.
    case resetsInBody
    /// Ends the connection inside the status line.
    case halfStatusLine
    /// Ends the connection inside a header field.
    case halfHead
    /// Ends the connection where the blank line behind the header should be.
    case noBlankLine
    /// Ends the connection before as many bytes as it announced.
    case shortBody
    /// Sends more bytes than it announced.
    case extraBytes
    /// Announces two different lengths.
    case conflictingLengths
    /// Announces a length below zero.
    case negativeLength
    /// Announces a length that is no number.
    case lengthIsNoNumber
    /// Announces a length and chunks.
    case lengthAndChunks
    /// Sends a chunk whose size is no number.
    case badChunkSize
    /// Ends the connection before the last chunk.
    case chunksWithoutEnd
    /// Ends a JSON body, of which it announced no length, in the middle.
    case partialJSONUntilClose
    /// Sends what is not HTTP.
    case garbage
    /// Sends a header field of 200 KB.
    case longHeaderField
    /// Sends a header of 2 MB.
    case hugeHead
    /// Sends informational responses without end.
    case floodOfInformational
    /// Switches to a protocol that nobody asked for.
    case unexpectedUpgrade
    /// Sends a header field without a name.
    case namelessField
    /// Sends a header field with a NUL in it.
    case nulInHeader
    /// Sends some kilobytes that decode to 10 MB of zeros.
    case gzipBomb
    /// Sends 10 MB in chunks.
    case oversizedChunks
    /// Says gzip and sends something else.
    case corruptGzip
    /// Ends a gzip stream before its check sum; the message itself is whole.
    case truncatedGzip
    /// Ends a gzip stream in the middle of its data; the message itself is whole.
    case halfGzip
    /// Says an encoding that nobody knows.
    case unknownEncoding
    /// Sends a byte of the body every 20 ms for a minute.
    case slowDrip
    /// Never answers.
    case noAnswer
    /// Answers the first request of a connection and ends it at the second.
    case closesOnSecondRequest
    /// Answers the first request of a connection and resets it at the second.
    case resetsOnSecondRequest
    /// Refuses a body of more than 1,000 bytes before it has come, and ends the connection.
    case earlyRefusal
    /// Refuses a body of more than 1,000 bytes before it has come, and resets the connection 50 ms later.
    case earlyRefusalThenReset
    /// Sends the client to a file of its machine.
    case redirectToFile
    /// Sends the client to a host that does not exist.
    case redirectToOtherHost

    /// What a server with this fault answers to a request that is complete.
    package func reply(to request: LoopbackRequest) -> LoopbackReply {
        switch self {
        case .closesBeforeAnyByte: .script([.close])
        case .resetsBeforeAnyByte: .script([.reset])
        case .noAnswer: .script([.wait(.seconds(120))])
        case .closesOnSecondRequest: request.number == 1 ? LoopbackReply(body: request.body) : .script([.close])
        case .resetsOnSecondRequest: request.number == 1 ? LoopbackReply(body: request.body) : .script([.reset])
        case .earlyRefusal, .earlyRefusalThenReset: LoopbackReply(body: request.body)
        default: faultyResponse
        }
    }

    /// What a server with this fault answers to a request whose body is too large, while that is still on its way.
    func refusal(_ message: LoopbackReply) -> LoopbackReply {
        guard self == .earlyRefusalThenReset else { return message }
        return .script([
            .text("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n"), .wait(.milliseconds(50)), .reset,
        ])
    }
}

extension LoopbackHTTPServer {
    /// A server that does one thing wrong, to every request.
    ///
    /// - Throws: ``LoopbackServerError`` if the system has no socket or thread to give.
    package convenience init(misbehaving fault: LoopbackFault) throws {
        var limits = Limits()
        if [.earlyRefusal, .earlyRefusalThenReset].contains(fault) { limits.bodyBytes = 1_000 }
        try self.init(limits: limits, refusing: { fault.refusal($0) }) { fault.reply(to: $0) }
    }
}
