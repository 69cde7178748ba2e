// SPDX-License-Identifier: Apache-2.0
//
// Servers that get TLS or HTTP/2 wrong: what the caller is told, and how often the server was asked.

import CurlTransport
import HTTPTransport
import Testing

// One after the other: most count what a server has seen.
@Suite(
    .enabled(if: InteropServers.areRunning, "Scripts/interop starts the servers"),
    .serialized,
    .timeLimit(.minutes(1))
)
struct ServerFaultTests {
    @Test(arguments: ["expired", "otherHost", "selfSigned", "oldTLS"])
    func `A server that cannot be trusted gets no request`(fault: String) async throws {
        let url = try "https://127.0.0.1:\(InteropServers.port(of: fault))/"
        try await InteropServers.withTransport { transport in
            let outcome = try await InteropOutcome { try await transport.send(.posting(to: url)) }
            #expect(outcome == .error(.secureConnectionFailed, mayHaveReachedServer: false))
        }
        let requests = try await InteropServers.requests(of: fault)
        #expect(requests == 0)
    }

    @Test func `A server whose authority nobody named gets no request`() async throws {
        let transport = try CurlHTTPTransport()
        let url = InteropServers.nginxTLS + "/small"
        let outcome = try await InteropOutcome { try await transport.send(.posting(to: url)) }
        #expect(outcome == .error(.secureConnectionFailed, mayHaveReachedServer: false))
        await transport.shutdown()
    }

    @Test func `A handshake without an answer ends by the time-out for connections`() async throws {
        let url = try "https://127.0.0.1:\(InteropServers.port(of: "stalled"))/"
        try await InteropServers.withTransport(connectTimeout: .milliseconds(300)) { transport in
            let start = ContinuousClock.now
            let outcome = try await InteropOutcome { try await transport.send(.posting(to: url)) }
            #expect(outcome == .error(.timedOut, mayHaveReachedServer: false))
            #expect(start.duration(to: .now) < .seconds(10))
        }
    }

    struct Identity: CustomTestStringConvertible {
        var testDescription: String
        var certificate: String?
        var key = "client.key"
        var password: String?
        var end = End.refused

        enum End { case letIn, refused, unusable }
    }

    static let identities = [
        Identity(testDescription: "a certificate", certificate: "client.pem", end: .letIn),
        Identity(
            testDescription: "a certificate with a locked key",
            certificate: "client.pem",
            key: "client-locked.key",
            password: "secret",
            end: .letIn
        ),
        Identity(
            testDescription: "the wrong password",
            certificate: "client.pem",
            key: "client-locked.key",
            password: "guess",
            end: .unusable
        ),
        Identity(testDescription: "another authority's", certificate: "self-signed.pem", key: "self-signed.key"),
        Identity(testDescription: "none"),
    ]

    @Test(.serialized, arguments: identities, ["1.2", "1.3"])
    func `A server that asks who we are lets in the client it trusts, and no other`(
        identity: Identity,
        version: String
    ) async throws {
        let server = "forClients" + version
        let url = try "https://127.0.0.1:\(InteropServers.port(of: server))/"
        let before = try await InteropServers.requests(of: server)
        let expected: InteropOutcome =
            switch identity.end {
            case .letIn: Self.ok
            // In 1.3 the handshake ends before the server has looked: what it says comes when the request has left.
            case .refused where version == "1.3": Self.lost
            case .refused, .unusable: .error(.secureConnectionFailed, mayHaveReachedServer: false)
            }
        let certificate = try identity.certificate.map { name in
            CurlClientCertificate(
                certificateFile: try InteropServers.file(name),
                keyFile: try InteropServers.file(identity.key),
                keyPassword: identity.password
            )
        }
        try await InteropServers.withTransport(clientCertificate: certificate) { transport in
            let outcome = try await InteropOutcome { try await transport.send(.posting(to: url)) }
            #expect(outcome == expected)
        }
        let requests = try await InteropServers.requests(of: server) - before
        #expect(requests == (identity.end == .letIn ? 1 : 0))
    }

    // libcurl by itself sends again what a used connection did not answer.
    @Test func `A POST whose used connection dies is not sent again over TLS`() async throws {
        let url = try "https://127.0.0.1:\(InteropServers.port(of: "answersOnce"))/"
        let before = try await InteropServers.requests(of: "answersOnce")
        try await InteropServers.withTransport { transport in
            for expected in [Self.ok, Self.lost] {
                let outcome = try await InteropOutcome { try await transport.send(.posting(to: url)) }
                #expect(outcome == expected)
            }
        }
        let requests = try await InteropServers.requests(of: "answersOnce") - before
        #expect(requests == 2)
    }

    /// A fault of HTTP/2, what a request gets that must not be repeated, and what one gets that may.
    struct Fault: CustomTestStringConvertible {
        var name: String
        var unsafe: InteropOutcome
        var idempotent: InteropOutcome

