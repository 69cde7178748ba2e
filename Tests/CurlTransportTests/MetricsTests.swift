// SPDX-License-Identifier: Apache-2.0
//
// What an observer is told of each request.

import CurlTransport
import HTTPTransport
import LoopbackServer
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct MetricsTests {
    private final class Log: Sendable {
        private let entries = Mutex<[HTTPTransportMetrics]>([])
        func append(_ metrics: HTTPTransportMetrics) { entries.withLock { $0.append(metrics) } }
        var all: [HTTPTransportMetrics] { entries.withLock { $0 } }
    }

    private let log = Log()

    private func withObserver(
        _ configuration: CurlConfiguration = CurlConfiguration(),
        handler: @escaping @Sendable (LoopbackRequest) -> LoopbackReply,
        _ test: (CurlHTTPTransport, LoopbackHTTPServer) async throws -> Void
    ) async throws {
        let server = try LoopbackHTTPServer(handler: handler)
        defer { server.stop() }
        let transport = try CurlHTTPTransport(configuration: configuration) { [log] in log.append($0) }
        try await test(transport, server)
        await transport.shutdown(drainingFor: .zero)
    }

    @Test func `A request tells its times in order, its bytes and its connection`() async throws {
        try await withObserver(handler: { LoopbackReply(body: $0.body) }) { transport, server in
            for _ in 1...2 { _ = try await transport.send(server.request(body: "12345")) }
            #expect(log.all.count == 2)
            let first = try #require(log.all.first)
            #expect(first.method == .post && first.origin == server.url && first.status == 200)
            #expect(first.protocolVersion == "HTTP/1.1" && first.attempts == 1 && first.failure == nil)
            let times = [first.queued, first.resolved, first.connected, first.sending, first.firstByte, first.total]
            let reached = times.compactMap { $0 }
            #expect(reached.count == times.count && reached == reached.sorted())
            #expect(first.secured == nil)

            let second = try #require(log.all.last)
            #expect(!first.isConnectionReused && second.isConnectionReused)
            #expect(second.resolved == nil && second.connected == nil)
            #expect(log.all.map(\.bodyBytesSent) == [5, 5])
            #expect(log.all.map(\.bodyBytesReceived) == [5, 5])
        }
    }

    @Test func `A failure tells its code, a cancelled request that it ended`() async throws {
        try await withObserver(handler: { $0.path == "/close" ? .script([.close]) : .silence }) { transport, server in
            _ = try await failure { try await transport.send(server.request(.post, "/close")) }
            let request = try server.request(.get)
            let task = Task { try await transport.send(request) }
            while server.statistics.requests < 2 { await Task.yield() }
            task.cancel()
            _ = await task.result
            await transport.shutdown(drainingFor: .zero)
            #expect(log.all.map(\.failure) == [.connectionLost, nil])
            #expect(log.all.map(\.status) == [nil, nil])
        }
    }

    @Test func `Requests that are turned away are told too, each once`() async throws {
        var configuration = try CurlConfiguration(maximumConnectionsPerHost: 1, maximumQueuedRequests: 1)
        configuration.queueTimeout = .milliseconds(50)
        try await withObserver(configuration, handler: { _ in .silence }) { transport, server in
            let request = try server.request()
            let first = Task { try await transport.send(request) }
            while server.statistics.requests == 0 { await Task.yield() }
            // Of three more, one waits in vain, and two find the queue full.
            try await withThrowingTaskGroup { group in
                for _ in 1...3 { group.addTask { try await failure { try await transport.send(request) } } }
                try await group.waitForAll()
            }
            #expect(log.all.map(\.failure) == [.queueFull, .queueFull, .timedOut])
            #expect(log.all.allSatisfy { $0.attempts == 0 && $0.queued ?? .zero >= .zero && $0.origin == server.url })
            await transport.shutdown(drainingFor: .zero)
            _ = await first.result
            #expect(log.all.map(\.failure) == [.queueFull, .queueFull, .timedOut, .shutDown])
        }
    }

    @Test func `A request that comes while the transport drains is told too`() async throws {
        try await withObserver(handler: { _ in .silence }) { transport, server in
            let request = try server.request()
            let first = Task { try await transport.send(request) }
            while server.statistics.requests == 0 { await Task.yield() }
            let shutdown = Task { await transport.shutdown(drainingFor: .seconds(50)) }
            var code = HTTPTransportError.Code.timedOut
            while code == .timedOut {
                code = try await failure { try await transport.send(server.request(timeout: .milliseconds(1))) }.code
            }
            #expect(code == .shutDown)
            let timeouts = log.all.count { $0.failure == .timedOut }
            #expect(log.all.map(\.failure) == Array(repeating: .timedOut, count: timeouts) + [.shutDown])
            first.cancel()
            await shutdown.value
            #expect(log.all.count == timeouts + 2)
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct ErrorDetailTests {
    @Test func `An error tells how far the request had come, what curl says, and how long it took`() async throws {
        try await withTransport(handler: { $0.number == 1 ? LoopbackReply() : .script([.reset]) }) {
            transport,
            server in
            _ = try await transport.send(server.request())
            let lost = try await failure { try await transport.send(server.request()) }
            #expect(lost.phase == .wait && lost.attempts == 1 && lost.isConnectionReused)
            #expect(lost.isOutcomeUnknown && !lost.isRetriable)
            #expect(lost.cause != nil && lost.elapsed ?? .zero > .zero)

            let late = try await failure {
                try await transport.send(server.request(timeout: .zero, isIdempotent: true))
            }
            #expect(late.attempts == 0 && !late.isOutcomeUnknown)

            server.stop()
            let refused = try await failure { try await transport.send(server.request()) }
            #expect(refused.phase == .connect && refused.attempts == 0 && !refused.isOutcomeUnknown)
            #expect(refused.isRetriable)
        }
    }

    @Test func `A name that does not resolve is an error of that phase`() async throws {
        try await withTransport { transport, _ in
            let request = HTTPRequest(url: try HTTPURL("http://no-such-host.invalid/"))
            let error = try await failure { try await transport.send(request) }
            #expect(error.phase == .resolve && error.isRetriable)
            #expect(error.cause?.code == 6)
        }
    }

    @Test func `A limit of its own ends the wait in the queue`() async throws {
        var configuration = try CurlConfiguration(maximumConnectionsPerHost: 1)
        configuration.queueTimeout = .milliseconds(50)
        try await withTransport(configuration, handler: { _ in .silence }) { transport, server in
            let request = try server.request()
            let first = Task { try await transport.send(request) }
            while server.statistics.requests == 0 { await Task.yield() }
            let error = try await failure { try await transport.send(request) }
            #expect(error.code == .timedOut && error.phase == .queue && !error.mayHaveReachedServer)
            first.cancel()
        }
    }

    @Test func `A limit of its own ends the wait for the first byte`() async throws {
        var configuration = CurlConfiguration()
        configuration.firstByteTimeout = .milliseconds(200)
        try await withTransport(configuration, handler: { _ in .silence }) { transport, server in
            let error = try await failure { try await transport.send(server.request()) }
            #expect(error.code == .timedOut && error.phase == .wait && error.isOutcomeUnknown)
            #expect(error.message.contains("0.2 seconds"))
        }
    }

    @Test func `A header that is larger than libcurl sends is an error of the request, which does not leave`()
        async throws
    {
        try await withTransport { transport, server in
            let error = try await failure {
                let value = String(repeating: "x", count: 1_100_000)
                return try await transport.send(server.request(headers: ["X-Large": value]))
            }
            #expect(error.code == .invalidRequest && !error.mayHaveReachedServer, "\(error)")
            let status = try await transport.send(server.request()).status
            #expect(status == 200)
        }
    }

    @Test(arguments: ["\r\n", "zz\r\n", "-1\r\n"])
    func `A chunk whose size is none makes the response invalid`(size: String) async throws {
        let reply = LoopbackReply.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(size)ok\r\n0\r\n\r\n")
        try await withTransport(handler: { _ in reply }) { transport, server in
            let error = try await failure { try await transport.send(server.request()) }
            #expect(error.code == .invalidResponse, "\(error)")
        }
    }
}
