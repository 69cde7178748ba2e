// SPDX-License-Identifier: Apache-2.0
//
// Each row of the outcome table over a real socket, for queries and for mutations: what a server may answer, and what
// each of two callers is told.

import GraphQLBatching
import LoopbackServer
import Synchronization
import Testing

/// What a caller is told.
private enum Told: Equatable, Sendable {
    case value(Int?)
    case partial
    case failed(GraphQLClientError.Code)
}

/// A row: the answer to the first request of two fields, and what becomes of each. Further requests are answered with
/// the values that their single field is to have.
private struct Row: CustomTestStringConvertible, Sendable {
    var name: String
    var body: String
    var status = 200
    var type = "application/graphql-response+json"
    var query: [Told]
    var mutation: [Told]
    /// The requests that the query takes. A mutation takes one.
    var requests = 1

    var testDescription: String { name }

    static let all: [Row] = [
        Row(
            name: "values without errors",
            body: #"{"data":{"a0":1,"a1":2}}"#,
            query: [.value(1), .value(2)],
            mutation: [.value(1), .value(2)]
        ),
        Row(
            name: "a value with errors inside",
            body: #"{"data":{"a0":1,"a1":2},"errors":[{"message":"no","path":["a0","x"]}]}"#,
            query: [.partial, .value(2)],
            mutation: [.partial, .value(2)]
        ),
        Row(
            name: "null with an error",
            body: #"{"data":{"a0":null,"a1":2},"errors":[{"message":"no","path":["a0"]}]}"#,
            query: [.failed(.fieldFailed), .value(2)],
            mutation: [.failed(.fieldFailed), .value(2)]
        ),
        Row(
            name: "null without an error",
            body: #"{"data":{"a0":null,"a1":2}}"#,
            query: [.value(nil), .value(2)],
            mutation: [.value(nil), .value(2)]
        ),
        Row(
            name: "a missing key",
            body: #"{"data":{"a1":2}}"#,
            query: [.failed(.invalidResponse), .value(2)],
            mutation: [.failed(.outcomeUnknown), .value(2)]
        ),
        Row(
            name: "null data and an error with a path",
            body: #"{"data":null,"errors":[{"message":"no","path":["a0","id"]}]}"#,
            query: [.failed(.fieldFailed), .value(7)],
            mutation: [.failed(.fieldFailed), .failed(.outcomeUnknown)],
            requests: 2
        ),
        Row(
            name: "no data",
            body: #"{"errors":[{"message":"no"}]}"#,
            status: 400,
            query: [.value(7), .value(7)],
            mutation: [.failed(.requestRejected), .failed(.requestRejected)],
            requests: 3
        ),
        Row(
            name: "null data and no error with a path",
            body: #"{"data":null,"errors":[{"message":"no"}]}"#,
            query: [.value(7), .value(7)],
            mutation: [.failed(.requestRejected), .failed(.requestRejected)],
            requests: 3
        ),
        Row(
            name: "an error without a path beside values",
            body: #"{"data":{"a0":1,"a1":2},"errors":[{"message":"no"}]}"#,
            query: [.value(1), .value(2)],
            mutation: [.value(1), .value(2)]
        ),
        Row(
            name: "a bad status and no GraphQL",
            body: "<html>",
            status: 404,
            type: "text/html",
            query: [.failed(.httpError), .failed(.httpError)],
            mutation: [.failed(.httpError), .failed(.httpError)]
        ),
        Row(
            name: "a server that broke down",
            body: "oops",
            status: 502,
            type: "text/plain",
            query: [.failed(.httpError), .failed(.httpError)],
            mutation: [.failed(.outcomeUnknown), .failed(.outcomeUnknown)]
        ),
        Row(
            name: "something else than GraphQL",
            body: "[1",
            query: [.failed(.invalidResponse), .failed(.invalidResponse)],
            mutation: [.failed(.outcomeUnknown), .failed(.outcomeUnknown)]
        ),
        Row(
            name: "a caller who is not known, at the status of a success",
            body: #"{"errors":[{"message":"who?","extensions":{"code":"UNAUTHENTICATED"}}]}"#,
            type: "application/json",
            query: [.failed(.requestRejected), .failed(.requestRejected)],
            mutation: [.failed(.requestRejected), .failed(.requestRejected)]
        ),
    ]
}

