// SPDX-License-Identifier: Apache-2.0
//
// The server with well-formed requests: connections, bodies, latency, counts, its end.

import LoopbackServer
import Testing

@Suite(.timeLimit(.minutes(1)))
struct `A loopback HTTP server` {
    /// Answers with what it was asked: connection, number, method, target and body.
    private func echo(latency: Duration = .zero) throws -> LoopbackHTTPServer {
        try LoopbackHTTPServer(latency: latency) { request in
            let text = "\(request.connection).\(request.number) \(request.method) \(request.target) "
            return LoopbackReply(headers: [("X-Kind", "echo")], body: Array(text.utf8) + request.body)
        }
    }

    @Test func `answers request after request on one connection`() throws {
        let server = try echo()
        defer { server.stop() }
        var client = try RawClient(port: server.port)
        for number in 1...3 {
            client.send(request(body: "body \(number)"))
            let (head, body) = try client.readResponse()
            #expect(head == "HTTP/1.1 200 OK\r\nX-Kind: echo\r\nContent-Length: \(body.utf8.count)\r\n\r\n")
            #expect(body == "1.\(number) POST / body \(number)")
        }
        #expect(server.statistics.connections == 1)
        #expect(server.statistics.requests == 3)
    }

    @Test func `serves several connections, each with its own number`() throws {
        let server = try echo()
        defer { server.stop() }
        #expect(server.url == "http://127.0.0.1:\(server.port)")
        var first = try RawClient(port: server.port)
        first.send(request())
        _ = try first.readResponse()
        var second = try RawClient(port: server.port)
        second.send(request("GET", "/a?b=c"))
        first.send(request("GET", "/d"))
        #expect(try second.readResponse().body == "2.1 GET /a?b=c ")
        #expect(try first.readResponse().body == "1.2 GET /d ")
    }

    @Test func `serves hundreds of connections at once`() throws {
        let server = try echo(latency: .milliseconds(5))
        defer { server.stop() }
        try ask(server, clients: 300)
        #expect(server.statistics.connections == 300)
    }

    /// Opens that many connections, sends one request on each, then reads all responses.
    private func ask(_ server: LoopbackHTTPServer, clients count: Int) throws {
        guard count > 0 else { return }
        var client = try RawClient(port: server.port)
        client.send(request(body: "\(count)"))
        try ask(server, clients: count - 1)
        #expect(try client.readResponse().body.hasSuffix(" \(count)"))
    }

    @Test func `answers pipelined requests in their order`() throws {
        let server = try echo()
        defer { server.stop() }
        var client = try RawClient(port: server.port)
        client.send((1...50).map { request(body: "\($0)") }.joined())
        for number in 1...50 {
            #expect(try client.readResponse().body == "1.\(number) POST / \(number)")
        }
    }

