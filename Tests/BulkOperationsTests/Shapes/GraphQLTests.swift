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

    /// The requests as they came.
    private let bodies = Locked<[String]>([])

    private func withServer(
        _ test: (GraphQLEndpoint, CurlHTTPTransport, LoopbackHTTPServer) async throws -> Void
    ) async throws {
        let service = DemoGraphQLService(resources: 100)
        let server = try LoopbackHTTPServer { [bodies] request in
            bodies.withLock { $0.append(String(decoding: request.body, as: UTF8.self)) }
            return service.respond(to: request)
        }
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

    @Test func `one bad value fails alone, and the others of its document are done in their order`() async throws {
        try await withServer { endpoint, transport, server in
            let creation = BulkMutation<String, Resource>(at: endpoint, over: transport) { item in
                let kind = item.input.hasSuffix("7") ? "PAINTING" : "IMAGE"
                let input: GraphQLValue = ["name": .string(item.input), "type": .enumCase(try GraphQLName(kind))]
                return GraphQLField("createResource", arguments: ["input": .value(input, type: "CreateResourceInput!")])
                {
                    "id"; "name"
                }
            }
            let names = (0..<32).map { "new \($0)" }
            let result = try await BulkRunner(creation, options: .test(chunk: 32)).run(names)
            #expect(result.failures.map(\.index) == [7, 17, 27])
            #expect(
                result.failures.map { ($0.error as? GraphQLClientError)?.code }
                    == .init(repeating: .requestRejected, count: 3)
            )
            #expect(result.successes.map(\.output.name) == result.successes.map { names[$0.index] })
            #expect(result.successes.map { Int($0.output.id) ?? 0 } == Array(101...129))
            #expect(server.statistics.requests <= 1 + 3 * 2 * 5)
        }
    }

    @Test func `a document that may have run before it was refused is not sent again`() async throws {
        let transport = FailingCommit()
        let creation = BulkMutation<Int, Resource>(
            at: GraphQLEndpoint(try HTTPURL("http://test/graphql")),
            over: transport
        ) { item in
            GraphQLField("createResource", arguments: ["name": .string("\(item.input)")]) { "id" }
        }
        let result = try await BulkRunner(creation, options: .test(chunk: 10)).run(0..<10)
        #expect(result.successes.isEmpty)
        #expect(transport.requests.value == 1)
    }

    @Test func `a field that the server does not have costs a few requests a chunk, and not some an item`() async throws
    {
        try await withServer { endpoint, transport, server in
            let creation = BulkMutation<Int, Resource>(at: endpoint, over: transport) { item in
                GraphQLField("makeResource", arguments: ["name": .string("\(item.input)")]) { "id" }
            }
            let result = try await BulkRunner(creation, options: .test(chunk: 100)).run(0..<100)
            #expect(result.failures.count == 100)
            #expect(server.statistics.requests <= 30)
        }
    }

    @Test func `updates and deletions fail one by one where the server lets them`() async throws {
        try await withServer { endpoint, transport, _ in
            let update = BulkMutation<String, Resource?>(at: endpoint, over: transport) { item in
                GraphQLField(
                    "updateResource",
                    arguments: ["id": .id(item.input), "input": .value(["name": "x"], type: "UpdateResourceInput!")]
                ) {
                    "id"; "name"
                }
            }
            let result = try await BulkRunner(update, options: .test()).run(["1", "fail", "missing", "2"])
            #expect(result.outputs.map { $0??.name } == ["x", nil, nil, "x"])
            #expect(result.failures.map(\.index) == [1])
            let deletion = BulkMutation<String, Bool>(at: endpoint, over: transport) { item in
                GraphQLField("deleteResource", arguments: ["id": .id(item.input)])
            }
            #expect(
                try await BulkRunner(deletion, options: .test()).run(["1", "none", "2"]).get() == [true, false, true]
            )
        }
    }

    @Test func `aliases share a fragment`() async throws {
        try await withServer { endpoint, transport, _ in
            let selection = try GraphQLSelectionSet(on: "Resource", parsing: "id name type status metadata createdAt")
            let reading = BulkQuery<Int, Resource?>(at: endpoint, over: transport) { item in
                GraphQLField("resource", arguments: ["id": .id("\(item.input)")], selecting: selection)
            }
            _ = try await BulkRunner(reading, options: .test(chunk: 50)).run(1...50).get()
            let body = try #require(bodies.value.first)
            #expect(bodies.value.count == 1)
            #expect(body.ranges(of: "fragment ").count == 1)
            #expect(body.ranges(of: "...").count == 50)
        }
    }

    @Test func `a list of at most 100 ids is read at once, in the order of the ids, with nil for what is missing`()
        async throws
    {
        try await withServer { endpoint, transport, server in
            var configuration = GraphQLClientConfiguration()
            configuration.strategies["resource"] = .list("resources")
            let reading = BulkQuery<Int, Resource?>(at: endpoint, over: transport, configuration: configuration) {
                item in
                GraphQLField("resource", arguments: ["id": .id("\(item.input)")]) {
                    "id"; "name"
                }
            }
            let ids = Array((1...250).reversed())
            let found = try await BulkRunner(reading, options: .test(chunk: 100)).run(ids).get()
            #expect(found.map { $0?.id } == ids.map { $0 <= 100 ? "\($0)" : nil })
            #expect(server.statistics.requests == 3)
            #expect(bodies.value.allSatisfy { $0.contains("resources(ids:") })
        }
    }

    @Test func `a run does not begin when the health check fails`() async throws {
        try await withServer { endpoint, transport, server in
            let health = HTTPRequest(method: .get, url: try HTTPURL(server.url + "/health"))
            var creation = BulkMutation<String, Resource>(at: endpoint, over: transport, field: Self.creation)
            creation.healthCheck = health
            let creating = await #expect(throws: BulkError.self) { try await BulkRunner(creation).run(["a"]) }
            #expect(creating?.message.contains("health check") == true)
            var reading = BulkQuery<String, Resource>(at: endpoint, over: transport, field: Self.creation)
            reading.healthCheck = health
            await #expect(throws: BulkError.self) { try await BulkRunner(reading).run(["1"]) }
            #expect(server.statistics.requests == 2)
        }
    }

    @Test(arguments: [502, 503, 504])
    func `what is read is read again when the server is not well, and what is written is unknown where it may be`(
        status: Int
    ) async throws {
        let requests = Locked(0)
        let service = DemoGraphQLService(resources: 10)
        let server = try LoopbackHTTPServer { request in
            let isFirst = requests.withLock { count in
                count += 1
                return count == 1
            }
            return isFirst ? LoopbackReply(status: status) : service.respond(to: request)
        }
        defer { server.stop() }
        let transport = try CurlHTTPTransport()
        let endpoint = GraphQLEndpoint(try HTTPURL(server.url + DemoGraphQLService.path))
        let reading = BulkQuery<String, Resource>(at: endpoint, over: transport) { item in
            GraphQLField("resource", arguments: ["id": .id(item.input)]) {
                "id"; "name"
            }
        }
        #expect(try await BulkRunner(reading, options: .test()).run(["1", "2"]).get().map(\.id) == ["1", "2"])
        requests.withLock { $0 = 0 }
        let creation = BulkMutation<String, Resource>(at: endpoint, over: transport, field: Self.creation)
        let result = try await BulkRunner(creation, options: .test()).run(["a", "b"])
        #expect(result.unknown.map(\.index) == [0, 1])
        #expect(requests.value == 1)
        await transport.shutdown(drainingFor: .zero)
    }

    @Test func `an error of the client that a closure hands on is taken for what it says`() async throws {
        try await withServer { endpoint, transport, _ in
            let client = GraphQLClient(endpoint: endpoint, transport: transport)
            let operation = BulkClosure<String, Resource?> { chunk in
                let id = GraphQLArgument.id(chunk.inputs[0])
                let field = GraphQLField("resource", arguments: ["id": id]) {
                    "id"; "name"
                }
                return [.success(try await client.query(field, as: Resource?.self))]
            }
            let result = try await BulkRunner(operation, options: .test(chunk: 1)).run(["1", "fail", "2"])
            #expect(result.failures.map(\.index) == [1])
            #expect((result.failures.first?.error as? GraphQLClientError)?.code == .fieldFailed)
        }
    }
}

/// A server that fails when all of a request has run, and says no more than that.
private struct FailingCommit: HTTPClientTransport {
    let requests = Locked(0)

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        requests.withLock { $0 += 1 }
        return HTTPResponse(status: 200, body: Array(#"{"data":null,"errors":[{"message":"commit failed"}]}"#.utf8))
    }
}
