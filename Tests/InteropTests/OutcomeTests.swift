// SPDX-License-Identifier: Apache-2.0
//
// The outcomes that Strawberry produces, each told to the caller that it concerns.

import DataLoading
import GraphQLBatching
import HTTPTransport
import Testing

@Suite(.enabled(if: Interop.endpoint != nil, "Scripts/interop starts the server"), .timeLimit(.minutes(1)))
struct OutcomeTests {
    private struct Resource: Decodable, Sendable {
        var id: String
        var name: String?
    }

    private typealias Outcome = Result<GraphQLResult<Resource?>, any Error>

    /// Asks for fields in one tick and returns what each caller was told, in their order.
    private func together(
        _ fields: [GraphQLField],
        _ kind: GraphQLOperation.Kind = .query,
        from client: GraphQLClient
    ) async -> [Outcome] {
        await withBatching {
            await withTaskGroup(of: (Int, Outcome).self) { group in
                for (index, field) in fields.enumerated() {
                    group.addTask {
                        do {
                            let result =
                                kind == .query
                                ? try await client.queryResult(field, as: Resource?.self)
                                : try await client.mutateResult(field, as: Resource?.self)
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

    private func error(_ outcome: Outcome) -> GraphQLClientError? {
        if case .failure(let error) = outcome { error as? GraphQLClientError } else { nil }
    }

    private func resource(_ id: GraphQLValue, selecting text: String = "id name metadata") throws -> GraphQLField {
        GraphQLField(
            "resource",
            arguments: ["id": .value(id, type: "ID!")],
            selecting: try GraphQLSelectionSet(on: "Resource", parsing: text)
        )
    }

    private func creation(_ name: String) throws -> GraphQLField {
        let input: GraphQLValue = ["name": .string(name), "type": .enumCase("IMAGE")]
        return GraphQLField(
            "createResource",
            arguments: ["input": .value(input, type: "CreateResourceInput!")],
            selecting: try GraphQLSelectionSet(on: "Resource", parsing: "id name")
        )
    }

    private func update(_ id: String, name: String) throws -> GraphQLField {
        GraphQLField(
            "updateResource",
            arguments: ["id": .id(id), "input": .value(["name": .string(name)], type: "UpdateResourceInput!")],
            selecting: try GraphQLSelectionSet(on: "Resource", parsing: "id name")
        )
    }

    @Test
    func `Success, nil, failure, partial and a null that spread come in one response`() async throws {
        try await Interop.withClient { client, transport in
            let ids = ["1", "missing", "fail", "partial", "broken"]
            let fields = try ids.map { try resource(.string($0), selecting: "id name metadata related { id }") }
            let outcomes = await together(fields, from: client)
            #expect(transport.requests == 1)
            #expect(try outcomes[0].get().value?.id == "1")
            #expect(try outcomes[1].get().value == nil)
            #expect(error(outcomes[2])?.errors.map(\.path) == [[.key("resource")]])
            #expect(try outcomes[3].get().errors.map(\.path) == [[.key("resource"), .key("metadata")]])
            #expect(error(outcomes[4])?.errors.map(\.path) == [[.key("resource"), .key("related")]])
        }
    }

    @Test
    func `A mutation that may be null fails alone`() async throws {
        try await Interop.withClient { client, transport in
            let fields = [
                try update("7", name: "seven"), try update("fail", name: "x"), try update("missing", name: "y"),
            ]
            let outcomes = await together(fields, .mutation, from: client)
            #expect(try outcomes[0].get().value?.name == "seven")
            #expect(error(outcomes[1])?.code == .fieldFailed)
            #expect(try outcomes[2].get().value == nil)
            #expect(transport.requests == 1)
        }
    }

    @Test
    func `A mutation that must not be null leaves its siblings' outcomes unknown, and the first did run`() async throws
    {
        try await Interop.withClient { client, transport in
            let name = "kept although its result was lost"
            let fields = [try update("8", name: name), try creation(""), try update("9", name: "never")]
            let outcomes = await together(fields, .mutation, from: client)
            #expect(outcomes.map { error($0)?.code } == [.outcomeUnknown, .fieldFailed, .outcomeUnknown])
            #expect(transport.requests == 1)
            #expect(try await client.query(try resource("8"), as: Resource?.self)?.name == name)
            #expect(try await client.query(try resource("9"), as: Resource?.self)?.name == "Resource 9")
        }
    }

    @Test
    func `One bad value refuses the document, and costs itself alone`() async throws {
        try await Interop.withClient { client, transport in
            let outcomes = await together(try ["1", ["no": "id"], "3"].map { try resource($0) }, from: client)
            #expect(try outcomes[0].get().value?.id == "1")
            #expect(error(outcomes[1])?.code == .requestRejected)
            #expect(try outcomes[2].get().value?.id == "3")
            #expect(transport.requests <= 5)
        }
    }

    @Test
    func `Mutations of which one has a bad value did not run, none of them`() async throws {
        try await Interop.withClient { client, transport in
            var bad = try update("11", name: "x")
            bad.arguments["input"] = .value(["name": 7], type: "UpdateResourceInput!")
            let outcomes = await together([try update("10", name: "never"), bad], .mutation, from: client)
            #expect(outcomes.map { error($0)?.code } == [.requestRejected, .requestRejected])
            #expect(transport.requests == 1)
            #expect(try await client.query(try resource("10"), as: Resource?.self)?.name == "Resource 10")
        }
    }

    @Test
    func `A list field answers for each id: rows, missing ones, errors of a row and of the whole list`() async throws {
        var configuration = GraphQLClientConfiguration()
        configuration.strategies["resource"] = .list("resources")
        try await Interop.withClient(configuration: configuration) { client, _ in
            let ids = ["20", "missing", "fail", "abort", "21", "partial"]
            let outcomes = await together(try ids.map { try resource(.string($0)) }, from: client)
            #expect(try outcomes[0].get().value?.id == "20")
            #expect(try outcomes[1].get().value == nil)
            #expect(error(outcomes[2])?.errors.map(\.path) == [[.key("resource")]])
            #expect(error(outcomes[3])?.code == .fieldFailed)
            #expect(try outcomes[4].get().value?.id == "21")
            #expect(try outcomes[5].get().errors.map(\.path) == [[.key("resource"), .key("metadata")]])
        }
    }

    @Test
    func `An array of requests has a response for each`() async throws {
        var configuration = GraphQLClientConfiguration()
        configuration.strategy = .array
        try await Interop.withClient(configuration: configuration) { client, transport in
            let ids: [GraphQLValue] = ["1", "fail", ["no": "id"], "4"]
            let outcomes = await together(try ids.map { try resource($0) }, from: client)
            #expect(try outcomes[0].get().value?.id == "1")
            #expect(error(outcomes[1])?.code == .fieldFailed)
            #expect(error(outcomes[2])?.code == .requestRejected)
            #expect(try outcomes[3].get().value?.id == "4")
            #expect(transport.requests == 1)
        }
    }

    @Test
    func `A query goes by GET`() async throws {
        var configuration = GraphQLClientConfiguration()
        configuration.maxQueryURLLength = 2_000
        try await Interop.withClient(configuration: configuration) { client, _ in
            let outcomes = await together(try ["1", "a b&c=d#ü"].map { try resource($0) }, from: client)
            #expect(try outcomes.map { try $0.get().value?.id } == ["1", nil])
        }
    }

    @Test(arguments: ["limited", "brief"])
    func `A limit of the server is learnt from its refusal`(path: String) async throws {
        let endpoint = try Interop.endpoint(at: path)
        let fields = try (100..<140).map { try resource(.string("\($0)")) }
        var counts: [Int] = []
        for _ in 0..<2 {
            try await Interop.withClient(at: endpoint) { client, transport in
                let outcomes = await together(fields, from: client)
                let ids = try outcomes.map { try $0.get().value?.id }
                #expect(ids == (100..<140).map { "\($0)" })
                counts.append(transport.requests)
            }
        }
        #expect(counts[1] < counts[0])
        #expect(path == "limited" ? endpoint.limits.aliases == 15 : (400...500).contains(endpoint.limits.tokens ?? 0))
    }
}
