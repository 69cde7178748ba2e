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

    @Test(arguments: LoopbackFault.allCases)
    func `A server that does something wrong harms no other request`(fault: LoopbackFault) async throws {
        let handler: @Sendable (LoopbackRequest) -> LoopbackReply = {
            $0.path == "/fault" ? fault.reply(to: $0) : LoopbackReply(body: $0.body)
        }
        try await withTransport(handler: handler) { transport, server in
            // On a fresh connection, then on one that was used: curl treats these differently.
            for _ in 1...2 {
                _ = try? await transport.send(server.request(.post, "/fault", timeout: .milliseconds(300)))
                let text = try await transport.send(server.request(body: "fine")).text
                #expect(text == "fine")
            }
        }
    }

    // Through a proxy curl forgets that a server is known to speak HTTP/2.
    @Test(arguments: [CurlConfiguration.HTTPVersion.automatic, .http1Only, .http2PriorKnowledge])
    func `The first request to a server holds up no other, also if it is never answered`(
        version: CurlConfiguration.HTTPVersion
    ) async throws {
        let arrived = Signal()
        let server = try LoopbackHTTPServer { request in
            guard request.path.hasSuffix("/silent") else { return LoopbackReply(body: request.body) }
            arrived.send()
            return .silence
        }
        defer { server.stop() }
        var configuration = CurlConfiguration()
        configuration.httpVersion = version
        if version == .http2PriorKnowledge { configuration.proxy = CurlProxy(url: try HTTPURL(server.url)) }
        let transport = try CurlHTTPTransport(configuration: configuration)
        let silent = try server.request(.get, "/silent")
        let first = Task { try await transport.send(silent) }
        await arrived.wait()
        let text = try await transport.send(server.request(body: "second", timeout: .seconds(10))).text
        #expect(text == "second")
        first.cancel()
        await transport.shutdown(drainingFor: .zero)
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
        let request = try LoopbackRequest(method: "POST", target: "/")
        let faults = LoopbackFault.allCases.filter { fault in
            if case .error = fault.expectation { true } else { false }
        }
        let replies: [LoopbackReply] =
            faults.map { $0.reply(to: request) } + [
                .raw("HTTP/1.1 200 OK\r\nX-\(secret)\u{0}: \(secret)\r\n\r\n"),
                .raw("HTTP/1.1 200 OK\r\nContent-Length: \(secret)\r\n\r\n"),
                .raw("HTTP/9.9 \(secret) \(secret)\r\n\r\n"),
                .raw("\(secret)\r\n\r\n"),
                .raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(secret)\r\n"),
                .raw("HTTP/1.1 200 OK\r\nContent-Encoding: \(secret)\r\n\r\n\(secret)"),
            ]
        let configuration = try CurlConfiguration(maximumResponseBytes: 1_000_000)
        for reply in replies {
            try await withTransport(configuration, handler: { _ in reply }) { transport, server in
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
