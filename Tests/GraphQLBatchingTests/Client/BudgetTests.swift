// SPDX-License-Identifier: Apache-2.0
//
// How much goes into one request: as chosen, and as a server's refusals teach.

import GraphQLBatching
import HTTPTransport
import LoopbackServer
import Testing

@Suite("Budgets", .timeLimit(.minutes(5)))
struct BudgetTests {
    private static let url = "http://127.0.0.1:9/"

    /// A server that refuses what `refuse` says of a document's aliases and tokens and of the length of its body.
    private func transport(
        refuse: @escaping @Sendable (_ aliases: Int, _ bytes: Int) throws -> HTTPResponse? = { _, _ in nil }
    ) -> ScriptedTransport {
        ScriptedTransport.answering { request, _ in
            let aliases = try request.variables.count
            if let refusal = try refuse(aliases, request.body.count) { return refusal }
            let members = (0..<aliases).map { "\"a\($0)\":1" }
            return try .json("{\"data\":{\(members.joined(separator: ","))}}")
        }
    }

    private func client(
        _ budget: GraphQLBudget,
        _ transport: ScriptedTransport,
        endpoint: GraphQLEndpoint? = nil
    ) throws -> GraphQLClient {
        var configuration = GraphQLClientConfiguration()
        configuration.budget = budget
        let endpoint = try endpoint ?? GraphQLEndpoint(HTTPURL(Self.url))
        return GraphQLClient(endpoint: endpoint, transport: transport, configuration: configuration)
    }

    private func fields(_ count: Int, length: Int = 1) -> [GraphQLField] {
        (0..<count).map { index in
            let id = "\(index)" + String(repeating: "x", count: length)
            return GraphQLField("item", arguments: ["id": .id(id)], selecting: GraphQLSelectionSet(on: "Item") { "id" })
        }
    }

    private func aliases(_ transport: ScriptedTransport) throws -> [Int] {
        try transport.all.map { try $0.variables.count }
    }

    @Test(arguments: [GraphQLOperation.Kind.query, .mutation])
    func `a body is at most as long as allowed`(kind: GraphQLOperation.Kind) async throws {
        let transport = transport()
        let client = try client(try GraphQLBudget(bytes: 2_000), transport)
        let results = await client.together(fields(40, length: 200), kind, as: Int.self)
        #expect(results.allSatisfy { (try? $0.get().value) == 1 })
        #expect(transport.all.allSatisfy { $0.body.count <= 2_000 })
        #expect(transport.all.count <= 8)
    }

    @Test func `a text has at most as many tokens as allowed`() async throws {
        let transport = transport()
        let client = try client(try GraphQLBudget(tokens: 300), transport)
        let results = await client.together(fields(50), as: Int.self)
        #expect(results.allSatisfy { (try? $0.get().value) == 1 })
        // 16 tokens an alias at the least, of which the server would count each.
        #expect(try aliases(transport).allSatisfy { (10...18).contains($0) })
    }

    @Test(arguments: [GraphQLOperation.Kind.query, .mutation])
    func `costs add up to no more than allowed`(kind: GraphQLOperation.Kind) async throws {
        let transport = transport()
        let client = try client(try GraphQLBudget(cost: 100), transport)
        let results = await client.together(fields(20), kind, as: Int.self) { _ in GraphQLCallOptions(cost: 30) }
        #expect(results.allSatisfy { (try? $0.get().value) == 1 })
        #expect(try aliases(transport) == [3, 3, 3, 3, 3, 3, 2])
    }

    @Test func `a field that exceeds a budget by itself goes alone`() async throws {
        let transport = transport()
        let client = try client(try GraphQLBudget(tokens: 5, bytes: 100, cost: 1), transport)
        let results = await client.together(fields(3, length: 500), as: Int.self) { _ in GraphQLCallOptions(cost: 9) }
        #expect(results.allSatisfy { (try? $0.get().value) == 1 })
        #expect(try aliases(transport) == [1, 1, 1])
    }

