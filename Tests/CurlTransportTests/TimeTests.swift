// SPDX-License-Identifier: Apache-2.0
//
// Time-outs and cancellation, in every phase of a request.

import CurlTransport
import HTTPTransport
import LoopbackServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct TimeTests {
    private let one = try? CurlConfiguration(maximumConnectionsPerHost: 1)

    @Test func `The time-out ends a request that waits for the server`() async throws {
        try await withTransport(handler: { _ in .silence }) { transport, server in
            let error = try await failure { try await transport.send(server.request(timeout: .milliseconds(50))) }
            #expect(error.code == .timedOut)
            #expect(error.mayHaveReachedServer)
            #expect(error.message.contains(server.url) && error.message.contains("0.05 seconds"))
        }
    }

    @Test func `The time-out counts to the last byte, not from byte to byte`() async throws {
        let drip = LoopbackReply.script(
            [.text("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")]
                + Array(repeating: [.text("."), .wait(.milliseconds(10))], count: 1_000).joined()
        )
        try await withTransport(handler: { _ in drip }) { transport, server in
            let error = try await failure { try await transport.send(server.request(timeout: .milliseconds(200))) }
            #expect(error.code == .timedOut)
        }
    }

    @Test func `The time-out ends a request in the queue, unsent, while the one before it goes on`() async throws {
        let arrived = Signal()
        let handler: @Sendable (LoopbackRequest) -> LoopbackReply = { _ in
            arrived.send()
            return .silence
        }
        try await withTransport(try #require(one), handler: handler) { transport, server in
            let request = try server.request()
            let first = Task { try await transport.send(request) }
            await arrived.wait()
            let error = try await failure { try await transport.send(server.request(timeout: .milliseconds(50))) }
            #expect(error.code == .timedOut)
            #expect(!error.mayHaveReachedServer)
            #expect(error.message.contains("queue"))
            #expect(server.statistics.requests == 1)
            first.cancel()
            await #expect(throws: CancellationError.self) { try await first.value }
        }
    }

    @Test(arguments: [Duration.zero, .seconds(-5)])
    func `A request without any time is not sent`(timeout: Duration) async throws {
        try await withTransport { transport, server in
            let error = try await failure { try await transport.send(server.request(timeout: timeout)) }
            #expect(error.code == .timedOut)
            #expect(error.phase == .queue)
            #expect(!error.mayHaveReachedServer)
            #expect(server.statistics.connections == 0)
        }
    }

    @Test func `The transport's time-out holds where the request has none`() async throws {
        let configuration = try CurlConfiguration(timeout: .milliseconds(50))
        try await withTransport(configuration, handler: { _ in .silence }) { transport, server in
            let error = try await failure { try await transport.send(server.request()) }
            #expect(error.code == .timedOut)
        }
    }

    @Test func `A request cancelled in flight returns at once and gives its place back`() async throws {
        let arrived = Signal()
        let handler: @Sendable (LoopbackRequest) -> LoopbackReply = { request in
            arrived.send()
            return request.path == "/silent" ? .silence : LoopbackReply(body: request.body)
        }
        try await withTransport(try #require(one), handler: handler) { transport, server in
            let request = try server.request(.post, "/silent")
            let cancelled = Task { try await transport.send(request) }
            await arrived.wait()
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { try await cancelled.value }
            let text = try await transport.send(server.request(body: "next")).text
            #expect(text == "next")
        }
    }

    @Test func `A request cancelled in the queue returns at once and is never sent`() async throws {
        let arrived = Signal()
        let handler: @Sendable (LoopbackRequest) -> LoopbackReply = { request in
            arrived.send()
            return request.path == "/silent" ? .silence : LoopbackReply(body: request.body)
        }
        try await withTransport(try #require(one), handler: handler) { transport, server in
            let silent = try server.request(.post, "/silent")
            let first = Task { try await transport.send(silent) }
            await arrived.wait()
            let request = try server.request(body: "cancelled")
            let queued = (0..<10).map { _ in Task { try await transport.send(request) } }
            for _ in 0..<100 { await Task.yield() }
            for task in queued { task.cancel() }
            for task in queued { await #expect(throws: CancellationError.self) { try await task.value } }
            first.cancel()
            let text = try await transport.send(server.request(body: "next")).text
            #expect(text == "next")
            #expect(server.statistics.requests == 2)
        }
    }

    @Test func `A task that is cancelled already sends nothing`() async throws {
        try await withTransport { transport, server in
            let request = try server.request()
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await transport.send(request)
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(server.statistics.requests == 0)
        }
    }

    @Test func `Cancelled at any moment, a request ends once, and the others get their own answers`() async throws {
        let configuration = try CurlConfiguration(maximumConnectionsPerHost: 8)
        try await withTransport(configuration) { transport, server in
            await withTaskGroup { group in
                for number in 0..<1_000 {
                    guard let request = try? server.request(body: "\(number)") else { continue }
                    group.addTask {
                        let task = Task { try await transport.send(request).text }
                        for _ in 0..<(number % 60) { await Task.yield() }
                        if number.isMultiple(of: 3) { task.cancel() }
                        switch await task.result {
                        case .success(let text): #expect(text == "\(number)")
                        case .failure(let error): #expect(error is CancellationError && number.isMultiple(of: 3))
                        }
                    }
                }
            }
            let text = try await transport.send(server.request(body: "last")).text
            #expect(text == "last")
        }
    }
}
