// SPDX-License-Identifier: Apache-2.0
//
// Which fields travel together, in which order, in which text.

import DataLoading
import GraphQLBatching
import HTTPTransport
import Testing

@Suite("Coalescing", .timeLimit(.minutes(5)))
struct CoalescingTests {
    /// A client whose server gives every alias the number of its position, and the transport behind it.
    private func client(maxAliases: Int = 50) throws -> (GraphQLClient, ScriptedTransport) {
        let transport = ScriptedTransport { sent, _ in
            let document = try GraphQLDocument(parsing: sent.query)
            let members = document.operations[0].selectionSet.selections.enumerated().compactMap { index, selection in
                if case .field(let field) = selection { "\"\(field.responseName)\":\(index)" } else { nil }
            }
            return try .json("{\"data\":{\(members.joined(separator: ","))}}")
        }
        let configuration = try GraphQLClientConfiguration(maxAliases: maxAliases)
        let client = GraphQLClient(
            endpoint: try HTTPURL("http://127.0.0.1:9/"),
            transport: transport,
            configuration: configuration
        )
        return (client, transport)
    }

    private func field(_ id: Int) -> GraphQLField {
        GraphQLField("item", arguments: ["id": .id("\(id)")], selecting: GraphQLSelectionSet(on: "Item") { "id" })
    }

    @Test func `equal shapes share a fragment, values travel as variables`() async throws {
        let (client, transport) = try client()
        try await withBatching {
            async let one = client.query(field(1), as: Int.self)
            async let two = client.query(field(2), as: Int.self)
            let values = try await [one, two]
            #expect(values == [0, 1])
        }
        let document = try GraphQLDocument(parsing: try #require(transport.queries.first))
        #expect(document.fragments.map(\.name) == ["F0"])
        #expect(document.operations[0].selectionSet.selections.count == 2)
        #expect(document.operations[0].variables.map(\.type) == ["ID!", "ID!"])
        #expect(transport.queries == [document.text()])
        #expect(try transport.all[0].variables.values.sorted() == ["1", "2"])
    }

    @Test func `equal queries of a tick are asked once`() async throws {
        let (client, transport) = try client()
        try await withBatching {
            async let one = client.query(field(1), as: Int.self)
            async let two = client.query(field(1), as: Int.self)
            let values = try await [one, two]
            #expect(values == [0, 0])
        }
        #expect(transport.queries.count == 1)
        #expect(!transport.queries[0].contains("a1"))
    }

    @Test func `a client is no cache: a later tick asks anew`() async throws {
        let (client, transport) = try client()
        try await withBatching {
            _ = try await client.query(field(1), as: Int.self)
            _ = try await client.query(field(1), as: Int.self)
        }
        #expect(transport.queries.count == 2)
    }

    @Test func `equal mutations both run`() async throws {
        let (client, transport) = try client()
        try await withBatching {
            async let one = client.mutate(field(1), as: Int.self)
            async let two = client.mutate(field(1), as: Int.self)
            let values = try await [one, two]
            #expect(values.sorted() == [0, 1])
        }
        #expect(transport.queries.count == 1)
        #expect(transport.queries[0].contains("a1:item("))
    }

    @Test func `mutations keep the order of the calls, also beyond the cap`() async throws {
        let inFlight = Counter()
        let transport = ScriptedTransport { sent, number in
            #expect(inFlight.add(1) == 1, "documents of mutations never overlap")
            await Task.yield()
            _ = inFlight.add(-1)
            return try .json(#"{"data":{"a0":0,"a1":1,"a2":2}}"#)
        }
        let client = GraphQLClient(
            endpoint: try HTTPURL("http://127.0.0.1:9/"),
            transport: transport,
            configuration: try GraphQLClientConfiguration(maxAliases: 3)
        )
        try await withBatching {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for id in 0..<10 { group.addTask { try await client.mutate(field(id), as: Int.self) } }
                for try await _ in group {}
            }
        }
        let ids = try transport.all.flatMap { try $0.variables.sorted { $0.key < $1.key }.map(\.value) }
        #expect(ids == (0..<10).map(String.init))
        #expect(transport.all.count == 4)
    }

    @Test(arguments: [(100, 10), (101, 11), (5, 1)])
    func `a document has at most as many aliases as allowed`(count: Int, documents: Int) async throws {
        let (client, transport) = try client(maxAliases: 10)
        try await withBatching {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for id in 0..<count { group.addTask { try await client.query(field(id), as: Int.self) } }
                for try await _ in group {}
            }
        }
        #expect(transport.all.count == documents)
    }

    @Test func `a field that cannot be sent fails alone`() async throws {
        let (client, transport) = try client()
        try await withBatching {
            async let good = client.query(field(1), as: Int.self)
            async let bad = client.query(GraphQLField("n", arguments: ["x": .float(.nan)]), as: Int.self)
            let value = try await good
            #expect(value == 0)
            do {
                _ = try await bad
                Issue.record("nan was sent")
            } catch {
                #expect((error as? GraphQLDocumentError)?.code == .invalidValue)
            }
        }
        #expect(transport.all.count == 1)
    }

    @Test func `a field that borrows a variable or a fragment of another document is refused`() async throws {
        let (client, transport) = try client()
        let borrowed = [
            GraphQLField("n", arguments: ["id": .variable("a0")]),
            GraphQLField("n", arguments: ["in": .literal(["id": .variable("a0")])]),
            GraphQLField("n", selecting: try GraphQLSelectionSet(parsing: "... F0")),
            GraphQLField("n", selecting: try GraphQLSelectionSet(parsing: "x @include(if: $a0)")),
        ]
        for field in borrowed {
            let error = await #expect(throws: GraphQLDocumentError.self) { try await client.query(field, as: Int.self) }
            #expect(error?.code == .invalidDocument)
        }
        #expect(transport.all.isEmpty)
    }

    @Test func `a field under a condition of its own is refused`() async throws {
        let (client, _) = try client()
        let skip = GraphQLDirective("skip", arguments: ["if": .boolean(true)])
        let field = GraphQLField("n", directives: [skip])
        await #expect(throws: GraphQLDocumentError.self) { try await client.query(field, as: Int.self) }
    }

    @Test func `cancelling one caller disturbs no other`() async throws {
        let (client, transport) = try client()
        let value = try await withBatching {
            async let kept = client.query(field(1), as: Int.self)
            await withTaskGroup { group in
                group.addTask { _ = try? await client.query(field(2), as: Int.self) }
                await Task.yield()
                group.cancelAll()
            }
            return try await kept
        }
        #expect(value == 0)
        #expect(transport.queries.count == 1)
    }

    @Test(arguments: [0, -1])
    func `a number of aliases below one is refused by name`(count: Int) {
        let error = #expect(throws: GraphQLClientError.self) { try GraphQLClientConfiguration(maxAliases: count) }
        #expect(error?.code == .invalidOption)
        #expect(error?.message.contains("maxAliases") == true)
    }
}
