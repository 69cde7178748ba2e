// SPDX-License-Identifier: Apache-2.0
//
// Bodies that are read as they come.

import CurlTransport
import Foundation
import HTTPTransport
import LoopbackServer
import Testing

@Suite(.timeLimit(.minutes(2))) struct StreamingTests {
    private static let chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    /// Chunks of 64 KB, each out before the next is made.
    private func large(chunks: Int) -> LoopbackReply {
        let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 120, count: 65_536) + Array("\r\n".utf8)
        let steps = Array(repeating: [LoopbackReply.Step.bytes(chunk), .wait(.zero)], count: chunks).joined()
        return .script([.text(Self.chunkedHead)] + steps + [.text("0\r\n\r\n")])
    }

    @Test func `The head comes before the body, and the body in order`() async throws {
        let steps: [LoopbackReply.Step] = [
            .text("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n"), .wait(.milliseconds(20)),
            .text("2\r\nab\r\n"), .wait(.milliseconds(20)), .text("1\r\nc\r\n0\r\nX-Late: 1\r\n\r\n"),
        ]
        try await withTransport(handler: { _ in .script(steps) }) { transport, server in
            let response = try await transport.stream(server.request())
            #expect(response.status == 201)
            #expect(response.headers["X-A"] == "1" && response.headers["X-Late"] == nil)
            let text = try await response.collected(upTo: 100).text
            #expect(text == "abc")
            let next = try await transport.stream(server.request()).collected(upTo: 100).text
            #expect(next == "abc")
            #expect(server.statistics.connections == 1)
        }
    }

    @Test func `An empty body is at its end`() async throws {
        try await withTransport { transport, server in
            let response = try await transport.stream(server.request())
            let body = try await response.collected(upTo: 0).body
            #expect(body.isEmpty)
        }
    }

    @Test func `A reader who pauses makes the server wait, and gets everything`() async throws {
        let chunks = 400
        try await withTransport(handler: { [reply = large(chunks: chunks)] _ in reply }) { transport, server in
            let response = try await transport.stream(server.request())
            var iterator = response.body.makeAsyncIterator()
            var count = try #require(try await iterator.next()).count
            // Until nothing moves any more: what is sent then is in buffers, ours and the system's.
            var sent = -1
            while sent != server.statistics.bytesSent {
                sent = server.statistics.bytesSent
                try await Task.sleep(for: .milliseconds(200))
            }
            #expect(sent < chunks * 65_536 / 2)
            while let chunk = try await iterator.next() {
                #expect(chunk.allSatisfy { $0 == 120 })
                count += chunk.count
            }
            #expect(count == chunks * 65_536)
        }
    }

    @Test func `A body that is let go closes its connection and gives its place back`() async throws {
        let configuration = try CurlConfiguration(maximumConnectionsPerHost: 1)
        let reply = large(chunks: 1_000)
        try await withTransport(configuration, handler: { $0.path == "/large" ? reply : LoopbackReply() }) {
            transport,
            server in
            for try await _ in try await transport.stream(server.request(.get, "/large")).body { break }
            _ = try await transport.stream(server.request(.get, "/large"))
            let status = try await transport.send(server.request()).status
            #expect(status == 200)
        }
    }

    @Test func `A reader who is cancelled is told so at once, and the transfer ends`() async throws {
        let configuration = try CurlConfiguration(maximumConnectionsPerHost: 1)
        let handler: @Sendable (LoopbackRequest) -> LoopbackReply = {
            $0.path == "/silent"
                ? .script([.text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), .wait(.seconds(100))])
                : LoopbackReply()
        }
        try await withTransport(configuration, handler: handler) { transport, server in
            let response = try await transport.stream(server.request(.get, "/silent"))
            let task = Task { try await response.collected(upTo: 9) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let status = try await transport.send(server.request()).status
            #expect(status == 200)
        }
    }

    @Test func `A body that is cut short throws behind what came of it`() async throws {
        let reply = LoopbackReply.raw(Self.chunkedHead + "2\r\nab\r\n")
        try await withTransport(handler: { _ in reply }) { transport, server in
            let response = try await transport.stream(server.request())
            var bytes: [UInt8] = []
            let error = await #expect(throws: HTTPTransportError.self) {
                for try await chunk in response.body { bytes += chunk }
            }
            #expect(error?.code == .connectionLost)
            #expect(error?.phase == .receive)
            #expect(bytes == Array("ab".utf8))
        }
    }

    @Test func `A body that stands still ends by the idle time-out, one whose reader rests does not`() async throws {
        var configuration = CurlConfiguration()
        configuration.idleTimeout = .milliseconds(100)
        let reply = large(chunks: 100)
        let handler: @Sendable (LoopbackRequest) -> LoopbackReply = {
            $0.path == "/still" ? .script([.text(Self.chunkedHead + "2\r\nab\r\n"), .wait(.seconds(100))]) : reply
        }
        try await withTransport(configuration, handler: handler) { transport, server in
            let still = try await transport.stream(server.request(.get, "/still"))
            let error = await #expect(throws: HTTPTransportError.self) { try await still.collected(upTo: 100) }
            #expect(error?.code == .timedOut)
            #expect(error?.message.contains("stood still") == true)

            var iterator = try await transport.stream(server.request(.get, "/large")).body.makeAsyncIterator()
            var count = 0
            while let chunk = try await iterator.next() {
                if count == 0 { try await Task.sleep(for: .milliseconds(300)) }
                count += chunk.count
            }
            #expect(count == 100 * 65_536)
        }
    }

    @Test func `A gzip body is decoded as it comes, a bomb in small pieces`() async throws {
        let bomb = Gzip.bomb(decodedBytes: 50_000_000)
        let handler: @Sendable (LoopbackRequest) -> LoopbackReply = {
            LoopbackReply(headers: [("Content-Encoding", "gzip")], body: $0.path == "/bomb" ? bomb : Gzip.hello)
        }
        try await withTransport(handler: handler) { transport, server in
            let text = try await transport.stream(server.request()).collected(upTo: 5).text
            #expect(text == "hello")
            var count = 0
            for try await chunk in try await transport.stream(server.request(.get, "/bomb")).body {
                #expect(chunk.count <= 256 << 10)
                count += chunk.count
                if count > 10_000_000 { break }
            }
            #expect(count > 10_000_000)
        }
    }

    @Test func `Events arrive one by one while the connection is open`() async throws {
        let steps: [LoopbackReply.Step] = [
            .text("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"),
            .text("9\r\ndata: 1\n\n\r\n"), .wait(.milliseconds(10)), .text("9\r\ndata: 2\n\n\r\n"),
            .wait(.seconds(100)),
        ]
        try await withTransport(handler: { _ in .script(steps) }) { transport, server in
            var data: [String] = []
            for try await event in ServerSentEvents(try await transport.stream(server.request(.get)).body) {
                data.append(event.data)
                if data.count == 2 { break }
            }
            #expect(data == ["1", "2"])
        }
    }

    @Test func `A shutdown ends streams that do not end in its time`() async throws {
        let reply = LoopbackReply.script([
            .text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"), .wait(.seconds(100)),
        ])
        try await withTransport(handler: { _ in reply }) { transport, server in
            let response = try await transport.stream(server.request(.get))
            await transport.shutdown(drainingFor: .milliseconds(20))
            let error = await #expect(throws: HTTPTransportError.self) { try await response.collected(upTo: 100) }
            #expect(error?.code == .shutDown)
        }
    }

    // A gigabyte where the machine is given the time: STREAMED_MEGABYTES=1024.
    @Test func `Memory does not grow while a large body streams`() async throws {
        let megabytes = ProcessInfo.processInfo.environment["STREAMED_MEGABYTES"].flatMap(Int.init) ?? 64
        setenv("STREAMED_MEGABYTES", "\(megabytes)", 1)
        await #expect(processExitsWith: .success) {
            let megabytes = ProcessInfo.processInfo.environment["STREAMED_MEGABYTES"].flatMap(Int.init) ?? 64
            let reply = StreamingTests().large(chunks: 16 * megabytes)
            try await withTransport(handler: { _ in reply }) { transport, server in
                var count = 0
                var early = 0
                for try await chunk in try await transport.stream(server.request(.get)).body {
                    count += chunk.count
                    if early == 0, count > 8 << 20 { early = ProcessCensus.now.residentBytes }
                }
                try #require(count == megabytes << 20)
                try #require(ProcessCensus.now.residentBytes - early < ProcessCensus.allowedGrowth)
            }
        }
    }
}
