// SPDX-License-Identifier: Apache-2.0
//
// Requests and responses over real sockets, when all goes well.

import CurlTransport
import HTTPTransport
import LoopbackServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct ExchangeTests {
    @Test func `Method, target, fields and body arrive as they were sent`() async throws {
        let description: @Sendable (LoopbackRequest) -> LoopbackReply = { request in
            let fields = ["X-One", "X-Empty", "Content-Type", "Expect", "User-Agent"]
                .map { "\($0)=\(request.header($0) ?? "-")" }
            let body = String(decoding: request.body, as: UTF8.self)
            let text = ([request.method, request.target] + fields + [body]).joined(separator: "|")
            return LoopbackReply(body: Array(text.utf8))
        }
        try await withTransport(handler: description) { transport, server in
            let json = try server.request(
                .post,
                "/graphql?a=%20",
                headers: ["X-One": "1; \"two\"", "X-Empty": "", "Content-Type": "application/json"],
                body: #"{"Łódź": "\u0000"}"#
            )
            let sent = try await transport.send(json).text
            #expect(
                sent == "POST|/graphql?a=%20|X-One=1; \"two\"|X-Empty=|Content-Type=application/json|Expect=-"
                    + #"|User-Agent=swift-dataloader|{"Łódź": "\u0000"}"#
            )
            // The same handle next, with nothing of the request before.
            let plain = try await transport.send(server.request(.get, "/")).text
            #expect(plain == "GET|/|X-One=-|X-Empty=-|Content-Type=-|Expect=-|User-Agent=swift-dataloader|")
        }
    }

    @Test(arguments: HTTPMethod.allCases, ["", "body"])
    func `Every method goes with and without a body, and an empty POST says that it is empty`(
        method: HTTPMethod,
        body: String
    ) async throws {
        let description: @Sendable (LoopbackRequest) -> LoopbackReply = { request in
            let length = request.header("Content-Length") ?? "-"
            return LoopbackReply(body: Array("\(request.method) \(length) ".utf8) + request.body)
        }
        try await withTransport(handler: description) { transport, server in
            let sendsLength = !body.isEmpty || ![.get, .delete].contains(method)
            for _ in 1...2 {
                let text = try await transport.send(server.request(method, body: body)).text
                #expect(text == "\(method) \(sendsLength ? String(body.utf8.count) : "-") \(body)")
            }
        }
    }

    @Test func `No body waits for the server's leave, whatever its size and that of the one before`() async throws {
        let sizes = [1, 2 << 20, 1, 64 << 10, 2 << 20]
        let handler: @Sendable (LoopbackRequest) -> LoopbackReply = { request in
            LoopbackReply(body: Array("\(request.body.count) \(request.header("Expect") ?? "-")".utf8))
        }
        try await withTransport(handler: handler) { transport, server in
            for size in sizes {
                let body = String(repeating: "x", count: size)
                let text = try await transport.send(server.request(.post, headers: ["X-Same": "1"], body: body)).text
                #expect(text == "\(size) -")
            }
        }
    }

    @Test func `A handle that is used again takes nothing over from the request before`() async throws {
        let large = String(repeating: "x", count: 200_000)
        let sequence: [(HTTPMethod, String, String)] = [
            (.get, "/a", ""), (.post, "/a", "1"), (.get, "/a", ""), (.delete, "/b", "2"), (.delete, "/b", ""),
            (.post, "/b", ""), (.post, "/b", large), (.get, "/a", ""), (.post, "/a", large), (.post, "/a", "3"),
            (.put, "/a", "4"), (.post, "/a", ""), (.patch, "/c", ""), (.get, "/c", "5"), (.get, "/c", ""),
        ]
        let description: @Sendable (LoopbackRequest) -> LoopbackReply = { request in
            LoopbackReply(body: Array("\(request.method) \(request.target) ".utf8) + request.body)
        }
        try await withTransport(handler: description) { transport, server in
            for (method, path, body) in sequence {
                let text = try await transport.send(server.request(method, path, body: body)).text
                #expect(text == "\(method) \(path) \(body)")
            }
        }
    }

    @Test func `A handle goes where each request says, also after a URL that curl refuses`() async throws {
        let description: @Sendable (LoopbackRequest) -> LoopbackReply = { request in
            LoopbackReply(body: Array("\(request.header("Host") ?? "-")\(request.target)".utf8))
        }
        try await withTransport(handler: description) { transport, server in
            let names = ["127.0.0.1", "localhost"].map { "\($0):\(server.port)" }
            for number in 1...3 {
                for name in names {
                    for target in ["/", "/a?b=\(number)", "/%41/b?c"] {
                        let url = try HTTPURL("http://\(name)\(target)")
                        let text = try await transport.send(HTTPRequest(method: .get, url: url)).text
                        #expect(text == "\(name)\(target)")
                    }
                }
                let refused = try HTTPRequest(method: .get, url: HTTPURL("http://a%00b/c?token=secret"))
                let error = await #expect(throws: HTTPTransportError.self) { try await transport.send(refused) }
                #expect(error?.code == .invalidRequest)
                #expect(error?.message.hasPrefix("libcurl refuses the URL of http://a%00b: ") == true)
                #expect(error?.cause?.code == 3)
            }
        }
    }

    @Test func `A request's own field replaces the one that every request has`() async throws {
        let description: @Sendable (LoopbackRequest) -> LoopbackReply = { request in
            let values = ["User-Agent", "Accept-Encoding"].map { request.header($0) ?? "-" }
            return LoopbackReply(body: Array(values.joined(separator: "|").utf8))
        }
        try await withTransport(handler: description) { transport, server in
            let own = try server.request(headers: ["user-agent": "me", "Accept-Encoding": "identity"])
            let texts = [
                try await transport.send(server.request()).text,
                try await transport.send(own).text,
                try await transport.send(server.request()).text,
            ]
            #expect(texts == ["swift-dataloader|gzip", "me|identity", "swift-dataloader|gzip"])
        }
    }

    @Test func `Status, fields and body come back as the server sent them`() async throws {
        let reply = LoopbackReply(status: 404, headers: [("X-A", "1"), ("x-a", "2")], body: Array("no such".utf8))
        try await withTransport(handler: { _ in reply }) { transport, server in
            let response = try await transport.send(server.request())
            #expect(response.status == 404)
            #expect(response.headers.values(of: "X-A") == ["1", "2"])
            #expect(response.text == "no such")
        }
    }

    @Test(arguments: [0, 1, 65_535, 65_537, 1_500_000])
    func `A body of any size is echoed whole, with no round trip for a 100 Continue`(size: Int) async throws {
        try await withTransport { transport, server in
            var request = try server.request()
            request.body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            for _ in 1...2 {
                let body = try await transport.send(request).body
                #expect(body == request.body)
            }
        }
    }

    @Test func `Requests one after another share one connection`() async throws {
        try await withTransport { transport, server in
            for number in 1...20 {
                let text = try await transport.send(server.request(body: "\(number)")).text
                #expect(text == "\(number)")
            }
            #expect(server.statistics.connections == 1)
            #expect(server.statistics.requests == 20)
        }
    }

    @Test func `No more connections are open to one origin than may be`() async throws {
        let configuration = try CurlConfiguration(maximumConnectionsPerHost: 3)
        try await withTransport(configuration, latency: .milliseconds(5)) { transport, server in
            try await withThrowingTaskGroup { group in
                for number in 0..<30 {
                    let request = try server.request(body: "\(number)")
                    group.addTask {
                        let text = try await transport.send(request).text
                        #expect(text == "\(number)")
                    }
                }
                try await group.waitForAll()
            }
            #expect(server.statistics.connections == 3)
            #expect(server.statistics.requests == 30)
        }
    }

    @Test func `Two thousand requests at once are each answered with their own body`() async throws {
        try await withTransport { transport, server in
            try await withThrowingTaskGroup { group in
                for number in 0..<2_000 {
                    let body = String(repeating: "\(number),", count: number % 40 + 1)
                    let request = try server.request(body: body)
                    group.addTask { try await transport.send(request).text == body }
                }
                for try await isOwn in group { #expect(isOwn) }
            }
            #expect(server.statistics.requests == 2_000)
            #expect(server.statistics.connections <= 16)
        }
    }

    @Test func `More requests than may wait are refused at once, unsent`() async throws {
        let configuration = try CurlConfiguration(maximumConnectionsPerHost: 1, maximumQueuedRequests: 1)
        let arrived = Signal()
        let handler: @Sendable (LoopbackRequest) -> LoopbackReply = { _ in
            arrived.send()
            return .silence
        }
        try await withTransport(configuration, handler: handler) { transport, server in
            let request = try server.request()
            let first = Task { try await transport.send(request) }
            await arrived.wait()
            // Of two more, one waits and the other finds the queue full, whichever comes first.
            let refusal = try await withThrowingTaskGroup { group in
                for _ in 1...2 { group.addTask { try await failure { try await transport.send(request) } } }
                defer { group.cancelAll() }
                return try await group.next()
            }
            #expect(refusal?.code == .queueFull)
            #expect(refusal?.mayHaveReachedServer == false)
            first.cancel()
        }
    }

    @Test func `A redirect is a response like any other`() async throws {
        for location in ["file:///etc/passwd", "http://127.0.0.1:1/"] {
            let reply = LoopbackReply(status: 302, headers: [("Location", location)])
            try await withTransport(handler: { _ in reply }) { transport, server in
                let response = try await transport.send(server.request())
                #expect(response.status == 302)
                #expect(response.headers["location"] == location)
                #expect(server.statistics.requests == 1)
            }
        }
    }

    @Test func `A body in gzip is decoded`() async throws {
        let reply = LoopbackReply(headers: [("Content-Encoding", "gzip")], body: Gzip.hello)
        try await withTransport(handler: { _ in reply }) { transport, server in
            let text = try await transport.send(server.request()).text
            #expect(text == "hello")
        }
    }

    @Test func `Informational responses and trailers do not show`() async throws {
        let text =
            "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "2\r\nok\r\n0\r\nX-Late: 1\r\n\r\n"
        try await withTransport(handler: { _ in .raw(text) }) { transport, server in
            let response = try await transport.send(server.request())
            #expect(response.status == 200)
            #expect(response.text == "ok")
            #expect(response.headers.fields.map(\.name) == ["Transfer-Encoding"])
        }
    }

    @Test(arguments: ["Content-Length", "transfer-encoding"])
    func `A field that would contradict the body is refused, unsent`(name: String) async throws {
        try await withTransport { transport, server in
            let request = try server.request(headers: [name: "5"], body: "12345")
            let error = try await failure { try await transport.send(request) }
            #expect(error.code == .invalidRequest)
            #expect(error.message.lowercased().contains(name.lowercased()))
            let text = try await transport.send(server.request(body: "next")).text
            #expect(text == "next")
            #expect(server.statistics.requests == 1)
        }
    }
}
