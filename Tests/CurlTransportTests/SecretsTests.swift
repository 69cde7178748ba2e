// SPDX-License-Identifier: Apache-2.0
//
// What must not be seen is not seen: in errors, descriptions, dumps and metrics.

import CurlTransport
import HTTPTransport
import LoopbackServer
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct SecretsTests {
    private let secret = "s3cret"

    /// Everything that can be shown of a value.
    private func shown(_ value: some Any) -> String {
        var text = "\(value) \(String(reflecting: value)) "
        dump(value, to: &text)
        return text
    }

    @Test func `Credentials of proxies and keys show nowhere`() throws {
        var configuration = CurlConfiguration()
        configuration.proxy = CurlProxy(
            url: try HTTPURL("http://proxy.example:3128"),
            user: "u-\(secret)",
            password: secret
        )
        configuration.clientCertificate = CurlClientCertificate(
            certificateFile: "/nowhere/a.pem",
            keyFile: "/nowhere/a.key",
            keyPassword: secret
        )
        #expect(!shown(configuration).contains(secret))
        #expect(shown(configuration).contains("proxy.example"))
        let error = #expect(throws: HTTPTransportError.self) { try configuration.validate() }
        #expect(error.map { shown($0).contains("/nowhere/a.pem") && !shown($0).contains(secret) } == true)
    }

    @Test func `Header values, query strings and bodies show in no error and no metrics`() async throws {
        let log = Mutex("")
        let silent = try LoopbackHTTPServer { _ in .silence }
        let answers: [LoopbackReply] = [
            .script([.close]), .script([.reset]), .raw("garbage \(secret)\r\n\r\n"),
            .raw("HTTP/1.1 200 OK\r\nSet-Cookie: \(secret)\r\nContent-Length: 9\r\n\r\n\(secret)"),
            LoopbackReply(headers: [("Content-Encoding", "gzip")], body: Array(secret.utf8)), .silence,
        ]
        let server = try LoopbackHTTPServer { answers[Int($0.path.dropFirst()) ?? 0] }
        defer { for server in [server, silent] { server.stop() } }
        var configuration = CurlConfiguration()
        let observer: @Sendable (HTTPTransportMetrics) -> Void = { metrics in
            log.withLock { $0 += "\(metrics)" }
        }
        // The proxy, where there is one, answers nothing.
        for proxy in [nil, CurlProxy(url: try HTTPURL(silent.url), user: "user", password: secret)] {
            configuration.proxy = proxy
            let transport = try CurlHTTPTransport(configuration: configuration, observer: observer)
            for number in answers.indices {
                let request = try server.request(
                    .post,
                    "/\(number)?api_key=\(secret)",
                    headers: ["Authorization": "Bearer \(secret)", "Cookie": secret, "X-Api-Key": secret],
                    body: secret,
                    timeout: .milliseconds(200)
                )
                let error = try await failure { try await RetryingTransport(transport).send(request) }
                #expect(!shown(error).contains(secret))
            }
            await transport.shutdown(drainingFor: .zero)
        }
        let metrics = log.withLock { $0 }
        #expect(metrics.contains(server.url) && !metrics.contains(secret))
    }
}
