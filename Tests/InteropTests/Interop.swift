// SPDX-License-Identifier: Apache-2.0
//
// The server that the tests of this target talk to, and a client for it.

import CurlTransport
import Foundation
import GraphQLBatching
import HTTPTransport
import Synchronization

/// The server on Strawberry that Scripts/interop starts.
enum Interop {
    /// Where it answers; `nil` unless the tests run under that script.
    static var endpoint: String? { ProcessInfo.processInfo.environment["INTEROP_ENDPOINT"] }

    /// The endpoint of the same server at another path: `limited` refuses more than 15 aliases, `brief` more than 500
    /// tokens.
    static func endpoint(at path: String) throws -> GraphQLEndpoint {
        let base = (endpoint ?? "").prefix { $0 != "?" }.split(separator: "/").dropLast().joined(separator: "/")
        return GraphQLEndpoint(try HTTPURL(base.replacing("http:/", with: "http://") + "/" + path))
    }

    /// Runs `body` with a client on a transport of its own.
    static func withClient<Output>(
        at endpoint: GraphQLEndpoint? = nil,
        configuration: GraphQLClientConfiguration = GraphQLClientConfiguration(),
        _ body: (GraphQLClient, CountingTransport) async throws -> Output
    ) async throws -> Output {
        let endpoint = try endpoint ?? Self.endpoint(at: "graphql")
        let transport = try CurlHTTPTransport()
        let counting = CountingTransport(base: transport)
        do {
            let client = GraphQLClient(endpoint: endpoint, transport: counting, configuration: configuration)
            let output = try await body(client, counting)
            await transport.shutdown()
            return output
        } catch {
            await transport.shutdown()
            throw error
        }
    }
}

/// Counts the requests that another transport sends.
final class CountingTransport: HTTPClientTransport {
    private let base: any HTTPClientTransport
    private let count = Atomic(0)

    init(base: any HTTPClientTransport) { self.base = base }

    /// The requests so far.
    var requests: Int { count.load(ordering: .relaxed) }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        count.add(1, ordering: .relaxed)
        return try await base.send(request)
    }
}
