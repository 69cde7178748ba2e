// SPDX-License-Identifier: Apache-2.0
//
// Whatever callers bring, in values, keys, names or pieces of GraphQL text: the document is the one that was meant.

import DataLoading
import Foundation
import HTTPTransport
import Testing

@testable import GraphQLBatching

@Suite("Injection", .timeLimit(.minutes(2)))
struct InjectionTests {
    private static let seeds = 0..<UInt64(1_000)

    // MARK: Values

    @Test func `another text in a literal changes no other token`() throws {
        for seed in Self.seeds {
            var maker = RandomDocument(seed: seed)
            let document = try maker.document()
            let text = maker.values.text()
            let change: ArgumentChange = { .literal($0.wrapped.replacingStrings { _ in text }) }
            let changed = try GraphQLDocument(
                operations: document.operations.map { $0.changing(change) },
                fragments: document.fragments.map { $0.changing(change) }
            )
            for style in GraphQLDocument.TextStyle.allCases {
                let (before, after) = (document.text(style), changed.text(style))
                #expect(try GraphQLDocument.skeleton(of: after) == GraphQLDocument.skeleton(of: before), "seed \(seed)")
                #expect(try GraphQLDocument(parsing: after) == changed, "seed \(seed)")
            }
        }
    }

    @Test func `every value that becomes a variable stays with its argument`() throws {
        for seed in Self.seeds {
            var maker = RandomDocument(seed: seed, isHoisting: true)
            let (operations, fragments) = try maker.definitions(upTo: 1)
            var operation = operations[0]
            // Fields are repeated here and there, which a mutation refuses.
            if operation.kind == .mutation { operation.kind = .query }
            let own = Dictionary(
                uniqueKeysWithValues: operation.variables.map { ($0.name, GraphQLValue.string("own")) }
            )
            let request = try GraphQLRequest(operation, fragments: fragments, variables: own)
            let document = try GraphQLDocument(parsing: request.query)

            let resolve: ArgumentChange = { argument in
                guard case .variable(let name) = argument.wrapped, own[name] == nil else { return argument }
                return .literal(request.variables[name.text] ?? .variable(name))
            }
            var received = document.operations[0].changing(resolve)
            received.variables.removeAll { own[$0.name] == nil }
            let meant: ArgumentChange = { .literal($0.wrapped) }
            #expect(received == operation.changing(meant), "seed \(seed)")
            #expect(
                document.fragments.map { $0.changing(resolve) } == fragments.map { $0.changing(meant) },
                "seed \(seed)"
            )
        }
    }

    @Test func `any text travels in a body, as a value and as a key`() throws {
        struct Body: Decodable, Equatable {
            var query: String
            var variables: [String: GraphQLValue]
            var extensions: [String: GraphQLValue]
        }
        for seed in Self.seeds {
            var values = RandomValue(random: SplitMix64(state: seed))
            let (key, text) = (values.text(), values.text())
            let value: GraphQLValue = .object([key: .list([.string(text)])])
            var request = try GraphQLRequest(
                GraphQLOperation(.mutation) { GraphQLField("f", arguments: ["x": .value(value, type: "JSON")]) }
            )
            request.extensions = [key: .string(text)]
            let body = Data(try request.body())
            #expect(
                try JSONDecoder().decode(Body.self, from: body)
                    == Body(
                        query: "mutation($f:JSON){f(x:$f)}",
                        variables: ["f": value],
                        extensions: [key: .string(text)]
                    ),
                "seed \(seed)"
            )
            let members = try JSONSerialization.jsonObject(with: body) as? [String: Any]
            #expect(members?.keys.sorted() == ["extensions", "query", "variables"])
        }
    }

    @Test func `callers of one tick cannot change each other's document`() async throws {
        func query(for ids: [String]) async throws -> String {
            let transport = ScriptedTransport { _, _ in
                let members = ids.indices.map { "\"a\($0)\":\($0)" }.joined(separator: ",")
                return try .json("{\"data\":{\(members)}}")
            }
            var configuration = GraphQLClientConfiguration()
            configuration.strategy = .mixedAliases
            let client = GraphQLClient(
                endpoint: try HTTPURL("http://127.0.0.1:9/"),
                transport: transport,
                configuration: configuration
            )
            let answers = try await withBatching {
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for id in ids {
                        let field = GraphQLField(
                            "item",
                            arguments: ["id": .id(id), "by": .literal(["x": .string(id)])]
                        )
                        group.addTask { try await client.query(field, as: Int.self) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
            }
            #expect(answers.sorted() == Array(ids.indices))
            return try #require(transport.queries.first)
        }
        let plain = try await query(for: (0..<8).map(String.init))
        for seed in Self.seeds.prefix(100) {
            var values = RandomValue(random: SplitMix64(state: seed))
            let hostile = try await query(for: (0..<8).map { "\($0)\(values.text())" })
            #expect(try GraphQLDocument.skeleton(of: hostile) == GraphQLDocument.skeleton(of: plain), "seed \(seed)")
        }
    }

    // MARK: Names and keys

    @Test func `a text is a name or is refused, and a name is one token wherever it stands`() throws {
        let plain = try GraphQLDocument.skeleton(of: document(naming: "x").text())
        var names = 0
        for seed in Self.seeds {
            let text = nearlyName(seed: seed)
            let isName = text.unicodeScalars.allSatisfy {
                $0 == "_" || ($0.isASCII && $0.properties.isAlphabetic) || ("0"..."9").contains($0)
            }
            guard let name = try? GraphQLName(text) else {
                #expect(
                    !isName || text.isEmpty || ("0"..."9").contains(text.unicodeScalars.first ?? "a"),
                    "\(text.debugDescription)"
                )
                continue
            }
            #expect(isName, "\(text.debugDescription)")
            guard let document = try? document(naming: name) else {
                #expect(text.hasPrefix("__") || ["on", "true", "false", "null"].contains(text), "\(text)")
                continue
            }
            names += 1
            let tokens = try GraphQLDocument.skeleton(of: document.text())
            #expect(tokens == plain.map { $0 == "x" ? text : $0 })
            #expect(try GraphQLDocument(parsing: document.text(.pretty)) == document)
        }
        #expect(names > 100)
    }

    @Test func `a key in a literal is a name or is refused`() throws {
        for seed in Self.seeds {
            let key = nearlyName(seed: seed)
            let value = GraphQLValue.list([.object([key: 1])])
            let operation = GraphQLOperation(.query) { GraphQLField("f", arguments: ["v": .literal(value)]) }
            guard let document = try? GraphQLDocument(operations: [operation]) else {
                #expect((try? GraphQLName(key)) == nil, "\(key.debugDescription)")
                continue
            }
            #expect(document.text() == "{f(v:[{\(key):1}])}")
            #expect(try GraphQLDocument(parsing: document.text()) == document)
        }
    }

    /// A name, a name with one thing too many, or a text.
    private func nearlyName(seed: UInt64) -> String {
        var values = RandomValue(random: SplitMix64(state: seed))
        guard !values.chance(4) else { return values.text() }
        let name = values.name().text
        let other = values.element(of: [
            "", "", "_", "9", "é", "\u{301}", "\u{FF41}", "\u{FEFF}", "\n", " b", "\0", "-", ":b", "{b}", "(b:1)",
        ])
        return values.chance(2) ? name + other : other + name
    }

    /// A document with a name in every place that takes one.
    private func document(naming name: GraphQLName) throws -> GraphQLDocument {
        let arguments: [GraphQLName: GraphQLArgument] = [
            name: .literal(.list([.variable(name), .enumCase(name), .object([name.text: 1])]))
        ]
        let directive = GraphQLDirective(name, arguments: arguments)
        let variable = GraphQLVariableDefinition(name, .nonNull(.list(.named(name))))
        return try GraphQLDocument(
            operations: [
                GraphQLOperation(.query, name: name, variables: [variable], directives: [directive]) {
                    GraphQLField(alias: name, name, arguments: arguments, directives: [directive]) { name }
                    GraphQLInlineFragment(on: name) { GraphQLFragmentSpread(name) }
                }
            ],
            fragments: [GraphQLFragment(name, on: name) { "leaf" }]
        )
    }

    // MARK: Text

    @Test func `selections from a text stay inside their braces`() throws {
        var parsed = 0
        for seed in Self.seeds {
            var mutator = Mutator(random: SplitMix64(state: seed))
            let bytes = mutator.changed(
                Array(#"id n: name related(a: "x") @d {id ... on T {b}}"#.utf8),
                with: Mutator.documentSnippets
            )
            guard let set = try? GraphQLSelectionSet(parsing: String(decoding: bytes, as: UTF8.self)) else { continue }
            let operation = GraphQLOperation(.query) {
                "before"
                GraphQLField("inside", selecting: set)
                "after"
            }
            guard let document = try? GraphQLDocument(operations: [operation]) else { continue }
            parsed += 1
            #expect(try GraphQLDocument(parsing: document.text()).operations == [operation], "seed \(seed)")
        }
        #expect(parsed > 100)
    }

    @Test func `a type from a text is a type and no more`() throws {
        var parsed = 0
        for seed in Self.seeds {
            var mutator = Mutator(random: SplitMix64(state: seed))
            let bytes = mutator.changed(Array("[[ID!]!]".utf8), with: Mutator.documentSnippets)
            guard let type = try? GraphQLType(parsing: String(decoding: bytes, as: UTF8.self)) else { continue }
            parsed += 1
            let variable = GraphQLVariableDefinition("v", type)
            let operation = GraphQLOperation(.query, variables: [variable]) {
                GraphQLField("f", arguments: ["v": .variable("v")])
            }
            let text = try GraphQLDocument(operations: [operation]).text()
            #expect(try GraphQLDocument(parsing: text).operations == [operation], "seed \(seed)")
        }
        #expect(parsed > 50)
    }
}
