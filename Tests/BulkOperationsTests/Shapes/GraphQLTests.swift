// SPDX-License-Identifier: Apache-2.0
//
// Aliased mutations and queries on real sockets.

import BulkOperations
import CurlTransport
import GraphQLBatching
import HTTPTransport
import LoopbackServer
import Testing

@Suite("Bulk: GraphQL", .timeLimit(.minutes(2)))
struct GraphQLTests {
    private struct Resource: Decodable, Equatable, Sendable {
        var id: String
        var name: String
    }

    private func withServer(
        _ test: (GraphQLEndpoint, CurlHTTPTransport, LoopbackHTTPServer) async throws -> Void
    ) async throws {
        let service = DemoGraphQLService(resources: 100)
        let server = try LoopbackHTTPServer(handler: service.respond)
        defer { server.stop() }
        let transport = try CurlHTTPTransport()
        try await test(GraphQLEndpoint(try HTTPURL(server.url + DemoGraphQLService.path)), transport, server)
        await transport.shutdown(drainingFor: .zero)
    }

    private static let creation: BulkMutation<String, Resource>.Field = { item in
        GraphQLField(
            "createResource",
            arguments: [
                "input": .value(
                    ["name": .string(item.input), "type": .enumCase("IMAGE")],
                    type: "CreateResourceInput!"
                )
            ]
        ) {
            "id"; "name"
        }
    }

    @Test func `mutations travel as aliases within the budget`() async throws {
        try await withServer { endpoint, transport, server in
            let creation = BulkMutation<String, Resource>(at: endpoint, over: transport, field: Self.creation)
            let names = (0..<100).map { "new \($0)" }
            let result = try await BulkRunner(creation, options: .test(chunk: 100)).run(names)
            #expect(result.failures.map { "\($0.error)" } == [])
            #expect(result.unknown.map { "\($0.error)" } == [])
            #expect(result.outputs.map { $0?.name } == names)
            #expect(server.statistics.requests == 2)
        }
    }

    @Test func `getMany yields nil for what there is not, in the order of the ids`() async throws {
        try await withServer { endpoint, transport, server in
            let reading = BulkQuery<String, Resource?>(at: endpoint, over: transport) { item in
                GraphQLField("resource", arguments: ["id": .id(item.input)]) {
                    "id"; "name"
                }
            }
            let ids = (0..<60).map { $0 == 30 ? "none" : "\(60 - $0)" }
            let result = try await BulkRunner(reading, options: .test(chunk: 50)).run(ids).get()
            #expect(result.count == 60)
            #expect(result[30] == nil)
            #expect(server.statistics.requests == 2)
        }
    }
}
