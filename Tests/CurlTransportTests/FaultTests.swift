// SPDX-License-Identifier: Apache-2.0
//
// Servers that fail or misbehave: what the caller is told, and how often the server was asked.

import CurlTransport
import HTTPTransport
import LoopbackServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct FaultTests {
    @Test func `A port where nobody listens is named`() async throws {
        try await withTransport { transport, server in
            server.stop()
            let error = try await failure { try await transport.send(server.request()) }
            #expect(error.code == .connectionFailed)
            #expect(error.message.contains("127.0.0.1:\(server.port)"))
            #expect(!error.mayHaveReachedServer)
        }
    }

    @Test func `A host that does not resolve is named`() async throws {
        try await withTransport { transport, _ in
            let request = HTTPRequest(url: try HTTPURL("http://no-such-host.invalid/"))
            let error = try await failure { try await transport.send(request) }
            #expect(error.code == .connectionFailed)
            #expect(error.message.contains("no-such-host.invalid"))
            #expect(!error.mayHaveReachedServer)
        }
    }

    @Test func `A server that does not speak TLS gets no request over https`() async throws {
        // With so short a limit it answers the greeting of TLS, in the clear, with a 431.
        var limits = LoopbackHTTPServer.Limits()
        limits.headBytes = 16
        let server = try LoopbackHTTPServer(limits: limits) { _ in LoopbackReply() }
        defer { server.stop() }
        let transport = try CurlHTTPTransport()
        let url = try HTTPURL("https://127.0.0.1:\(server.port)/")
        let error = try await failure { try await transport.send(HTTPRequest(url: url)) }
        #expect(error.code == .secureConnectionFailed)
        #expect(!error.mayHaveReachedServer)
        await transport.shutdown()
    }

    @Test func `A handshake that gets no answer ends by the time-out for connections, unsent`() async throws {
        let configuration = try CurlConfiguration(connectTimeout: .milliseconds(100))
        try await withTransport(configuration) { transport, server in
            let url = try HTTPURL("https://127.0.0.1:\(server.port)/")
            let error = try await failure { try await transport.send(HTTPRequest(url: url)) }
            #expect(error.code == .timedOut)
            #expect(error.message.contains("0.1 seconds"))
            #expect(!error.mayHaveReachedServer)
            #expect(server.statistics.requests == 0)
        }
    }

    struct Fault: CustomTestStringConvertible {
        var testDescription: String
        var reply: LoopbackReply
        var code: HTTPTransportError.Code

        init(_ description: String, _ code: HTTPTransportError.Code, _ reply: LoopbackReply) {
            testDescription = description
            self.code = code
            self.reply = reply
        }
    }

    private static let longValue = String(repeating: "x", count: 993)

    static let faults = [
        Fault("closes before any byte", .connectionLost, .script([.close])),
        Fault("resets", .connectionLost, .script([.reset])),
        Fault("half a status line", .connectionLost, .raw("HTTP/1.")),
        Fault("half the head", .connectionLost, .raw("HTTP/1.1 200 OK\r\nContent-Ty")),
        Fault("a head without the blank line", .connectionLost, .raw("HTTP/1.1 200 OK\r\nX-A: 1\r\n")),
        Fault("a short body", .connectionLost, .raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort")),
        Fault(
            "chunks without end",
            .connectionLost,
            .raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n")
        ),
        Fault(
            "two lengths",
            .invalidResponse,
            .raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 4\r\n\r\nokok")
        ),
        Fault(
            "a length and chunks",
            .invalidResponse,
            .raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")
        ),
        Fault("a negative length", .invalidResponse, .raw("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nok")),
        Fault("garbage", .invalidResponse, .raw("garbage\r\n\r\n")),
        Fault("a field without a name", .invalidResponse, .raw("HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 0\r\n\r\n")),
        Fault(
            "corrupt gzip",
            .invalidResponse,
            LoopbackReply(headers: [("Content-Encoding", "gzip")], body: Array("not in gzip".utf8))
        ),
        Fault(
            "a head of 2 MB",
            .responseTooLarge,
            .raw("HTTP/1.1 200 OK\r\n" + String(repeating: "X-A: \(longValue)\r\n", count: 2_000))
        ),
        Fault("a flood of 1xx", .responseTooLarge, .raw(String(repeating: "HTTP/1.1 102 Wait\r\n\r\n", count: 50_000))),
    ]

    @Test(arguments: faults)
    func `A response that is none is an error of its kind, asked for once, and harms no other`(
        fault: Fault
    ) async throws {
        let handler: @Sendable (LoopbackRequest) -> LoopbackReply = {
            $0.path == "/fault" ? fault.reply : LoopbackReply(body: $0.body)
        }
        try await withTransport(handler: handler) { transport, server in
            // On a fresh connection, then on one that was used: curl treats these differently.
            for number in 1...2 {
                let error = try await failure { try await transport.send(server.request(.post, "/fault")) }
                #expect(error.code == fault.code, "\(error)")
                #expect(error.mayHaveReachedServer)
                let text = try await transport.send(server.request(body: "fine")).text
                #expect(text == "fine")
                #expect(server.statistics.requests == 2 * number)
            }
        }
    }

    @Test(arguments: [LoopbackReply.script([.close]), .script([.reset])])
    func `A POST whose used connection dies is not sent again`(death: LoopbackReply) async throws {
        try await withTransport(handler: { $0.number == 1 ? LoopbackReply() : death }) { transport, server in
            _ = try await transport.send(server.request(.post))
            let error = try await failure { try await transport.send(server.request(.post)) }
            #expect(error.code == .connectionLost)
            #expect(error.mayHaveReachedServer)
            #expect(server.statistics.requests == 2)
        }
    }

    @Test(arguments: [HTTPMethod.get, .post])
    func `A request that is idempotent is sent again when its used connection dies`(method: HTTPMethod) async throws {
        let handler: @Sendable (LoopbackRequest) -> LoopbackReply = {
            $0.number == 1 ? LoopbackReply() : .script([.close])
        }
        try await withTransport(handler: handler) { transport, server in
            for _ in 1...2 {
                let status = try await transport.send(server.request(method, body: "b", isIdempotent: true)).status
                #expect(status == 200)
            }
            #expect(server.statistics.requests == 3)
            #expect(server.statistics.connections == 2)
        }
    }

    struct Oversize: CustomTestStringConvertible {
        var testDescription: String
        var reply: LoopbackReply
    }

    static let oversizes = [
        Oversize(testDescription: "by its length", reply: LoopbackReply(body: [UInt8](repeating: 0, count: 100_001))),
        Oversize(
            testDescription: "in chunks",
            reply: .script(
                [.text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")]
                    + Array(repeating: .text("2710\r\n\(String(repeating: "x", count: 10_000))\r\n"), count: 11)
            )
        ),
        Oversize(
            testDescription: "up to the close",
            reply: .raw("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 200_000))
        ),
        Oversize(
            testDescription: "in gzip",
            reply: LoopbackReply(headers: [("Content-Encoding", "gzip")], body: Gzip.bomb(decodedBytes: 10_000_000))
        ),
    ]

    @Test(arguments: oversizes)
    func `A body beyond the limit is an error, however it comes`(oversize: Oversize) async throws {
        let configuration = try CurlConfiguration(maximumResponseBytes: 100_000)
        try await withTransport(configuration, handler: { _ in oversize.reply }) { transport, server in
            let error = try await failure { try await transport.send(server.request()) }
            #expect(error.code == .responseTooLarge)
            #expect(error.message.contains("100000"))
        }
    }

    @Test func `A body as large as the limit is a response`() async throws {
        let configuration = try CurlConfiguration(maximumResponseBytes: 100_000)
        let reply = LoopbackReply(body: [UInt8](repeating: 0, count: 100_000))
        try await withTransport(configuration, handler: { _ in reply }) { transport, server in
            let count = try await transport.send(server.request()).body.count
            #expect(count == 100_000)
        }
    }

    @Test func `No error shows a header's value, the query or the body`() async throws {
        let secret = "s3cret"
        let replies: [LoopbackReply] =
            Self.faults.map(\.reply) + [
                .silence,
                .raw("HTTP/1.1 200 OK\r\nX-\(secret)\u{0}: \(secret)\r\n\r\n"),
                .raw("HTTP/1.1 200 OK\r\nContent-Length: \(secret)\r\n\r\n"),
                .raw("HTTP/9.9 \(secret) \(secret)\r\n\r\n"),
                .raw("\(secret)\r\n\r\n"),
                .raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(secret)\r\n"),
                .raw("HTTP/1.1 200 OK\r\nContent-Encoding: \(secret)\r\n\r\n\(secret)"),
            ]
        for reply in replies {
            try await withTransport(handler: { _ in reply }) { transport, server in
                let request = try server.request(
                    .post,
                    "/?token=\(secret)",
                    headers: ["Authorization": "Bearer \(secret)"],
                    body: secret,
                    timeout: .milliseconds(200)
                )
                let error = try await failure { try await transport.send(request) }
                #expect(!"\(error) \(String(reflecting: error)) \(error.message)".contains(secret))
            }
        }
    }
}
