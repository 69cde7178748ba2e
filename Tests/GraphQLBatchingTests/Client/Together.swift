// SPDX-License-Identifier: Apache-2.0
//
// Calls of one tick, and servers to call.

import CurlTransport
import DataLoading
import GraphQLBatching
import HTTPTransport
import LoopbackServer

extension GraphQLClient {
    /// Asks for fields in one tick and returns what each caller was told, in their order.
    func together<Value: Decodable & Sendable>(
        _ fields: [GraphQLField],
        _ kind: GraphQLOperation.Kind = .query,
        as type: Value.Type = Value.self,
        options: @escaping @Sendable (Int) -> GraphQLCallOptions = { _ in GraphQLCallOptions() }
    ) async -> [Result<GraphQLResult<Value>, any Error>] {
        await withBatching {
            await withTaskGroup(of: (Int, Result<GraphQLResult<Value>, any Error>).self) { group in
                for (index, field) in fields.enumerated() {
                    group.addTask {
                        do {
                            let result =
                                kind == .query
                                ? try await queryResult(field, as: type, options: options(index))
                                : try await mutateResult(field, as: type, options: options(index))
                            return (index, .success(result))
                        } catch {
                            return (index, .failure(error))
                        }
                    }
                }
                return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }.sorted { $0.key < $1.key }.map(\.value)
            }
        }
    }
}

extension Result {
    /// The client's error, if that is what it is.
    var clientError: GraphQLClientError? {
        if case .failure(let error) = self { error as? GraphQLClientError } else { nil }
    }
}

/// A server on a socket of 127.0.0.1 and a client for it.
func withLoopback<Output>(
    configuration: GraphQLClientConfiguration = GraphQLClientConfiguration(),
    handler: @escaping @Sendable (LoopbackRequest) -> LoopbackReply,
    _ body: (GraphQLClient, LoopbackHTTPServer) async throws -> Output
) async throws -> Output {
    let server = try LoopbackHTTPServer(handler: handler)
    let transport = try CurlHTTPTransport()
    defer { server.stop() }
    do {
        let client = GraphQLClient(
            endpoint: try HTTPURL(server.url + DemoGraphQLService.path),
            transport: transport,
            configuration: configuration
        )
        let output = try await body(client, server)
        await transport.shutdown()
        return output
    } catch {
        await transport.shutdown()
        throw error
    }
}

extension GraphQLField {
    /// The field `resource(id:)` of the demo.
    static func resource(_ id: String, selecting text: String = "id name type status createdAt metadata related { id }")
        throws -> GraphQLField
    {
        GraphQLField(
            "resource",
            arguments: ["id": .id(id)],
            selecting: try GraphQLSelectionSet(on: "Resource", parsing: text)
        )
    }
}
