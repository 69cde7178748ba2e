// SPDX-License-Identifier: Apache-2.0
//
// The server with bad requests, and with replies that are bad on purpose.

import LoopbackServer
import Testing

@Suite(.timeLimit(.minutes(1)))
struct `A request that is not well formed` {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let text: String
        let status: Int

        init(_ name: String, _ status: Int, _ text: String) {
            (self.name, self.status, self.text) = (name, status, text)
        }

        var testDescription: String { name }
    }

    static let cases = [
        Case("garbage", 400, "garbage\r\n\r\n"),
        Case("two spaces", 400, "GET  / HTTP/1.1\r\n\r\n"),
        Case("another protocol", 505, "GET / HTTP/2.0\r\n\r\n"),
        Case("a line without a colon", 400, "GET / HTTP/1.1\r\nnothing\r\n\r\n"),
        Case("a space before the colon", 400, "GET / HTTP/1.1\r\nA : b\r\n\r\n"),
        Case("a folded line", 400, "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"),
        Case("a negative length", 400, "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
        Case("a length that is no number", 400, "POST / HTTP/1.1\r\nContent-Length: 0x10\r\n\r\n"),
        Case("a length beyond all numbers", 400, "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n"),
        Case("two lengths", 400, "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
        Case("length and chunks", 400, "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
        Case("an unknown coding", 501, "POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"),
        Case("a bad size", 400, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"),
        Case(
            "a size beyond all numbers",
            400,
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"
        ),
        Case("a long chunk", 400, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"),
        Case("a large head", 431, "GET /\(String(repeating: "a", count: 2000)) HTTP/1.1\r\n\r\n"),
        Case("a head without end", 431, "GET / HTTP/1.1\r\nA: \(String(repeating: "a", count: 2000))"),
        Case("a large body", 413, "POST / HTTP/1.1\r\nContent-Length: 5000\r\n\r\n"),
        Case("a large chunk", 413, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n"),
        Case("large trailers", 431, chunks("0\r\n" + String(repeating: "A: b\r\n", count: 300))),
        Case(
            "many chunks",
            413,
            chunks(String(repeating: "400\r\n\(String(repeating: "a", count: 1024))\r\n", count: 4))
        ),
    ]

    private static func chunks(_ text: String) -> String {
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + text
    }

    @Test(arguments: cases)
    func `is refused with its status, and the connection ends`(example: Case) throws {
        var limits = LoopbackHTTPServer.Limits()
        limits.headBytes = 1000
        limits.bodyBytes = 3000
        let server = try LoopbackHTTPServer(limits: limits) { _ in LoopbackReply() }
        defer { server.stop() }
        var client = try RawClient(port: server.port)
        client.send(example.text)
        let reply = try client.readToEnd()
        #expect(reply.hasPrefix("HTTP/1.1 \(example.status) "))
        #expect(reply.contains("\r\nConnection: close\r\n"))
        #expect(server.statistics.requests == 0)
    }

    @Test func `is answered even while its body is still on the way`() throws {
        var limits = LoopbackHTTPServer.Limits()
        limits.bodyBytes = 1000
        let server = try LoopbackHTTPServer(limits: limits) { _ in LoopbackReply() }
        defer { server.stop() }
        var client = try RawClient(port: server.port)
        client.send(request(body: String(repeating: "a", count: 1 << 20)))
        #expect(try client.readResponse().head.hasPrefix("HTTP/1.1 413 "))
    }
}

@Suite(.timeLimit(.minutes(1)))
struct `A reply that is a script` {
    private func ask(_ steps: [LoopbackReply.Step]) throws -> String {
        let server = try LoopbackHTTPServer { _ in .script(steps) }
        defer { server.stop() }
        var client = try RawClient(port: server.port)
        client.send(request())
        return try client.readToEnd()
    }

    @Test func `can close before the first byte`() throws {
        #expect(try ask([.close]) == "")
    }

    @Test func `can close in the middle of the head`() throws {
        #expect(try ask([.text("HTTP/1.1 200 O"), .close]) == "HTTP/1.1 200 O")
    }

    @Test func `can reset the connection`() throws {
        let server = try LoopbackHTTPServer { _ in .script([.text("HTTP/1.1 200 OK\r\n\r\n"), .reset]) }
        defer { server.stop() }
        var client = try RawClient(port: server.port)
        client.send(request())
        #expect(throws: RawClient.Failure.self) { _ = try client.readToEnd() }
    }

    @Test func `waits between its bytes`() throws {
        var text = ""
        let time = try ContinuousClock().measure {
            text = try ask([.text("a"), .wait(.milliseconds(20)), .text("b"), .wait(.milliseconds(20)), .close])
        }
        #expect(text == "ab")
        #expect(time >= .milliseconds(40))
    }

    @Test func `does not hold up other connections while it waits`() throws {
        let server = try LoopbackHTTPServer { request in
            request.connection == 1 ? .script([.wait(.seconds(3600))]) : LoopbackReply(status: 201)
        }
        defer { server.stop() }
        let waiting = try RawClient(port: server.port)
        waiting.send(request())
        while server.statistics.requests < 1 {}
        var other = try RawClient(port: server.port)
        other.send(request())
        #expect(try other.readResponse().head.hasPrefix("HTTP/1.1 201 "))
    }

    @Test func `leaves the connection open for the next request if it does not close`() throws {
        let server = try LoopbackHTTPServer { request in
            request.number == 1 ? .script([.text("whatever\n")]) : LoopbackReply(status: 204)
        }
        defer { server.stop() }
        var client = try RawClient(port: server.port)
        client.send(request() + request())
        #expect(try client.read(through: "\n") == "whatever\n")
        #expect(try client.readResponse().head == "HTTP/1.1 204 No Content\r\n\r\n")
    }

    @Test func `waits on each connection as long as that one is to wait`() throws {
        let server = try LoopbackHTTPServer { request in
            let milliseconds = Int(request.target.dropFirst()) ?? 0
            return .script([.wait(.milliseconds(milliseconds)), .text(request.target), .close])
        }
        defer { server.stop() }
        try wait(for: [50, 10, 40, 90, 20, 0, 70, 30, 80, 60][...], on: server)
    }

    /// Asks for each on a connection of its own, all before the first reply is read.
    private func wait(for milliseconds: ArraySlice<Int>, on server: LoopbackHTTPServer) throws {
        guard let first = milliseconds.first else { return }
        var client = try RawClient(port: server.port)
        let start = ContinuousClock.now
        client.send(request("GET", "/\(first)"))
        try wait(for: milliseconds.dropFirst(), on: server)
        #expect(try client.readToEnd() == "/\(first)")
        #expect(start.duration(to: .now) >= .milliseconds(first))
    }

    @Test func `may be larger than what the client takes at once`() throws {
        let steps = (0..<64).map {
            LoopbackReply.Step.bytes([UInt8](repeating: UInt8(ascii: "a") + $0 % 26, count: 1 << 18))
        }
        let text = try ask(steps + [.close])
        #expect(text.utf8.count == 64 << 18)
        #expect(text.utf8.last == UInt8(ascii: "a") + 63 % 26)
    }

    @Test func `survives a client that has gone`() throws {
        let flood = [LoopbackReply.Step](repeating: .bytes([UInt8](repeating: 0, count: 1 << 20)), count: 32)
        let server = try LoopbackHTTPServer { request in
            request.target == "/flood" ? .script(flood) : LoopbackReply()
        }
        defer { server.stop() }
        for _ in 1...5 {
            let client = try RawClient(port: server.port)
            client.send(request("GET", "/flood"))
        }
        var client = try RawClient(port: server.port)
        client.send(request())
        #expect(try client.readResponse().head.hasPrefix("HTTP/1.1 200 "))
    }
}
