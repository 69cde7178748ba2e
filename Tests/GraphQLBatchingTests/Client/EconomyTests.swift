// SPDX-License-Identifier: Apache-2.0
//
// How few bytes a hundred fields take: the promises of the documentation.

import DataLoading
import Foundation
import GraphQLBatching
import HTTPTransport
import Testing

@Suite("Economy", .timeLimit(.minutes(5)))
struct EconomyTests {
    private static let selection = "id name type status metadata createdAt related { id }"

    /// Asks for a hundred resources, each with seven fields, and returns the requests.
    private func requests(_ configure: (inout GraphQLClientConfiguration) -> Void) async throws -> [HTTPRequest] {
        let transport = ScriptedTransport.answering { _, _ in
            let members = (0..<100).map { "\"a\($0)\":null" }.joined(separator: ",")
            return try .json("{\"data\":{\(members)}}")
        }
        var configuration = try GraphQLClientConfiguration(maxAliases: 100)
        configure(&configuration)
        let endpoint = try HTTPURL("http://127.0.0.1:9/")
        let client = GraphQLClient(endpoint: endpoint, transport: transport, configuration: configuration)
        let fields = try (1...100).map { try GraphQLField.resource("\($0)", selecting: Self.selection) }
        let results = await client.together(fields, as: [String: String]?.self)
        #expect(try results.allSatisfy { try $0.get().value == nil })
        return transport.all
    }

    @Test func `a body of a hundred resources with a persisted query has at most 2,100 bytes`() async throws {
        let requests = try await requests { $0.persistsQueries = true }
        #expect(requests.count == 1)
        #expect(requests[0].body.count <= 2_100)
    }

    @Test func `with the list strategy it is one field and at most 1,500 bytes`() async throws {
        let requests = try await requests { $0.strategies["resource"] = .list("resources") }
        #expect(requests.count == 1)
        #expect(requests[0].body.count <= 1_500)
        struct Sent: Decodable { var query: String }
        let query = try JSONDecoder().decode(Sent.self, from: Data(requests[0].body)).query
        #expect(try GraphQLDocument(parsing: query).operations[0].selectionSet.selections.count == 1)
    }
}
