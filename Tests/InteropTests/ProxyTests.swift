// SPDX-License-Identifier: Apache-2.0
//
// The way through a proxy that wants to know who we are.

import CurlTransport
import HTTPTransport
import Testing

// One after the other: each counts what the proxy lets through.
@Suite(
    .enabled(if: InteropServers.areRunning, "Scripts/interop starts the servers"),
    .serialized,
    .timeLimit(.minutes(1))
)
struct ProxyTests {
    private static let answer = InteropOutcome.response(200, #"{"data":{"resource":{"id":"1","name":"Resource 1"}}}"#)

    private func configuration(password: String) throws -> CurlConfiguration {
        var configuration = try CurlConfiguration(caFile: InteropServers.caFile)
        configuration.proxy = CurlProxy(
            url: try HTTPURL("http://127.0.0.1:\(InteropServers.port(of: "proxy"))"),
            user: "me",
            password: password
        )
        return configuration
    }

    /// How two requests, one after the other, end, and how many connections the proxy lets through for them.
    private func ask(_ url: String, password: String) async throws -> (outcomes: [InteropOutcome], letThrough: Int) {
        let before = try await InteropServers.requests(of: "proxy")
        let transport = try CurlHTTPTransport(configuration: configuration(password: password))
        var outcomes: [InteropOutcome] = []
        for _ in 1...2 {
            outcomes.append(try await InteropOutcome { try await transport.send(.posting(to: url + "/small")) })
        }
        await transport.shutdown()
        return (outcomes, try await InteropServers.requests(of: "proxy") - before)
    }

    @Test(arguments: [InteropServers.nginx, InteropServers.nginxTLS])
    func `A proxy that knows us carries requests over a connection that is kept`(url: String) async throws {
        let (outcomes, letThrough) = try await ask(url, password: "pass word:1")
        #expect(outcomes == [Self.answer, Self.answer])
        #expect(letThrough == 1)
    }

    @Test func `A proxy that does not know us makes no tunnel, and the server gets no request`() async throws {
        let (outcomes, letThrough) = try await ask(InteropServers.nginxTLS, password: "guess")
        let refused = InteropOutcome.error(.connectionFailed, mayHaveReachedServer: false)
        #expect(outcomes == [refused, refused])
        #expect(letThrough == 0)
    }

    @Test func `What a proxy answers itself to a request in the clear is returned`() async throws {
        let (outcomes, letThrough) = try await ask(InteropServers.nginx, password: "guess")
        #expect(outcomes == [.response(407, ""), .response(407, "")])
        #expect(letThrough == 0)
    }

    @Test func `A proxy that makes a tunnel learns who we are, and of the request its origin alone`() async throws {
        let origin = InteropServers.nginxTLS
        let transport = try CurlHTTPTransport(configuration: configuration(password: "pass word:1"))
        var request = try HTTPRequest.posting(to: origin + "/small?key=s3cret", name: "s3cret")
        for name in ["Authorization", "Cookie", "User-Agent"] {
            try request.headers.append(name: name, value: "s3cret")
        }
        let outcome = try await InteropOutcome { try await transport.send(request) }
        await transport.shutdown()
        #expect(outcome == Self.answer)
        let head = try #require(try await InteropServers.headsSeenByProxy().last)
        let server = origin.dropFirst("https://".count)
        #expect(head.first == "CONNECT \(server) HTTP/1.1")
        let fields = head.dropFirst().map { $0.split(separator: ":", maxSplits: 1)[0] }
        #expect(fields == ["Host", "Proxy-Authorization", "User-Agent", "Proxy-Connection"])
        #expect(head.contains("User-Agent: swift-dataloader"))
        #expect(!head.joined().contains("s3cret"))
    }
}
