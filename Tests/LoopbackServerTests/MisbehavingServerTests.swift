// SPDX-License-Identifier: Apache-2.0
//
// Servers with faults that have names: what they do is what the name says, and they count who came.

import LoopbackServer
import Testing

@Suite(.timeLimit(.minutes(1)))
struct `A server that misbehaves` {
    @Test(arguments: LoopbackFault.allCases)
    func `counts the connection and the request`(fault: LoopbackFault) throws {
        let server = try LoopbackHTTPServer(misbehaving: fault)
        defer { server.stop() }
        let client = try RawClient(port: server.port)
        client.send(request(body: "a"))
        while server.statistics.requests < 1 {}
        #expect(server.statistics.connections == 1)
        #expect(server.statistics.refusals == 0)
        #expect(server.statistics.bytesReceived > 0)
    }

    @Test(arguments: [
        (LoopbackFault.closesBeforeAnyByte, ""),
        (.halfStatusLine, "HTTP/1."),
        (.garbage, "garbage\r\n\r\n"),
        (.shortBody, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"),
        (.nulInHeader, "HTTP/1.1 200 OK\r\nX-A: 1\u{0}2\r\nContent-Length: 2\r\n\r\nok"),
    ])
    func `sends what its fault says and ends the connection`(fault: LoopbackFault, expected: String) throws {
        let server = try LoopbackHTTPServer(misbehaving: fault)
        defer { server.stop() }
        var client = try RawClient(port: server.port)
        client.send(request())
        #expect(try client.readToEnd() == expected)
    }

    @Test(arguments: [LoopbackFault.closesOnSecondRequest, .resetsOnSecondRequest])
    func `answers a first request and not a second one`(fault: LoopbackFault) throws {
        let server = try LoopbackHTTPServer(misbehaving: fault)
        defer { server.stop() }
        var client = try RawClient(port: server.port)
        client.send(request(body: "first"))
        #expect(try client.readResponse().body == "first")
        client.send(request(body: "second"))
        #expect((try? client.readToEnd()) ?? "" == "")
        #expect(server.statistics.requests == 2)
    }

    @Test func `resets the connection after an early refusal`() throws {
        let server = try LoopbackHTTPServer(misbehaving: .earlyRefusalThenReset)
        defer { server.stop() }
        var client = try RawClient(port: server.port)
        client.send("POST / HTTP/1.1\r\nContent-Length: 5000\r\n\r\nsome of it")
        #expect(try client.readResponse().head.hasPrefix("HTTP/1.1 413 "))
        #expect(throws: RawClient.Failure.self) { _ = try client.readToEnd() }
        #expect(server.statistics.requests == 0)
        #expect(server.statistics.refusals == 1)
    }
}