    @Test(arguments: [1, 2, 7, 64])
    func `understands requests however they are cut`(size: Int) throws {
        let server = try echo()
        defer { server.stop() }
        var client = try RawClient(port: server.port)
        let chunked =
            "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n02\r\nde\r\n0\r\nT: t\r\n\r\n"
        var rest = Array((chunked + "\r\n" + request(body: "fgh")).utf8)[...]
        while !rest.isEmpty {
            client.send(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        #expect(try client.readResponse().body == "1.1 POST /c abcde")
        #expect(try client.readResponse().body == "1.2 POST / fgh")
    }

    @Test func `takes and gives bodies that are larger than any buffer`() throws {
        let server = try LoopbackHTTPServer { LoopbackReply(body: $0.body + $0.body) }
        defer { server.stop() }
        var client = try RawClient(port: server.port)
        let body = String(repeating: "0123456789abcdef", count: 1 << 18)
        client.send(request(body: body))
        #expect(try client.readResponse().body == body + body)
    }

    @Test func `finds header fields without regard to case`() throws {
        let server = try LoopbackHTTPServer { request in
            let values = [request.header("ACCEPT"), request.header("x-b"), request.header("nothing")]
            return LoopbackReply(body: Array(values.map { $0 ?? "-" }.joined(separator: "|").utf8))
        }
        defer { server.stop() }
        var client = try RawClient(port: server.port)
        client.send(request(headers: "accept: a, b \r\nX-B:\tc: d\r\n"))
        #expect(try client.readResponse().body == "a, b|c: d|-")
    }

    @Test func `leaves out the body of a HEAD, not its length`() throws {
        let server = try echo()
        defer { server.stop() }
        var client = try RawClient(port: server.port)
        client.send(request("HEAD") + request())
        #expect(try client.read(through: "\r\n\r\n").contains("Content-Length: 11\r\n"))
        #expect(try client.readResponse().body == "1.2 POST / ")
    }

    @Test func `tells a client that asks to go on with its body`() throws {
        let server = try echo()
        defer { server.stop() }
        var client = try RawClient(port: server.port)
        client.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        #expect(try client.read(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
        client.send("abc")
        #expect(try client.readResponse().body == "1.1 POST / abc")
    }

    @Test(arguments: ["GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"])
    func `closes after the reply where the client wants it`(text: String) throws {
        let server = try echo()
        defer { server.stop() }
        var client = try RawClient(port: server.port)
        client.send(text + text)
        let all = try client.readToEnd()
        #expect(all.hasSuffix("Connection: close\r\n\r\n1.1 GET / "))
        #expect(server.statistics.requests == 1)
    }

    @Test func `answers a client that has ended its own half`() throws {
        let server = try echo(latency: .milliseconds(10))
        defer { server.stop() }
        var client = try RawClient(port: server.port)
        client.send(request(body: "last"))
        client.endWriting()
        #expect(try client.readToEnd().hasSuffix("1.1 POST / last"))
    }

    @Test func `counts every byte of the wire before the client can have read the reply`() throws {
        let server = try echo()
        defer { server.stop() }
        let text = request(body: "abc")
        for _ in 1...20 {
            let before = server.statistics
            var client = try RawClient(port: server.port)
            client.send(text + text)
            let answers = [try client.readResponse(), try client.readResponse()]
            let counted = server.statistics - before
            #expect(counted.connections == 1)
            #expect(counted.requests == 2)
            #expect(counted.bytesReceived == 2 * text.utf8.count)
            #expect(counted.bytesSent == answers.map { $0.head.utf8.count + $0.body.utf8.count }.reduce(0, +))
        }
    }
}

@Suite(.timeLimit(.minutes(1)))
struct `The latency of a loopback HTTP server` {
    @Test func `holds back every reply, and hardly longer`() throws {
        let server = try LoopbackHTTPServer(latency: .milliseconds(2)) { _ in LoopbackReply() }
        defer { server.stop() }
        var client = try RawClient(port: server.port)
        var shortest = Duration.seconds(1)
        for _ in 1...50 {
            let time = try ContinuousClock().measure {
                client.send(request())
                _ = try client.readResponse()
            }
            #expect(time >= .milliseconds(2))
            shortest = min(shortest, time)
        }
        #expect(shortest < .milliseconds(3))
    }

    @Test func `passes for all connections at the same time`() throws {
        let server = try LoopbackHTTPServer(latency: .milliseconds(200)) { _ in LoopbackReply() }
        defer { server.stop() }
        var first = try RawClient(port: server.port)
        var second = try RawClient(port: server.port)
        let time = try ContinuousClock().measure {
            first.send(request())
            second.send(request())
            _ = try first.readResponse()
            _ = try second.readResponse()
        }
        #expect(time >= .milliseconds(200))
        #expect(time < .milliseconds(400))
    }

    @Test func `can be changed while the server runs`() throws {
        let server = try LoopbackHTTPServer { _ in LoopbackReply() }
        defer { server.stop() }
        #expect(server.latency == .zero)
        server.latency = .milliseconds(30)
        var client = try RawClient(port: server.port)
        let time = try ContinuousClock().measure {
            client.send(request())
            _ = try client.readResponse()
        }
        #expect(time >= .milliseconds(30))
    }
}

@Suite(.timeLimit(.minutes(1)))
struct `Stopping a loopback HTTP server` {
    @Test func `ends open connections, idle or waiting, and may be done twice`() throws {
        let server = try LoopbackHTTPServer { request in
            request.target == "/wait" ? .script([.wait(.seconds(3600))]) : LoopbackReply()
        }
        var idle = try RawClient(port: server.port)
        var waiting = try RawClient(port: server.port)
        idle.send(request())
        _ = try idle.readResponse()
        waiting.send(request("GET", "/wait"))
        while server.statistics.requests < 2 {}
        server.stop()
        server.stop()
        #expect(try idle.readToEnd() == "")
        #expect(try waiting.readToEnd() == "")
        #expect(throws: RawClient.Failure.self) { try RawClient(port: server.port).send("") }
    }

    @Test func `happens by itself when nobody holds the server any more`() throws {
        var server: LoopbackHTTPServer? = try LoopbackHTTPServer { _ in LoopbackReply() }
        var client = try RawClient(port: try #require(server?.port))
        client.send(request())
        _ = try client.readResponse()
        server = nil
        #expect(try client.readToEnd() == "")
    }

    @Test func `gives everything back, however often`() throws {
        for _ in 1...200 {
            let server = try LoopbackHTTPServer { _ in LoopbackReply() }
            var client = try RawClient(port: server.port)
            client.send(request())
            #expect(try client.readResponse().body == "")
            server.stop()
        }
    }
}
