// SPDX-License-Identifier: Apache-2.0
//
// Bulk operations in the shapes of GraphQL against Strawberry: what the result says is what its store has.

import BulkOperations
import CurlTransport
import GraphQLBatching
import HTTPTransport
import Testing

@Suite(.enabled(if: Interop.endpoint != nil, "Scripts/interop starts the server"), .timeLimit(.minutes(1)), .serialized)
struct BulkTests {
    private struct Resource: Decodable, Equatable, Sendable {
        var id: String
        var name: String
    }

    /// A resource to create.
    private struct Draft: Sendable {
        var name: String
        var type = "IMAGE"
    }

    /// Shapes at one path of the server.
    private struct Shapes: Sendable {
        let endpoint: GraphQLEndpoint
        let transport: CountingTransport

        var creation: BulkMutation<Draft, Resource> {
            BulkMutation(at: endpoint, over: transport) { item in
                let input: GraphQLValue = ["name": .string(item.input.name), "type": .string(item.input.type)]
                return GraphQLField("createResource", arguments: ["input": .value(input, type: "CreateResourceInput!")])
                {
                    "id"; "name"
                }
            }
        }

        func update(to name: String) -> BulkMutation<String, Resource?> {
            BulkMutation(at: endpoint, over: transport) { item in
                let input: GraphQLValue = ["name": .string(name)]
                return GraphQLField(
                    "updateResource",
                    arguments: ["id": .id(item.input), "input": .value(input, type: "UpdateResourceInput!")]
                ) {
                    "id"; "name"
                }
            }
        }

        var deletion: BulkMutation<String, Bool> {
            BulkMutation(at: endpoint, over: transport) { item in
                GraphQLField("deleteResource", arguments: ["id": .id(item.input)])
            }
        }

        func reading(as strategy: GraphQLStrategy = .aliases) -> BulkQuery<String, Resource?> {
            var configuration = GraphQLClientConfiguration()
            configuration.strategies["resource"] = strategy
            return BulkQuery(at: endpoint, over: transport, configuration: configuration) { item in
                GraphQLField("resource", arguments: ["id": .id(item.input)]) {
                    "id"; "name"
                }
            }
        }

        /// What the store has of these ids.
        func stored(_ ids: [String]) async throws -> [Resource?] {
            try await BulkRunner(reading(as: .list("resources"))).run(ids).get()
        }

        /// The names of all that was created since an id, such as of what nobody was told.
        func namesStored(since id: String) async throws -> [String] {
            let last = try await BulkRunner(creation).run([Draft(name: "the last one")]).get()[0]
            let ids = ((Int(id) ?? 0) + 1)..<(Int(last.id) ?? 0)
            return try await stored(ids.map { "\($0)" }).compactMap { $0?.name }
        }
    }

    private func withShapes(at path: String = "graphql", _ test: (Shapes) async throws -> Void) async throws {
        let endpoint = try Interop.endpoint(at: path)
        try await Interop.withClient(at: endpoint) { _, transport in
            try await test(Shapes(endpoint: endpoint, transport: transport))
        }
    }

    private func options(chunk: Int) -> BulkOptions {
        var options = BulkOptions()
        options.chunking = .fixed(chunk)
        return options
    }

    @Test
    func `Aliased creations are all in the store, under the ids that were told, in the order of the inputs`()
        async throws
    {
        try await withShapes { shapes in
            let drafts = (0..<300).map { Draft(name: "bulk \($0)") }
            let result = try await BulkRunner(shapes.creation, options: options(chunk: 50)).run(drafts)
            let created = try result.get()
            #expect(created.map(\.name) == drafts.map(\.name))
            #expect(shapes.transport.requests == 6)
            #expect(try await shapes.stored(created.map(\.id)) == created)
        }
    }

    @Test
    func `Of creations with a bad value, the good ones are done once and the bad ones fail with the reason`()
        async throws
    {
        try await withShapes { shapes in
            let first = try await BulkRunner(shapes.creation).run([Draft(name: "before")]).get()[0]
            let drafts = (0..<60).map { Draft(name: "part \($0)", type: $0 % 20 == 3 ? "PAINTING" : "VIDEO") }
            let result = try await BulkRunner(shapes.creation, options: options(chunk: 30)).run(drafts)
            #expect(result.failures.map(\.index) == [3, 23, 43])
            #expect(result.failures.allSatisfy { "\($0.error)".contains("PAINTING") })
            #expect(result.unknown.isEmpty && result.successes.count == 57)
            #expect(try await shapes.stored(result.successes.map(\.output.id)) == result.successes.map(\.output))
            let names = try await shapes.namesStored(since: first.id).filter { $0.hasPrefix("part ") }
            #expect(names.sorted() == result.successes.map { drafts[$0.index].name }.sorted())
        }
    }

