// SPDX-License-Identifier: Apache-2.0
//
// A server and a transport for one test, and requests to send between them.

import CurlTransport
import HTTPTransport
import LoopbackServer

/// Runs a test with a server that answers by a handler and a transport to ask it with; both are gone afterwards.
func withTransport(
    _ configuration: CurlConfiguration = CurlConfiguration(),
    latency: Duration = .zero,
    handler: @escaping @Sendable (LoopbackRequest) -> LoopbackReply = { LoopbackReply(body: $0.body) },
    _ test: (CurlHTTPTransport, LoopbackHTTPServer) async throws -> Void
) async throws {
    let server = try LoopbackHTTPServer(latency: latency, handler: handler)
    defer { server.stop() }
    let transport = try CurlHTTPTransport(configuration: configuration)
    do {
        try await test(transport, server)
    } catch {
        await transport.shutdown(drainingFor: .zero)
        throw error
    }
    await transport.shutdown(drainingFor: .zero)
}

/// Runs a test with a server that tells of each request and never answers.
func withSilentServer(
    _ test: (CurlHTTPTransport, LoopbackHTTPServer, _ arrived: Signal) async throws -> Void
) async throws {
    let arrived = Signal()
    let handler: @Sendable (LoopbackRequest) -> LoopbackReply = { _ in
        arrived.send()
        return .silence
    }
    try await withTransport(handler: handler) { try await test($0, $1, arrived) }
}

extension LoopbackHTTPServer {
    /// A request to this server.
    func request(
        _ method: HTTPMethod = .post,
        _ path: String = "/",
        headers: KeyValuePairs<String, String> = [:],
        body: String = "",
        timeout: Duration? = nil,
        isIdempotent: Bool? = nil
    ) throws -> HTTPRequest {
        var fields = HTTPHeaders()
        for (name, value) in headers { try fields.append(name: name, value: value) }
        return HTTPRequest(
            method: method,
            url: try HTTPURL(url + path),
            headers: fields,
            body: Array(body.utf8),
            timeout: timeout,
            isIdempotent: isIdempotent
        )
    }
}

extension LoopbackReply {
    /// The same bytes for every request, then the end of the connection.
    static func raw(_ text: String) -> Self { .script([.text(text), .close]) }

    /// No answer, for longer than any test runs.
    static let silence = LoopbackReply.script([.wait(.seconds(120))])
}

extension HTTPResponse {
    /// The body as text.
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// The error of a request that is to fail.
func failure(of send: () async throws -> HTTPResponse) async throws -> HTTPTransportError {
    do {
        let response = try await send()
        throw UnexpectedResponse(response: response)
    } catch let error as HTTPTransportError {
        return error
    }
}

/// A response where an error was to come.
struct UnexpectedResponse: Error {
    let response: HTTPResponse
}
