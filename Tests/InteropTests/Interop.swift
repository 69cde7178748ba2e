// SPDX-License-Identifier: Apache-2.0
//
// The server that the tests of this target talk to, and a client for it.

import CurlTransport
import Foundation
import GraphQLBatching
import HTTPTransport

/// The server on Strawberry that Scripts/interop starts.
enum Interop {
    /// Where it answers; `nil` unless the tests run under that script.
    static var endpoint: String? { ProcessInfo.processInfo.environment["INTEROP_ENDPOINT"] }

    /// Runs `body` with a client on a transport of its own.
    static func withClient<Output>(_ body: (GraphQLClient) async throws -> Output) async throws -> Output {
        let url = try HTTPURL(endpoint ?? "")
        let transport = try CurlHTTPTransport()
        do {
            let configuration = try GraphQLClientConfiguration(maxAliases: 50)
            let client = GraphQLClient(endpoint: url, transport: transport, configuration: configuration)
            let output = try await body(client)
            await transport.shutdown()
            return output
        } catch {
            await transport.shutdown()
            throw error
        }
    }
}