        init(_ name: String, _ unsafe: InteropOutcome, idempotent: InteropOutcome? = nil) {
            (self.name, self.unsafe, self.idempotent) = (name, unsafe, idempotent ?? unsafe)
        }

        var testDescription: String { name }
    }

    private static let ok = InteropOutcome.response(200, "ok")
    private static let lost = InteropOutcome.error(.connectionLost, mayHaveReachedServer: true)

    static let faults = [
        Fault("refusesOnce", lost, idempotent: ok),
        Fault("refusesAlways", lost),
        Fault("resetsBeforeResponse", lost),
        Fault("resetsInBody", lost),
        Fault("resetsAfterResponse", ok),
        Fault("answersWithoutLength", ok),
        Fault("sendsTrailers", ok),
        Fault("shortBody", lost),
        Fault("leavesBeforeResponse", lost),
        Fault("leavesWithoutSeeing", lost),
        Fault("leavesAfterResponse", ok),
        Fault("endsInMidStream", lost),
        Fault("garbage", lost),
    ]

    @Test(arguments: faults)
    func `A fault of HTTP/2 has its outcome, and repeats no request that must not be repeated`(
        fault: Fault
    ) async throws {
        let url = try "https://127.0.0.1:\(InteropServers.port(of: fault.name))/"
        let before = try await InteropServers.requests(of: fault.name)
        try await InteropServers.withTransport { transport in
            for number in 1...2 {
                let outcome = try await InteropOutcome { try await transport.send(.posting(to: url)) }
                let requests = try await InteropServers.requests(of: fault.name) - before
                #expect(requests == number)
                // The server that refuses every other request answers the second one.
                #expect(outcome == (fault.name == "refusesOnce" && number == 2 ? Self.ok : fault.unsafe))
            }
        }
        try await InteropServers.withTransport { transport in
            var request = try HTTPRequest.posting(to: url)
            request.isIdempotent = true
            let outcome = try await InteropOutcome { try await transport.send(request) }
            #expect(outcome == fault.idempotent)
        }
    }

    // Without a length, libcurl 7.88 leaves open whether the response is whole: that is an error, but no wait.
    @Test(arguments: [("resetsAfterResponse", [ok]), ("answersWithoutLength", [ok, lost])])
    func `A response that comes before a large body has left is not held up by it`(
        fault: String,
        outcomes: [InteropOutcome]
    ) async throws {
        let url = try "https://127.0.0.1:\(InteropServers.port(of: fault))/"
        try await InteropServers.withTransport { transport in
            var request = try HTTPRequest.posting(String(repeating: "x", count: 4 << 20), to: url)
            request.timeout = .seconds(5)
            let outcome = try await InteropOutcome { try await transport.send(request) }
            #expect(outcomes.contains(outcome))
        }
    }

    // libcurl sends again what the server has not taken, but for one of them, which it reports.
    @Test func `Where a server names a connection's last request, the others go over the next ones`() async throws {
        let url = try "https://127.0.0.1:\(InteropServers.port(of: "leavesGracefully"))/"
        try await InteropServers.withTransport { transport in
            var request = try HTTPRequest.posting(to: url)
            request.isIdempotent = true
            try await withThrowingTaskGroup(of: InteropOutcome.self) { group in
                for _ in 0..<20 {
                    group.addTask { [request] in
                        try await InteropOutcome { try await RetryingTransport(transport).send(request) }
                    }
                }
                for try await outcome in group { #expect(outcome == Self.ok) }
            }
        }
    }

    #if os(Linux)
        @Test func `A shared connection that falls silent is given up`() async throws {
            let url = try "https://127.0.0.1:\(InteropServers.port(of: "fallsSilent"))/"
            let second = Duration.seconds(1)
            try await InteropServers.withTransport(timeout: second, connectTimeout: second) { transport in
                var outcomes: [InteropOutcome] = []
                let start = ContinuousClock.now
                while outcomes.last != Self.ok || outcomes.count < 3, start.duration(to: .now) < .seconds(20) {
                    outcomes.append(try await InteropOutcome { try await transport.send(.posting(to: url)) })
                }
                #expect(outcomes.first == Self.ok && outcomes.last == Self.ok)
                #expect(outcomes.contains(.error(.timedOut, mayHaveReachedServer: true)))
            }
        }
    #endif

    @Test func `A server that takes one stream at most answers many requests at once`() async throws {
        let url = try "https://127.0.0.1:\(InteropServers.port(of: "oneStreamAtMost"))/"
        try await InteropServers.withTransport { transport in
            try await withThrowingTaskGroup(of: InteropOutcome.self) { group in
                for _ in 0..<50 {
                    group.addTask { try await InteropOutcome { try await transport.send(.posting(to: url)) } }
                }
                for try await outcome in group { #expect(outcome == Self.ok) }
            }
        }
    }
}
