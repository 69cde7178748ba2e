// SPDX-License-Identifier: Apache-2.0
//
// Aliases, arrays, sets of variables: what is sent, and whose each result is.

import Foundation
import GraphQLBatching
import HTTPTransport
import Testing

@Suite("Strategies", .timeLimit(.minutes(5)))
struct StrategyTests {
    private func client(
        _ strategy: GraphQLStrategy,
        _ respond: @escaping @Sendable (HTTPRequest, Int) async throws -> HTTPResponse
    ) throws -> (GraphQLClient, ScriptedTransport) {
        let transport = ScriptedTransport.answering(respond)
        var configuration = GraphQLClientConfiguration()
        configuration.strategy = strategy
        let endpoint = try HTTPURL("http://127.0.0.1:9/")
        return (GraphQLClient(endpoint: endpoint, transport: transport, configuration: configuration), transport)
    }

    private func field(_ name: GraphQLName, _ id: Int) -> GraphQLField {
        GraphQLField(name, arguments: ["id": .id("\(id)")], selecting: GraphQLSelectionSet(on: "Item") { "id" })
    }

    @Test func `a shape has a document of its own`() async throws {
        let (client, transport) = try client(.aliases) { _, _ in try .json(#"{"data":{"a0":1,"a1":2}}"#) }
        let fields = ["user", "team", "user", "team"].enumerated().map { field($1 == "user" ? "user" : "team", $0) }
        let results = await client.together(fields, as: Int.self)
        #expect(try results.map { try $0.get().value } == [1, 1, 2, 2])
        #expect(transport.queries.count == 2)
        #expect(transport.queries.allSatisfy { $0.contains("user") != $0.contains("team") })
    }

    @Test func `fields that differ in values have one text, whatever the values are`() async throws {
        let (client, transport) = try client(.aliases) { _, _ in try .json(#"{"data":{"a0":1,"a1":2}}"#) }
        for start in [0, 10, 20] {
            let results = await client.together([field("user", start), field("user", start + 1)], as: Int.self)
            #expect(try results.map { try $0.get().value } == [1, 2])
        }
        #expect(Set(transport.queries).count == 1)
        let values = try transport.all.map { try $0.variables.sorted { $0.key < $1.key }.map(\.value) }
        #expect(values == [["0", "1"], ["10", "11"], ["20", "21"]])
    }

    @Test func `values inside of a selection stay with their shape`() async throws {
        let (client, transport) = try client(.aliases) { _, _ in try .json(#"{"data":{"a0":1,"a1":2}}"#) }
        func page(_ id: Int, _ first: Int32) -> GraphQLField {
            GraphQLField(
                "user",
                arguments: ["id": .id("\(id)")],
                selecting: GraphQLSelectionSet(on: "User") {
                    GraphQLField("posts", arguments: ["first": .int(first)]) { "id" }
                }
            )
        }
        for _ in 0..<2 { _ = await client.together([page(1, 5), page(2, 5), page(3, 9), page(4, 9)], as: Int.self) }
        #expect(transport.all.count == 4)
        #expect(transport.all.filter { $0.text.contains(":5") && !$0.text.contains(":9") }.count == 2)
    }

    @Test func `mixed aliases put all shapes in one document`() async throws {
        let (client, transport) = try client(.mixedAliases) { _, _ in try .json(#"{"data":{"a0":1,"a1":2}}"#) }
        let results = await client.together([field("user", 1), field("team", 1)], as: Int.self)
        #expect(try results.map { try $0.get().value }.sorted() == [1, 2])
        #expect(transport.all.count == 1)
    }

    @Test func `a null where the type allows none is refused before it is sent`() async throws {
        let (client, transport) = try client(.aliases) { _, _ in try .json(#"{"data":{"a0":1}}"#) }
        _ = try await client.query(field("user", 1), as: Int.self)
        let null = GraphQLField("user", arguments: ["id": .value(.null, type: "ID!")]) { "id" }
        let error = await #expect(throws: GraphQLDocumentError.self) { try await client.query(null, as: Int.self) }
        #expect(error?.code == .invalidValue)
        #expect(transport.all.count == 1)
    }

    // MARK: Arrays

    @Test func `an array has a request for each field and a response for each request`() async throws {
        let (client, transport) = try client(.array) { _, _ in
            try .json(
                #" [{"data":{"a0":1}},{"data":{"a0":null},"errors":[{"message":"no","path":["a0"]}]},{"errors":[{"message":"bad"}]}]"#
            )
        }
        let results = await client.together((0..<3).map { field("user", $0) }, as: Int?.self)
        #expect(try results[0].get().value == 1)
        #expect(results[1].clientError?.errors.map(\.path) == [[.key("user")]])
        #expect(results[2].clientError?.code == .requestRejected)
        #expect(transport.all.count == 1)
        struct Sent: Decodable { var query: String; var variables: [String: String] }
        let sent = try JSONDecoder().decode([Sent].self, from: Data(transport.all[0].body))
        #expect(Set(sent.map(\.query)).count == 1)
        #expect(sent.flatMap(\.variables.values) == ["0", "1", "2"])
    }

    @Test(arguments: ["[]", #"[{"data":{"a0":1}}]"#, #"[{"data":{"a0":1}},{"data":{"a0":1}},{"data":{"a0":1}}]"#])
    func `an array of another length is nobody's, and the error has both counts`(body: String) async throws {
        let (client, transport) = try client(.array) { _, _ in try .json(body) }
        let results = await client.together([field("user", 1), field("user", 2)], as: Int?.self)
        #expect(results.map { $0.clientError?.code } == [.invalidResponse, .invalidResponse])
        #expect(results[0].clientError?.message.contains("for 2 requests") == true)
        #expect(transport.all.count == 1)
    }

    @Test func `one object where an array was asked for fails all`() async throws {
        let (client, transport) = try client(.array) { _, _ in
            try .json(#"{"errors":[{"message":"Batching is not supported."}]}"#, status: 400)
        }
        let results = await client.together((0..<8).map { field("user", $0) }, as: Int?.self)
        #expect(results.allSatisfy { $0.clientError?.code == .requestRejected })
        #expect(transport.all.count == 1)
    }

    @Test func `a single field is no array`() async throws {
        let (client, transport) = try client(.array) { _, _ in try .json(#"{"data":{"a0":1}}"#) }
        #expect(try await client.query(field("user", 1), as: Int.self) == 1)
        #expect(transport.all[0].text.hasPrefix("{"))
    }

    // MARK: Variables

    @Test(arguments: [
        #"[{"data":{"a0":0}},{"data":{"a0":1}},{"data":{"a0":2}}]"#,
        #"[{"variableIndex":2,"data":{"a0":2}},{"variableIndex":0,"data":{"a0":0}},{"variableIndex":1,"data":{"a0":1}}]"#,
        "{\"variableIndex\":1,\"data\":{\"a0\":1}}\n{\"variableIndex\":0,\"data\":{\"a0\":0}}\n{\"variableIndex\":2,\"data\":{\"a0\":2}}\n",
    ])
    func `one text goes with a set of variables for each field, and results come in any order`(
        body: String
    ) async throws {
        let (client, transport) = try client(.variables) { _, _ in try .json(body) }
        let results = await client.together((0..<3).map { field("user", $0) }, as: Int.self)
        #expect(try results.map { try $0.get().value } == [0, 1, 2])
        struct Sent: Decodable { var query: String; var variables: [[String: String]] }
        let sent = try JSONDecoder().decode(Sent.self, from: Data(transport.all[0].body))
        #expect(sent.variables.flatMap(\.values) == ["0", "1", "2"])
    }

    @Test(arguments: [
        #"[{"variableIndex":0,"data":{"a0":0}},{"variableIndex":0,"data":{"a0":0}}]"#,
        #"[{"variableIndex":7,"data":{"a0":0}},{"variableIndex":0,"data":{"a0":0}}]"#,
        #"[{"variableIndex":1,"data":{"a0":0}},{"data":{"a0":0}}]"#,
        #"{"variableIndex":0,"data":{"a0":0}}"#,
    ])
    func `results whose numbers do not fit are nobody's`(body: String) async throws {
        let (client, _) = try client(.variables) { _, _ in try .json(body) }
        let results = await client.together([field("user", 0), field("user", 1)], as: Int.self)
        #expect(results.map { $0.clientError?.code } == [.invalidResponse, .invalidResponse])
    }

    @Test(arguments: [GraphQLStrategy.array, .variables, .mixedAliases, .list("items")])
    func `mutations go as aliases of one document, whatever is declared`(strategy: GraphQLStrategy) async throws {
        let (client, transport) = try client(strategy) { _, _ in try .json(#"{"data":{"a0":1,"a1":2}}"#) }
        let results = await client.together([field("one", 1), field("two", 2)], .mutation, as: Int.self)
        #expect(try results.map { try $0.get().value } == [1, 2])
        #expect(transport.queries.count == 1)
        #expect(transport.queries[0].hasPrefix("mutation"))
    }
}
