// SPDX-License-Identifier: Apache-2.0
//
// What the ways have in common: a client, and the fields they ask for.

import GraphQLBatching
import HTTPTransport

/// A client of the demo's schema.
struct Session: Sendable {
    let client: GraphQLClient
    /// The most keys of a batch and the most fields of a document.
    let batch: Int
    private let selection: GraphQLSelectionSet

    init(endpoint: HTTPURL, transport: any HTTPClientTransport, batch: Int) throws {
        self.batch = batch
        client = GraphQLClient(
            endpoint: endpoint,
            transport: transport,
            configuration: try GraphQLClientConfiguration(maxAliases: batch)
        )
        selection = try GraphQLSelectionSet(
            on: "Resource",
            parsing: "id name type status createdAt related { id }"
        )
    }

    func resource(_ id: String) -> GraphQLField {
        GraphQLField("resource", arguments: ["id": .id(id)], selecting: selection)
    }

    func resources(_ ids: [String]) -> GraphQLField {
        GraphQLField("resources", arguments: ["ids": .ids(ids)], selecting: selection)
    }

    /// The mutation that gives a resource its name, and leaves the rest as it is.
    func naming(_ resource: Resource) -> GraphQLField {
        GraphQLField(
            "updateResource",
            arguments: [
                "id": .id(resource.id),
                "input": .value(["name": .string(resource.name)], type: "UpdateResourceInput!"),
            ],
            selecting: selection
        )
    }

    /// Sends one field in a request of its own.
    func execute<Value: Decodable & Sendable>(
        _ kind: GraphQLOperation.Kind,
        _ field: GraphQLField,
        as type: Value.Type
    ) async throws -> Value {
        let operation = GraphQLOperation(kind, selecting: GraphQLSelectionSet([.field(field)]))
        let response = try await client.execute(GraphQLRequest(operation))
        return try response.decode(type, at: field.responseName)
    }
}
