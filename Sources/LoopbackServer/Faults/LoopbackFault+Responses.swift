// SPDX-License-Identifier: Apache-2.0
//
// The bytes of the responses that are wrong in themselves.

extension LoopbackFault {
    /// The response of a fault that does not depend on the request.
    var faultyResponse: LoopbackReply {
        switch self {
        case .gzipBomb, .corruptGzip, .truncatedGzip, .halfGzip, .unknownEncoding: encodedResponse
        case .hugeHead, .longHeaderField, .floodOfInformational, .oversizedChunks, .slowDrip: endlessResponse
        case .redirectToFile: .redirect(to: "file:///etc/passwd")
        case .redirectToOtherHost: .redirect(to: "http://other-host.invalid/")
        case .resetsInBody: .script([.text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"), .reset])
        default: .script([.text(faultyText), .close])
        }
    }

    /// Sent as it is; then the connection ends.
    private var faultyText: String {
        switch self {
        case .halfStatusLine: "HTTP/1."
        case .halfHead: "HTTP/1.1 200 OK\r\nContent-Ty"
        case .noBlankLine: "HTTP/1.1 200 OK\r\nX-A: 1\r\n"
        case .shortBody: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"
        case .extraBytes:
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
        case .conflictingLengths: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 4\r\n\r\nokok"
        case .negativeLength: "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nok"
        case .lengthIsNoNumber: "HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nok"
        case .lengthAndChunks:
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
        case .badChunkSize: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nsize\r\nok\r\n0\r\n\r\n"
        case .chunksWithoutEnd: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"
        case .partialJSONUntilClose: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"data\":{\"a"
        case .unexpectedUpgrade: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nx"
        case .namelessField: "HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 0\r\n\r\n"
        case .nulInHeader: "HTTP/1.1 200 OK\r\nX-A: 1\u{0}2\r\nContent-Length: 2\r\n\r\nok"
        default: "garbage\r\n\r\n"
        }
    }

    private var encodedResponse: LoopbackReply {
        switch self {
        case .gzipBomb: .encoded("gzip", Gzip.bomb(decodedBytes: 10_000_000))
        case .truncatedGzip: .encoded("gzip", Array(Gzip.hello.dropLast(8)))
        case .halfGzip: .encoded("gzip", Array(Gzip.hello.dropLast(10)))
        case .corruptGzip: .encoded("gzip", Array("not in gzip".utf8))
        default: .encoded("cuneiform", Array("clay".utf8))
        }
    }

    private var endlessResponse: LoopbackReply {
        let kilobyte = String(repeating: "x", count: 1_000)
        let head = "HTTP/1.1 200 OK\r\n"
        return switch self {
        case .hugeHead: .script([.text(head + String(repeating: "X-A: \(kilobyte)\r\n", count: 2_000)), .close])
        case .longHeaderField:
            .script([
                .text(head + "X-A: " + String(repeating: kilobyte, count: 200) + "\r\nContent-Length: 0\r\n\r\n"),
                .close,
            ])
        case .floodOfInformational:
            .script([.text(String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 50_000)), .close])
        case .oversizedChunks:
            .script(
                [.text(head + "Transfer-Encoding: chunked\r\n\r\n")]
                    + Array(repeating: .text("3e8\r\n\(kilobyte)\r\n"), count: 10_000) + [.text("0\r\n\r\n")]
            )
        default:
            .script(
                [.text(head + "Content-Length: 3000\r\n\r\n")]
                    + (0..<3_000).flatMap { _ in [.text("x"), .wait(.milliseconds(20))] }
            )
        }
    }
}

extension LoopbackReply {
    fileprivate static func encoded(_ encoding: String, _ body: [UInt8]) -> Self {
        Self(headers: [("Content-Encoding", encoding)], body: body)
    }

    fileprivate static func redirect(to location: String) -> Self {
        Self(status: 302, headers: [("Location", location)])
    }
}