@Suite("The table of outcomes, over sockets", .timeLimit(.minutes(5)))
struct OutcomeTableTests {
    @Test(arguments: Row.all, [GraphQLOperation.Kind.query, .mutation])
    private func `each caller is told what became of its own field`(
        row: Row,
        kind: GraphQLOperation.Kind
    ) async throws {
        let count = Mutex(0)
        let answer: @Sendable (LoopbackRequest) -> LoopbackReply = { _ in
            let number = count.withLock { count in
                count += 1
                return count
            }
            let body = number == 1 ? row.body : #"{"data":{"a0":7}}"#
            return LoopbackReply(
                status: number == 1 ? row.status : 200,
                headers: [("Content-Type", row.type)],
                body: Array(body.utf8)
            )
        }
        try await withLoopback(handler: answer) { client, server in
            let fields = (0..<2).map { GraphQLField("n", arguments: ["i": .int($0)]) }
            let results = await client.together(fields, kind, as: Int?.self)
            #expect(results.map(told) == (kind == .query ? row.query : row.mutation))
            #expect(server.statistics.requests == (kind == .query ? row.requests : 1))
        }
    }

    private func told(_ result: Result<GraphQLResult<Int?>, any Error>) -> Told {
        switch result {
        case .success(let result): result.errors.isEmpty ? .value(result.value) : .partial
        case .failure(let error): .failed((error as? GraphQLClientError)?.code ?? .invalidOption)
        }
    }
}

@Suite("Outcomes of the demo's service, over sockets", .timeLimit(.minutes(5)))
struct DemoOutcomeTests {
    private struct Resource: Decodable, Sendable {
        struct Metadata: Decodable, Sendable { var size: Int }

        var id: String
        var metadata: Metadata?
    }

    @Test func `success, nil, failure, partial and a null that spread, in one document`() async throws {
        let service = DemoGraphQLService(resources: 10)
        try await withLoopback(handler: service.respond) { client, server in
            let fields = try ["1", "missing", "fail", "partial", "broken"].map { try GraphQLField.resource($0) }
            let results = await client.together(fields, as: Resource?.self)
            #expect(server.statistics.requests == 1)
            #expect(try results[0].get().value?.metadata?.size == 1024)
            #expect(try results[1].get().value == nil)
            #expect(results[2].clientError?.code == .fieldFailed)
            #expect(results[2].clientError?.errors.map(\.path) == [[.key("resource")]])
            let partial = try results[3].get()
            #expect(partial.value?.id == "partial")
            #expect(partial.errors.map(\.path) == [[.key("resource"), .key("metadata")]])
            #expect(results[4].clientError?.errors.map(\.path) == [[.key("resource"), .key("related")]])
        }
    }

    @Test func `a mutation that must not be null takes the others' results with it, and says so`() async throws {
        let service = DemoGraphQLService(resources: 3)
        try await withLoopback(handler: service.respond) { client, server in
            let selection = try GraphQLSelectionSet(on: "Resource", parsing: "id")
            let fields = ["new", "", "never"].map { name in
                let input: GraphQLValue = ["name": .string(name), "type": .enumCase("IMAGE")]
                return GraphQLField(
                    "createResource",
                    arguments: ["input": .value(input, type: "CreateResourceInput!")],
                    selecting: selection
                )
            }
            let results = await client.together(fields, .mutation, as: Resource.self)
            #expect(results.map { $0.clientError?.code } == [.outcomeUnknown, .fieldFailed, .outcomeUnknown])
            #expect((results[0].clientError?.underlying as? GraphQLServerError)?.path == [.key("createResource")])
            #expect(server.statistics.requests == 1)
            // The first did run: what is unknown must not be taken for undone.
            let created = try await client.query(try GraphQLField.resource("4"), as: Resource?.self)
            #expect(created?.id == "4")
        }
    }

    @Test func `a value that its type does not allow costs its own caller alone`() async throws {
        let service = DemoGraphQLService(resources: 3)
        try await withLoopback(handler: service.respond) { client, _ in
            let selection = try GraphQLSelectionSet(on: "Resource", parsing: "id")
            let ids: [GraphQLValue] = ["1", ["not": "an id"], "2"]
            let fields = ids.map {
                GraphQLField("resource", arguments: ["id": .value($0, type: "ID!")], selecting: selection)
            }
            let results = await client.together(fields, as: Resource?.self)
            #expect(try results[0].get().value?.id == "1")
            #expect(results[1].clientError?.code == .requestRejected)
            #expect(try results[2].get().value?.id == "2")
        }
    }
}