    @Test(arguments: ["aliases", "listLength", "tokens", "bytes", "cost"], [0, -1])
    func `a limit below one is refused by name`(name: String, value: Int) {
        let error = #expect(throws: GraphQLClientError.self) {
            try GraphQLBudget(
                aliases: name == "aliases" ? value : nil,
                listLength: name == "listLength" ? value : nil,
                tokens: name == "tokens" ? value : nil,
                bytes: name == "bytes" ? value : nil,
                cost: name == "cost" ? value : nil
            )
        }
        #expect(error?.code == .invalidOption)
        #expect(error?.message.hasPrefix(name) == true)
    }

    // MARK: Learnt

    @Test(arguments: [
        "Syntax Error: Aliases limit of 15 exceeded, found 50.",
        "50 aliases found. Allowed: 15",
    ])
    func `a limit that a refusal names is kept for the endpoint`(message: String) async throws {
        let transport = transport { aliases, _ in
            aliases > 15 ? try .json("{\"errors\":[{\"message\":\"\(message)\"}]}", status: 400) : nil
        }
        let endpoint = GraphQLEndpoint(try HTTPURL(Self.url))
        let budget = try GraphQLBudget(aliases: 50)
        let results = try await client(budget, transport, endpoint: endpoint).together(fields(50), as: Int.self)
        #expect(results.allSatisfy { (try? $0.get().value) == 1 })
        #expect(try aliases(transport).sorted() == [5, 15, 15, 15, 50])
        #expect(endpoint.limits.aliases == 15)
        // Another client of the endpoint, made later, is refused nothing.
        _ = try await client(budget, transport, endpoint: endpoint).together(fields(50), as: Int.self)
        #expect(try aliases(transport).dropFirst(5).allSatisfy { $0 <= 15 })
        #expect(transport.all.count == 9)
    }

    @Test func `mutations that a limit refused go in smaller documents, in their order, once`() async throws {
        let transport = transport { aliases, _ in
            aliases > 4 ? try .json(#"{"errors":[{"message":"Aliases limit of 4 exceeded"}]}"#, status: 400) : nil
        }
        let results = try await client(try GraphQLBudget(), transport).together(fields(10), .mutation, as: Int.self)
        #expect(results.allSatisfy { (try? $0.get().value) == 1 })
        #expect(try aliases(transport) == [10, 4, 4, 2])
        let sent = try transport.all.dropFirst().flatMap { try $0.variables.sorted { $0.key < $1.key }.map(\.value) }
        #expect(sent == (0..<10).map { "\($0)x" })
    }

    @Test(arguments: [
        ("Query is too complex", 400), ("Syntax Error: Aliases validation error: limit.", 400),
        ("Payload too large", 413),
    ])
    func `a limit without a number is found by halves`(message: String, status: Int) async throws {
        let transport = transport { aliases, _ in
            aliases > 10 ? try .json("{\"errors\":[{\"message\":\"\(message)\"}]}", status: status) : nil
        }
        let results = try await client(try GraphQLBudget(), transport).together(fields(40), as: Int.self)
        #expect(results.allSatisfy { (try? $0.get().value) == 1 })
        #expect(transport.all.count <= 9)
        #expect(try aliases(transport).filter { $0 > 10 }.count <= 3)
    }

    @Test func `a proxy that finds a body too large teaches its limit, to mutations too`() async throws {
        let transport = transport { _, bytes in
            bytes > 1_000 ? try .json("<html>", status: 413, contentType: "text/html") : nil
        }
        let endpoint = GraphQLEndpoint(try HTTPURL(Self.url))
        let client = try client(try GraphQLBudget(), transport, endpoint: endpoint)
        let results = await client.together(fields(20, length: 80), .mutation, as: Int.self)
        #expect(results.allSatisfy { (try? $0.get().value) == 1 })
        #expect((endpoint.limits.bytes ?? 0) > 300)
    }

    @Test func `a refusal of one field teaches nothing`() async throws {
        let transport = transport { _, _ in
            try .json(#"{"errors":[{"message":"Aliases limit of 0 exceeded"}]}"#, status: 400)
        }
        let endpoint = GraphQLEndpoint(try HTTPURL(Self.url))
        let results = try await client(try GraphQLBudget(), transport, endpoint: endpoint).together(
            fields(1),
            as: Int.self
        )
        #expect(results[0].clientError?.code == .requestRejected)
        #expect(endpoint.limits.aliases == nil)
    }

    @Test func `the limit of something else teaches nothing`() async throws {
        let transport = transport { aliases, _ in
            let message = "Variable: must not be more than 10 characters"
            return aliases > 1 ? try .json("{\"errors\":[{\"message\":\"\(message)\"}]}", status: 400) : nil
        }
        let endpoint = GraphQLEndpoint(try HTTPURL(Self.url))
        _ = try await client(try GraphQLBudget(), transport, endpoint: endpoint).together(fields(4), as: Int.self)
        #expect(endpoint.limits.bytes == nil)
        #expect(endpoint.limits.tokens == nil)
    }
}
