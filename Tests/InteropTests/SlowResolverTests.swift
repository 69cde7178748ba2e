// SPDX-License-Identifier: Apache-2.0
//
// Names that nobody resolves: the server for names takes questions and never answers.

import CurlTransport
import Foundation
import HTTPTransport
import Testing

@Suite(
    .enabled(
        if: ProcessInfo.processInfo.environment["INTEROP_SLOW_RESOLVER"] != nil,
        "Scripts/interop runs it where names do not resolve"
    ),
    .timeLimit(.minutes(1))
)
struct SlowResolverTests {
    private static let url = "http://slow.example/"

    @Test func `A name that is not resolved in time is a time-out for connections, unsent`() async throws {
        try await InteropServers.withTransport(connectTimeout: .milliseconds(300)) { transport in
            let start = ContinuousClock.now
            let outcome = try await InteropOutcome { try await transport.send(.posting(to: Self.url)) }
            #expect(outcome == .error(.timedOut, mayHaveReachedServer: false))
            #expect(start.duration(to: .now) < .seconds(3))
            await transport.shutdown()
            #expect(start.duration(to: .now) < .seconds(3))
        }
    }

    @Test func `A caller who is cancelled returns at once, and holds up no other`() async throws {
        try await InteropServers.withTransport { transport in
            let tasks = try (0..<8).map { number in
                let request = try HTTPRequest.posting(to: "http://slow\(number).example/")
                return Task { try await transport.send(request) }
            }
            // One after the other over the same thread: when they are done, the names are being resolved.
            for _ in 0..<20 { _ = try await transport.send(.posting(to: InteropServers.nginx + "/small")) }
            let start = ContinuousClock.now
            for task in tasks { task.cancel() }
            for task in tasks { await #expect(throws: CancellationError.self) { try await task.value } }
            let status = try await transport.send(.posting(to: InteropServers.nginx + "/small")).status
            #expect(status == 200)
            #expect(start.duration(to: .now) < .seconds(2))
        }
    }

    @Test func `A shutdown does not wait for a name`() async throws {
        let transport = try CurlHTTPTransport()
        let request = try HTTPRequest.posting(to: Self.url)
        let task = Task { try await InteropOutcome { try await transport.send(request) } }
        for _ in 0..<20 { _ = try await transport.send(.posting(to: InteropServers.nginx + "/small")) }
        let start = ContinuousClock.now
        await transport.shutdown(drainingFor: .milliseconds(100))
        #expect(start.duration(to: .now) < .seconds(2))
        let outcome = try await task.value
        #expect(outcome == .error(.shutDown, mayHaveReachedServer: false))
    }
}
