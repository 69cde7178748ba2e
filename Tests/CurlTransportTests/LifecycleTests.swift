// SPDX-License-Identifier: Apache-2.0
//
// How a transport ends, and that nothing is left of it.

import CurlTransport
import Foundation
import HTTPTransport
import LoopbackServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct LifecycleTests {
    @Test func `A shutdown lets accepted requests finish, also queued ones, and refuses new ones`() async throws {
        let configuration = try CurlConfiguration(maximumConnectionsPerHost: 1)
        let arrived = Signal()
        let handler: @Sendable (LoopbackRequest) -> LoopbackReply = { request in
            arrived.send()
            return .script([.wait(.milliseconds(50)), .text("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")])
        }
        try await withTransport(configuration, handler: handler) { transport, server in
            let request = try server.request()
            let accepted = (0..<3).map { _ in Task { try await transport.send(request) } }
            await arrived.wait()
            for _ in 0..<100 { await Task.yield() }
            await transport.shutdown()
            for task in accepted {
                let status = try await task.value.status
                #expect(status == 200)
            }
            let error = try await failure { try await transport.send(request) }
            #expect(error.code == .shutDown)
            #expect(!error.mayHaveReachedServer)
            #expect(server.statistics.requests == 3)
        }
    }

    @Test func `A shutdown cancels what does not finish in its time, and says that it may have been sent`() async throws
    {
        try await withSilentServer { transport, server, arrived in
            let request = try server.request()
            let task = Task { try await transport.send(request) }
            await arrived.wait()
            await transport.shutdown(drainingFor: .milliseconds(50))
            let error = try await failure { try await task.value }
            #expect(error.code == .shutDown)
            #expect(error.mayHaveReachedServer)
        }
    }

    @Test func `Shutdowns at once all return, by the earliest deadline`() async throws {
        try await withSilentServer { transport, server, arrived in
            let request = try server.request()
            let task = Task { try await transport.send(request) }
            await arrived.wait()
            await withTaskGroup { group in
                for milliseconds in [100_000, 50, 100_000] {
                    group.addTask { await transport.shutdown(drainingFor: .milliseconds(milliseconds)) }
                }
            }
            await transport.shutdown()
            let error = try await failure { try await task.value }.code
            #expect(error == .shutDown)
        }
    }

    @Test func `A request goes on when its transport is let go`() async throws {
        let server = try LoopbackHTTPServer(latency: .milliseconds(50)) { LoopbackReply(body: $0.body) }
        defer { server.stop() }
        let text = try await CurlHTTPTransport().send(server.request(body: "kept")).text
        #expect(text == "kept")
    }

    // In a process of its own, for the other tests open descriptors and threads at the same time.
    // Ten thousand where the machine is given the time: TRANSPORT_CYCLES=10000.
    @Test func `A thousand transports, shut down or let go, leave no descriptor and no thread`() async {
        await #expect(processExitsWith: .success) {
            let cycles = ProcessInfo.processInfo.environment["TRANSPORT_CYCLES"].flatMap(Int.init) ?? 1_000
            let server = try LoopbackHTTPServer { LoopbackReply(body: $0.body) }
            func cycle(_ number: Int) async throws {
                let transport = try CurlHTTPTransport()
                try #require(await transport.send(server.request(body: "\(number)")).text == "\(number)")
                if number.isMultiple(of: 2) { await transport.shutdown() }
            }
            for number in 0..<4 { try await cycle(number) }
            try await Census.settle(at: nil)
            let before = Census.now
            for number in 0..<cycles { try await cycle(number) }
            try await Census.settle(at: before)
            server.stop()
        }
    }
}

/// What a process has open.
private struct Census: Equatable {
    var descriptors: Int
    var threads: Int

    static var now: Census {
        let entries = { (path: String) in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }
        let threads = entries("/proc/self/task").filter { task in
            (try? String(contentsOfFile: "/proc/self/task/\(task)/comm", encoding: .utf8))?.hasPrefix("Curl") == true
        }
        return Census(descriptors: entries("/dev/fd").count, threads: threads.count)
    }

    /// Returns when there is no transport's thread and no more is open than is given. Threads end a moment after their
    /// last word, and the server closes its ends a moment after that.
    static func settle(at expected: Census?) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while now.threads > 0 || now.descriptors > (expected?.descriptors ?? .max) {
            guard ContinuousClock.now < deadline else { throw LeftOver(census: now) }
            await Task.yield()
        }
    }

    struct LeftOver: Error {
        let census: Census
    }
}
