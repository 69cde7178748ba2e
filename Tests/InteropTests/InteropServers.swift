// SPDX-License-Identifier: Apache-2.0
//
// The servers that Scripts/interop starts for the transport, and requests to them.

import CurlTransport
import Foundation
import HTTPTransport
import Testing

/// What the script tells of its servers. Nothing is there unless the tests run under it.
enum InteropServers {
    private static let environment = ProcessInfo.processInfo.environment

    static var areRunning: Bool { environment["INTEROP_NGINX"] != nil }

    /// The PEM file with the authority that signed the servers' certificates.
    static var caFile: String? { environment["INTEROP_CA"] }
    /// A PEM file in the folder of the authority.
    static func file(_ name: String) throws -> String {
        try URL(fileURLWithPath: #require(caFile)).deletingLastPathComponent().appendingPathComponent(name).path
    }
    static var nginx: String { environment["INTEROP_NGINX"] ?? "" }
    static var nginxTLS: String { environment["INTEROP_NGINX_TLS"] ?? "" }
    static var caddy: String { environment["INTEROP_CADDY"] ?? "" }
    static var caddyTLS: String { environment["INTEROP_CADDY_TLS"] ?? "" }
    /// nginx's first process, which takes signals.
    static var nginxProcess: pid_t? { environment["INTEROP_NGINX_PROCESS"].flatMap { pid_t($0) } }

    /// Each name that nginx has answered, as often as it has.
    static func namesSeenByNginx() throws -> [Substring: Int] {
        let log = try String(contentsOfFile: environment["INTEROP_NGINX_NAMES"] ?? "", encoding: .utf8)
        let names = log.split(separator: "\n").compactMap { $0.split(separator: " ").first }
        return Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
    }

    /// The port of a server that does something wrong.
    static func port(of fault: String) throws -> Int {
        let file = URL(fileURLWithPath: environment["INTEROP_FAULTS"] ?? "")
        let ports = try JSONDecoder().decode([String: Int].self, from: Data(contentsOf: file))
        guard let port = ports[fault] else { throw UnknownFault(name: fault) }
        return port
    }

    /// How many requests a server that does something wrong has seen.
    static func requests(of fault: String) async throws -> Int {
        try await seen(by: fault)?.requests ?? 0
    }

    /// The heads of the requests that the proxy has let through, line by line.
    static func headsSeenByProxy() async throws -> [[String]] {
        try await seen(by: "proxy")?.heads ?? []
    }

    private struct Seen: Decodable {
        var requests: Int
        var heads: [[String]]?
    }

    private static func seen(by server: String) async throws -> Seen? {
        let url = try HTTPURL("http://127.0.0.1:\(port(of: "counts"))/")
        return try await withTransport { transport in
            let response = try await transport.send(HTTPRequest(method: .get, url: url))
            return try JSONDecoder().decode([String: Seen].self, from: Data(response.body))[server]
        }
    }

    /// Runs `body` with a transport that trusts the authority.
    static func withTransport<Output>(
        connections: Int = 16,
        timeout: Duration = .seconds(60),
        connectTimeout: Duration = .seconds(10),
        clientCertificate: CurlClientCertificate? = nil,
        observer: (@Sendable (HTTPTransportMetrics) -> Void)? = nil,
        _ body: (CurlHTTPTransport) async throws -> Output
    ) async throws -> Output {
        var configuration = try CurlConfiguration(
            maximumConnectionsPerHost: connections,
            timeout: timeout,
            connectTimeout: connectTimeout,
            caFile: caFile
        )
        configuration.clientCertificate = clientCertificate
        let transport = try CurlHTTPTransport(configuration: configuration, observer: observer)
        do {
            let output = try await body(transport)
            await transport.shutdown()
            return output
        } catch {
            await transport.shutdown(drainingFor: .zero)
            throw error
        }
    }

    struct UnknownFault: Error {
        let name: String
    }
}

extension HTTPRequest {
    /// A request that must not be repeated.
    static func posting(_ body: String = "posted", to url: String, name: String? = nil) throws -> HTTPRequest {
        var headers = HTTPHeaders()
        if let name { try headers.append(name: "X-Name", value: name) }
        return HTTPRequest(url: try HTTPURL(url), headers: headers, body: Array(body.utf8))
    }
}

/// What a caller is told.
enum InteropOutcome: Equatable {
    case response(Int, String)
    case error(HTTPTransportError.Code, mayHaveReachedServer: Bool)

    init(of send: () async throws -> HTTPResponse) async throws {
        do {
            let response = try await send()
            self = .response(response.status, String(decoding: response.body, as: UTF8.self))
        } catch let error as HTTPTransportError {
            self = .error(error.code, mayHaveReachedServer: error.mayHaveReachedServer)
        }
    }
}
