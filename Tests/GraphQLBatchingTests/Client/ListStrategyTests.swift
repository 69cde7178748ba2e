// SPDX-License-Identifier: Apache-2.0
//
// One field for many ids: every row finds whoever asked for it, and no one takes a failure for a missing row.

import GraphQLBatching
import HTTPTransport
import LoopbackServer
import Testing

@Suite("The list strategy", .timeLimit(.minutes(5)))
struct ListStrategyTests {
    private struct Item: Decodable, Equatable, Sendable {
        var id: String
        var n: Int?
    }

    private func client(
        _ respond: @escaping @Sendable (ScriptedTransport.Sent, Int) async throws -> HTTPResponse
    ) throws -> (GraphQLClient, ScriptedTransport) {
        let transport = ScriptedTransport(respond)
        var configuration = GraphQLClientConfiguration()
        configuration.strategies["item"] = .list("items", ids: "ids")
        let endpoint = try HTTPURL("http://127.0.0.1:9/")
        return (GraphQLClient(endpoint: endpoint, transport: transport, configuration: configuration), transport)
    }

    private func item(_ id: String, selecting text: String = "id n") throws -> GraphQLField {
        GraphQLField("item", arguments: ["id": .id(id)], selecting: try GraphQLSelectionSet(on: "Item", parsing: text))
    }

