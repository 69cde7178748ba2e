// SPDX-License-Identifier: Apache-2.0
//
// Every fault of a server, by name: the exact outcome, in time, and a request that is sent once.

import CurlTransport
import Foundation
import HTTPTransport
import LoopbackServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct FaultTableTests {
    @Test(arguments: LoopbackFault.allCases)
    func `A request that is not to be repeated ends as it should, and is sent once`(fault: LoopbackFault) async throws {
        try await withServer(fault) { transport, server in
            // On a fresh connection, then, where the server keeps it, on one that was used: curl treats these
            // differently.
            for (number, expected) in zip(1..., [fault.expectation, fault.secondExpectation]) {
                let request = try server.request(body: fault.requestBody, timeout: fault.timeout)
                let start = ContinuousClock.now
                let outcome = try await outcome { try await transport.send(request) }
                #expect(outcome == expected)
                #expect(start.duration(to: .now) < .seconds(30))
                #expect(server.statistics.requests + server.statistics.refusals == number)
            }
        }
    }

    @Test(arguments: LoopbackFault.allCases)
    func `A request that may be repeated ends in the same way, or is answered after a connection that died`(
        fault: LoopbackFault
    ) async throws {
        try await withServer(fault) { transport, server in
            for _ in 1...2 {
                let request = try server.request(
                    body: fault.requestBody,
                    timeout: fault.timeout,
                    isIdempotent: true
                )
                let outcome = try await outcome { try await transport.send(request) }
                #expect(outcome == fault.expectation)
            }
        }
    }

    @Test func `A connection that hangs while it is made ends by the time-out for connections, unsent`() async throws {
        let hole = try LoopbackBlackHole()
        let configuration = try CurlConfiguration(connectTimeout: .milliseconds(200))
        let transport = try CurlHTTPTransport(configuration: configuration)
        let start = ContinuousClock.now
        let error = try await failure {
            try await transport.send(HTTPRequest(url: try HTTPURL(hole.url), body: Array("posted".utf8)))
        }
        #expect(error.code == .timedOut)
        #expect(!error.mayHaveReachedServer)
        #expect(start.duration(to: .now) < .seconds(30))
        await transport.shutdown()
    }

    @Test func `A caller who is cancelled while its connection hangs returns at once`() async throws {
        let hole = try LoopbackBlackHole()
        // Longer than this test may take, however busy the machine is.
        let limit = Duration.seconds(300)
        let transport = try CurlHTTPTransport(
            configuration: CurlConfiguration(timeout: limit, connectTimeout: limit)
        )
        let request = HTTPRequest(url: try HTTPURL(hole.url), body: Array("posted".utf8))
        let task = Task { try await transport.send(request) }
        for _ in 0..<100 { await Task.yield() }
        let start = ContinuousClock.now
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(start.duration(to: .now) < .seconds(5))
        await transport.shutdown()
    }

    @Test func `What a server sends behind the end of a response is not the response of the next request`() async throws
    {
        try await withServer(.extraBytes) { transport, server in
            for _ in 1...5 {
                let text = try await transport.send(server.request()).text
                #expect(text == "ok")
            }
            #expect(server.statistics.connections == 5)
        }
    }

    private func withServer(
        _ fault: LoopbackFault,
        _ test: (CurlHTTPTransport, LoopbackHTTPServer) async throws -> Void
    ) async throws {
        let server = try LoopbackHTTPServer(misbehaving: fault)
        defer { server.stop() }
        let transport = try CurlHTTPTransport(configuration: CurlConfiguration(maximumResponseBytes: 1_000_000))
        do {
            try await test(transport, server)
        } catch {
            await transport.shutdown(drainingFor: .zero)
            throw error
        }
        await transport.shutdown(drainingFor: .zero)
    }

    /// What became of a request that reached the server.
    private func outcome(of send: () async throws -> HTTPResponse) async throws -> FaultExpectation {
        do {
            let response = try await send()
            return .response(response.status, response.text)
        } catch let error as HTTPTransportError {
            #expect(error.mayHaveReachedServer, "\(error)")
            return .error(error.code)
        }
    }
}
