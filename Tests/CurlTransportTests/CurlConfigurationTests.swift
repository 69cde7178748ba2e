// SPDX-License-Identifier: Apache-2.0
//
// Options that make no sense make no transport.

import CurlTransport
import Foundation
import HTTPTransport
import LoopbackServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct CurlConfigurationTests {
    @Test func `The defaults are those of the documentation, with and without arguments`() throws {
        let configuration = CurlConfiguration()
        #expect(configuration.maximumConnectionsPerHost == 16)
        #expect(configuration.maximumRequestsPerHost == 128)
        #expect(configuration.maximumConnections == 1_024)
        #expect(configuration.maximumQueuedRequests == 100_000)
        #expect(configuration.maximumResponseBytes == 64 * 1024 * 1024)
        #expect(configuration.timeout == .seconds(60))
        #expect(configuration.connectTimeout == .seconds(10))
        #expect(configuration.caFile == nil)
        #expect(configuration.threads == 1)
        #expect(configuration.userAgent == "swift-dataloader")
        #expect(try CurlConfiguration(caFile: nil) == configuration)
    }

    struct Wrong: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var set: @Sendable (inout CurlConfiguration) -> Void

        init(_ option: String, _ set: @escaping @Sendable (inout CurlConfiguration) -> Void) {
            testDescription = option
            self.set = set
        }
    }

    static let wrongs = [
        Wrong("maximumConnectionsPerHost") { $0.maximumConnectionsPerHost = 0 },
        Wrong("maximumRequestsPerHost") { $0.maximumRequestsPerHost = 0 },
        Wrong("maximumConnections") { $0.maximumConnections = 0 },
        Wrong("maximumQueuedRequests") { $0.maximumQueuedRequests = -1 },
        Wrong("maximumResponseBytes") { $0.maximumResponseBytes = 0 },
        Wrong("timeout") { $0.timeout = .zero },
        Wrong("connectTimeout") { $0.connectTimeout = .seconds(-1) },
        Wrong("queueTimeout") { $0.queueTimeout = .zero },
        Wrong("firstByteTimeout") { $0.firstByteTimeout = .zero },
        Wrong("idleTimeout") { $0.idleTimeout = .zero },
        Wrong("/nowhere/ca.pem") { $0.caFile = "/nowhere/ca.pem" },
        Wrong("/nowhere/a.pem") { $0.clientCertificate = .init(certificateFile: "/nowhere/a.pem", keyFile: "/b") },
        Wrong("unixSocket") { $0.unixSocket = String(repeating: "x", count: 200) },
        Wrong("gzipsBodiesFrom") { $0.gzipsBodiesFrom = -1 },
        Wrong("threads") { $0.threads = 0 },
        Wrong("userAgent") { $0.userAgent = "a\r\nX-Injected: 1" },
    ]

    @Test(arguments: wrongs)
    func `Each wrong value is refused by its name`(wrong: Wrong) {
        var configuration = CurlConfiguration()
        wrong.set(&configuration)
        let error = #expect(throws: HTTPTransportError.self) { try CurlHTTPTransport(configuration: configuration) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains(wrong.testDescription) == true)
    }

    @Test(arguments: [CurlConfiguration.HTTPVersion.automatic, .http1Only])
    func `Several threads share the origins, and each origin has its connections`(
        version: CurlConfiguration.HTTPVersion
    ) async throws {
        var configuration = CurlConfiguration()
        configuration.threads = 3
        configuration.httpVersion = version
        let servers = try (0..<6).map { _ in try LoopbackHTTPServer { LoopbackReply(body: $0.body) } }
        defer { for server in servers { server.stop() } }
        let transport = try CurlHTTPTransport(configuration: configuration)
        for number in 0..<60 {
            let text = try await transport.send(servers[number % 6].request(body: "\(number)")).text
            #expect(text == "\(number)")
        }
        #expect(servers.allSatisfy { $0.statistics.connections == 1 })
        await transport.shutdown()
        let error = try await failure { try await transport.send(servers[0].request()) }
        #expect(error.code == .shutDown)
    }

    @Test func `A proxy is handed requests in the clear, with its credentials, and asked for tunnels`() async throws {
        let server = try LoopbackHTTPServer { request in
            let text = "\(request.method) \(request.target) \(request.header("Proxy-Authorization") ?? "none")"
            return LoopbackReply(status: request.method == "CONNECT" ? 407 : 200, body: Array(text.utf8))
        }
        defer { server.stop() }
        var configuration = CurlConfiguration()
        configuration.proxy = CurlProxy(url: try HTTPURL(server.url), user: "me", password: "pass")
        let transport = try CurlHTTPTransport(configuration: configuration)
        let response = try await transport.send(HTTPRequest(method: .get, url: HTTPURL("http://far.example/x?y")))
        #expect(response.text == "GET http://far.example/x?y Basic bWU6cGFzcw==")
        let error = try await failure { try await transport.send(HTTPRequest(url: HTTPURL("https://far.example/"))) }
        #expect(error.code == .connectionFailed, "\(error)")
        #expect(!error.mayHaveReachedServer)
        await transport.shutdown()
    }

    @Test func `A Unix socket carries requests, whatever the host`() async throws {
        let server = try UnixSocketServer()
        defer { server.stop() }
        var configuration = CurlConfiguration()
        configuration.unixSocket = server.path
        let transport = try CurlHTTPTransport(configuration: configuration)
        for number in 1...3 {
            let request = HTTPRequest(method: .get, url: try HTTPURL("http://no-such-host.invalid/\(number)"))
            let text = try await transport.send(request).text
            #expect(text == "GET /\(number)")
        }
        await transport.shutdown()
    }

    @Test func `A Unix socket that is not there is a failed connection`() async throws {
        var configuration = CurlConfiguration()
        configuration.unixSocket = "/nowhere/socket"
        try await withTransport(configuration) { transport, server in
            let error = try await failure { try await transport.send(server.request()) }
            #expect(error.code == .connectionFailed)
            #expect(server.statistics.connections == 0)
        }
    }
}