    @Test(arguments: [
        ("in order", #"[{"id":"1","n":1},{"id":"2","n":2},{"id":"3","n":3}]"#, [1, 2, 3]),
        ("reordered", #"[{"id":"3","n":3},{"id":"1","n":1},{"id":"2","n":2}]"#, [1, 2, 3]),
        ("duplicated", #"[{"id":"2","n":2},{"id":"2","n":9},{"id":"1","n":1},{"id":"3","n":3}]"#, [1, 2, 3]),
        ("missing", #"[{"id":"3","n":3},{"id":"1","n":1}]"#, [1, nil, 3]),
        ("null for what is missing", #"[{"id":"1","n":1},null,{"id":"3","n":3}]"#, [1, nil, 3]),
        ("keys as numbers", #"[{"id":3,"n":3},{"id":1,"n":1},{"id":2,"n":2}]"#, [1, 2, 3]),
        ("no rows", "[]", [nil, nil, nil]),
        ("null", "null", [nil, nil, nil]),
    ])
    func `rows find their callers by their key`(name: String, rows: String, values: [Int?]) async throws {
        struct N: Decodable, Sendable { var n: Int }
        let (client, transport) = try client { _, _ in try .json("{\"data\":{\"a0\":\(rows)}}") }
        let results = await client.together(try ["1", "2", "3"].map { try item($0) }, as: N?.self)
        #expect(try results.map { try $0.get().value?.n } == values, "\(name)")
        let document = try GraphQLDocument(parsing: try #require(transport.queries.first))
        #expect(document.operations[0].selectionSet.selections.count == 1)
        #expect(document.operations[0].variables.map(\.type) == ["[ID!]!"])
        #expect(transport.all[0].text.contains(#"["1","2","3"]"#))
    }

    @Test func `the error of a row is its owner's, its path as the owner made the field`() async throws {
        let (client, _) = try client { _, _ in
            try .json(
                #"{"data":{"a0":[{"id":"1","n":null},null]},"errors":[{"message":"x","path":["a0",0,"n"]},{"message":"y","path":["a0",1]}]}"#
            )
        }
        let results = await client.together(try ["1", "2"].map { try item($0) }, as: Item?.self)
        #expect(try results[0].get().errors.map(\.path) == [[.key("item"), .key("n")]])
        #expect(results[1].clientError?.code == .fieldFailed)
        #expect(results[1].clientError?.errors.map(\.path) == [[.key("item")]])
    }

    @Test func `an error of a row that nobody can name is not taken for a missing row`() async throws {
        let (client, _) = try client { _, _ in
            try .json(#"{"data":{"a0":[null,{"id":"1","n":1}]},"errors":[{"message":"y","path":["a0",0]}]}"#)
        }
        let results = await client.together(try ["1", "2", "3"].map { try item($0) }, as: Item?.self)
        #expect(try results[0].get().value == Item(id: "1", n: 1))
        #expect(results[1].clientError?.code == .fieldFailed)
        #expect(results[2].clientError?.errors.map(\.message) == ["y"])
    }

    @Test func `rows that nobody asked for where others are missing are an error, not nil`() async throws {
        let (client, _) = try client { _, _ in try .json(#"{"data":{"a0":[{"id":"ABC","n":1}]}}"#) }
        let error = await #expect(throws: GraphQLClientError.self) {
            try await client.query(try item("abc"), as: Item?.self)
        }
        #expect(error?.code == .invalidResponse)
        #expect(error?.message.contains("ABC") == true)
    }

    @Test(arguments: [#"{"x":1}"#, "7", #"[7]"#])
    func `a value that is no list of objects is an invalid response`(value: String) async throws {
        let (client, _) = try client { _, _ in try .json("{\"data\":{\"a0\":\(value)}}") }
        let error = await #expect(throws: GraphQLClientError.self) {
            try await client.query(try item("1"), as: Item?.self)
        }
        #expect(error?.code == .invalidResponse)
    }

    @Test func `a key that the caller does not select is selected for it`() async throws {
        let (client, transport) = try client { _, _ in
            try .json(#"{"data":{"a0":[{"n":2,"batchKey":"2"},{"n":1,"batchKey":"1"}]}}"#)
        }
        struct N: Decodable, Sendable { var n: Int }
        let results = await client.together(try ["1", "2"].map { try item($0, selecting: "n") }, as: N?.self)
        #expect(try results.map { try $0.get().value?.n } == [1, 2])
        #expect(transport.queries[0].contains("batchKey:id"))
    }

    @Test func `a key is found under the alias that the caller gave it`() async throws {
        let (client, transport) = try client { _, _ in try .json(#"{"data":{"a0":[{"key":"1","id":"one"}]}}"#) }
        let value = try await client.query(try item("1", selecting: "key: id id: name"), as: Item?.self)
        #expect(value?.id == "one")
        #expect(!transport.queries[0].contains("batchKey"))
    }

    @Test func `fields that differ in another argument do not share a list`() async throws {
        let (client, transport) = try client { _, _ in try .json(#"{"data":{"a0":[]}}"#) }
        let fields = try ["de", "en", "de"].enumerated().map { index, language in
            var field = try item("\(index)")
            field.arguments["language"] = .string(language)
            return field
        }
        _ = await client.together(fields, as: Item?.self)
        #expect(transport.all.count == 2)
        #expect(transport.queries.allSatisfy { $0.contains("language:") })
    }

    @Test func `a field without the id goes by alias`() async throws {
        let (client, transport) = try client { _, _ in try .json(#"{"data":{"a0":{"id":"1","n":1}}}"#) }
        let field = GraphQLField("item", arguments: ["slug": .string("one")]) {
            "id"; "n"
        }
        #expect(try await client.query(field, as: Item?.self) == Item(id: "1", n: 1))
        #expect(transport.queries[0].contains("a0:item(slug:"))
    }

    @Test func `an id that fails the whole list costs itself alone`() async throws {
        let service = DemoGraphQLService(resources: 10)
        var configuration = GraphQLClientConfiguration()
        configuration.strategies["resource"] = .list("resources")
        try await withLoopback(configuration: configuration, handler: service.respond) { client, server in
            let fields = try ["1", "fail", "missing", "abort", "5", "6", "7", "8"].map { try GraphQLField.resource($0) }
            struct Resource: Decodable, Sendable { var id: String }
            let results = await client.together(fields, as: Resource?.self)
            let ids = results.map { try? $0.get().value?.id }
            #expect(ids == ["1", nil, nil, nil, "5", "6", "7", "8"])
            #expect(results[1].clientError?.errors.map(\.path) == [[.key("resource")]])
            #expect(results[2].clientError == nil, "what is missing is nil and no error")
            #expect(results[3].clientError?.code == .fieldFailed)
            #expect(server.statistics.requests <= 7)
        }
    }

    @Test func `lists are as long as allowed`() async throws {
        let transport = ScriptedTransport { _, _ in try .json(#"{"data":{"a0":[]}}"#) }
        var configuration = GraphQLClientConfiguration()
        configuration.strategies["item"] = .list("items")
        configuration.budget = try GraphQLBudget(aliases: 2, listLength: 10)
        let endpoint = try HTTPURL("http://127.0.0.1:9/")
        let client = GraphQLClient(endpoint: endpoint, transport: transport, configuration: configuration)
        _ = await client.together(try (0..<25).map { try item("\($0)") }, as: Item?.self)
        #expect(transport.all.count == 3)
    }
}
