// SPDX-License-Identifier: Apache-2.0
//
// Tasks on the transport's own thread: where they run, what wakes them, and what becomes of them at the end.

import CurlTransport
import Foundation
import HTTPTransport
import LoopbackServer
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct ExecutorTests {
    @Test func `A task that prefers the executor is on the transport's thread around each request`() async throws {
        try await withObservedTransport { transport, server, isOnThread in
            let request = try server.request(body: "asked")
            try await withTaskExecutorPreference(transport.executor(for: request.url)) {
                for _ in 0..<3 {
                    #expect(isOnThread())
                    let text = try await transport.send(request).text
                    #expect(text == "asked")
                }
                #expect(isOnThread())
            }
            #expect(!isOnThread())
        }
    }

    @Test func `Requests of many such tasks share the connections, and each gets its own response`() async throws {
        let configuration = try CurlConfiguration(maximumConnectionsPerHost: 4)
        try await withTransport(configuration) { transport, server in
            let executor = transport.executor(for: try HTTPURL(server.url))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask(executorPreference: executor) {
                        let text = try await transport.send(server.request(body: "\(number)")).text
                        #expect(text == "\(number)")
                    }
                }
                try await group.waitForAll()
            }
            #expect(server.statistics.connections <= 4)
        }
    }

    @Test func `With more than one thread, the executor is that of the URL's origin`() async throws {
        let threads = Mutex<[String: Set<UInt>]>([:])
        var configuration = CurlConfiguration()
        configuration.threads = 3
        let transport = try CurlHTTPTransport(configuration: configuration) { metrics in
            threads.withLock { _ = $0[metrics.origin, default: []].insert(currentThreadNumber()) }
        }
        let servers = try (0..<6).map { _ in try LoopbackHTTPServer { LoopbackReply(body: $0.body) } }
        defer { for server in servers { server.stop() } }
        for server in servers {
            let request = try server.request()
            let number = try await withTaskExecutorPreference(transport.executor(for: request.url)) {
                _ = try await transport.send(request)
                return currentThreadNumber()
            }
            #expect(threads.withLock { $0[request.url.origin] } == [number])
        }
        await transport.shutdown()
    }

    @Test func `A transport that sleeps wakes when one of its tasks can go on`() async throws {
        try await withTransport { transport, server in
            await withTaskExecutorPreference(transport.executor(for: try HTTPURL(server.url))) {
                for number in 0..<100 {
                    let echo = await Task.detached { number }.value
                    #expect(echo == number)
                }
            }
        }
    }

    @Test func `Requests are answered while a task of the thread always has more to do`() async throws {
        try await withTransport { transport, server in
            let request = try server.request(body: "answered")
            let executor = transport.executor(for: request.url)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask(executorPreference: executor) {
                    while !Task.isCancelled { await Task.yield() }
                }
                for executor in [executor, globalConcurrentExecutor] {
                    group.addTask(executorPreference: executor) {
                        for _ in 0..<10 {
                            let text = try await transport.send(request).text
                            #expect(text == "answered")
                        }
                    }
                }
                _ = try await group.next()
                _ = try await group.next()
                group.cancelAll()
                try await group.waitForAll()
            }
        }
    }

    @Test func `A task of the thread that shuts the transport down goes on`() async throws {
        try await withTransport { transport, server in
            let request = try server.request()
            try await withTaskExecutorPreference(transport.executor(for: request.url)) {
                await transport.shutdown()
                let error = try await failure { try await transport.send(request) }
                #expect(error.code == .shutDown)
            }
        }
    }

    @Test func `Tasks that the thread has not run when it ends are run elsewhere`() async throws {
        let owner = try Owner()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<100 {
                group.addTask(executorPreference: owner.executor) {
                    // On the thread, so that what is left to do is more than the thread does before it ends.
                    if number == 0 { owner.letGo() }
                    for _ in 0..<100 { await Task.yield() }
                    return number
                }
            }
            let sum = try await group.reduce(0, +)
            #expect(sum == 4_950)
        }
    }

    @Test func `Tasks are run when the transport has ended`() async throws {
        let transport = try CurlHTTPTransport()
        let executor = transport.executor(for: try HTTPURL("http://localhost"))
        await transport.shutdown()
        let tasks = (0..<100).map { number in
            Task(executorPreference: executor) {
                for _ in 0..<number { await Task.yield() }
                return number
            }
        }
        for (number, task) in tasks.enumerated() {
            let value = await task.value
            #expect(value == number)
        }
    }

    @Test func `A cancelled task of the thread returns at once`() async throws {
        try await withSilentServer { transport, server, arrived in
            let request = try server.request()
            let task = Task(executorPreference: transport.executor(for: request.url)) {
                try await transport.send(request)
            }
            await arrived.wait()
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test func `A streamed body is read on the thread that receives it`() async throws {
        let body = String(repeating: "0123456789", count: 200_000)
        try await withObservedTransport { transport, server, isOnThread in
            let request = try server.request(body: body)
            try await withTaskExecutorPreference(transport.executor(for: request.url)) {
                var count = 0
                for try await chunk in try await transport.stream(request).body {
                    #expect(isOnThread())
                    count += chunk.count
                }
                #expect(count == body.utf8.count)
            }
        }
    }
}

/// The only one who holds a transport.
private final class Owner: Sendable {
    let executor: any TaskExecutor
    private let transport: Mutex<CurlHTTPTransport?>

    init() throws {
        let transport = try CurlHTTPTransport()
        executor = transport.executor(for: try HTTPURL("http://localhost"))
        self.transport = Mutex(transport)
    }

    func letGo() { transport.withLock { $0 = nil } }
}

/// Runs a test that can tell the transport's thread: by its observer, which is called there.
private func withObservedTransport(
    _ test: (CurlHTTPTransport, LoopbackHTTPServer, _ isOnThread: @Sendable () -> Bool) async throws -> Void
) async throws {
    let thread = Atomic<UInt>(0)
    let server = try LoopbackHTTPServer { LoopbackReply(body: $0.body) }
    defer { server.stop() }
    let transport = try CurlHTTPTransport { _ in thread.store(currentThreadNumber(), ordering: .relaxed) }
    _ = try await transport.send(server.request())
    try await test(transport, server) { thread.load(ordering: .relaxed) == currentThreadNumber() }
    await transport.shutdown()
}

private func currentThreadNumber() -> UInt {
    #if canImport(Darwin)
        UInt(bitPattern: pthread_self())
    #else
        UInt(pthread_self())
    #endif
}