    @Test
    func `A creation that fails while it runs leaves its siblings unknown: done before it and not behind it`()
        async throws
    {
        try await withShapes { shapes in
            let first = try await BulkRunner(shapes.creation).run([Draft(name: "before")]).get()[0]
            let drafts = (0..<20).map { Draft(name: $0 == 7 ? "" : "sibling \($0)") }
            let result = try await BulkRunner(shapes.creation, options: options(chunk: 10)).run(drafts)
            #expect(result.failures.map(\.index) == [7])
            #expect(result.unknown.map(\.index) == [0, 1, 2, 3, 4, 5, 6, 8, 9])
            #expect(result.successes.map(\.index) == Array(10..<20))
            let names = try await shapes.namesStored(since: first.id).filter { $0.hasPrefix("sibling ") }
            #expect(Set(names) == Set((Array(0..<7) + Array(10..<20)).map { "sibling \($0)" }))
            #expect(names.count == 17)
        }
    }

    @Test
    func `Updates fail one by one, and yield nil for what there is not`() async throws {
        try await withShapes { shapes in
            let ids = ["101", "fail:1", "102", "missing", "103", "fail:2"]
            let result = try await BulkRunner(shapes.update(to: "updated in bulk")).run(ids)
            #expect(result.failures.map(\.index) == [1, 5])
            #expect(result.outputs.map { $0??.id } == ["101", nil, "102", nil, "103", nil])
            #expect(shapes.transport.requests == 1)
            #expect(
                try await shapes.stored(["101", "102", "103", "104"]).map { $0?.name } == [
                    "updated in bulk", "updated in bulk", "updated in bulk", "Resource 104",
                ]
            )
        }
    }

    @Test
    func `Deletions tell what there was, and it is gone`() async throws {
        try await withShapes { shapes in
            let drafts = (0..<120).map { Draft(name: "short-lived \($0)") }
            let ids = try await BulkRunner(shapes.creation, options: options(chunk: 40)).run(drafts).get().map(\.id)
            let result = try await BulkRunner(shapes.deletion, options: options(chunk: 40)).run(ids + ["none"])
            #expect(try result.get() == Array(repeating: true, count: 120) + [false])
            #expect(try await shapes.stored(ids).allSatisfy { $0 == nil })
            #expect(try await BulkRunner(shapes.deletion).run([ids[0]]).get() == [false])
        }
    }

    @Test(arguments: [GraphQLStrategy.aliases, .list("resources"), .array])
    func `getMany has a row for each id in its order, nil for what there is not, and errors of their own`(
        strategy: GraphQLStrategy
    ) async throws {
        try await withShapes { shapes in
            let ids = (401...520).map { $0 % 40 == 0 ? "fail:\($0)" : $0 % 30 == 0 ? "missing:\($0)" : "\($0)" }
            let result = try await BulkRunner(shapes.reading(as: strategy), options: options(chunk: 50)).run(ids)
            #expect(result.failures.map(\.input) == ["fail:440", "fail:480", "fail:520"])
            #expect(result.successes.allSatisfy { $0.output?.id == (Int(ids[$0.index]) == nil ? nil : ids[$0.index]) })
            #expect(result.unknown.isEmpty)
            #expect(shapes.transport.requests == 3)
        }
    }

    @Test(arguments: ["limited", "brief"])
    func `Creations beyond a limit of the server go in smaller documents, each once`(path: String) async throws {
        try await withShapes(at: path) { shapes in
            let first = try await BulkRunner(shapes.creation).run([Draft(name: "before")]).get()[0]
            let drafts = (0..<120).map { Draft(name: "\(path) \($0)") }
            let result = try await BulkRunner(shapes.creation, options: options(chunk: 60)).run(drafts)
            #expect(try result.get().map(\.name) == drafts.map(\.name))
            let names = try await shapes.namesStored(since: first.id).filter { $0.hasPrefix(path) }
            #expect(names.sorted() == drafts.map(\.name).sorted())
        }
    }

    @Test
    func `A run does not begin when the server is not well`() async throws {
        try await withShapes { shapes in
            var creation = shapes.creation
            creation.healthCheck = HTTPRequest(method: .get, url: try HTTPURL("\(shapes.endpoint.url)/health"))
            let error = await #expect(throws: BulkError.self) {
                try await BulkRunner(creation).run([Draft(name: "never")])
            }
            #expect(error?.status == 404)
        }
    }
}
