// SPDX-License-Identifier: Apache-2.0
//
// Whatever a text holds, it reaches the server as data and comes back equal.

import DataLoading
import GraphQLBatching
import Testing

@Suite(.enabled(if: Interop.endpoint != nil, "Scripts/interop starts the server"), .timeLimit(.minutes(1)))
struct HostileTextTests {
    private struct Resource: Decodable, Sendable {
        struct Metadata: Decodable, Sendable {
            var text: String
        }

        var id: String
        var name: String
        var metadata: Metadata

        /// The UTF-8 of what came back: `String` takes different scalars that look the same for equal.
        var bytes: [[UInt8]] { [Array(name.utf8), Array(metadata.text.utf8)] }
    }

    private func created(_ hostile: HostileText, asLiteral: Bool = false) throws -> GraphQLField {
        let input: GraphQLValue = [
            "name": .string(hostile.text),
            "type": .enumCase("DOCUMENT"),
            "metadata": ["text": .string(hostile.text)],
        ]
        return GraphQLField(
            "createResource",
            arguments: ["input": asLiteral ? .literal(input) : .value(input, type: "CreateResourceInput!")],
            selecting: try GraphQLSelectionSet(on: "Resource", parsing: "id name metadata")
        )
    }

    @Test(arguments: HostileText.all, [false, true])
    func `A text returns equal from a mutation and from a later query`(
        _ hostile: HostileText,
        asLiteral: Bool
    ) async throws {
        let sent = [Array(hostile.text.utf8), Array(hostile.text.utf8)]
        try await Interop.withClient { client, _ in
            let creation = try created(hostile, asLiteral: asLiteral)
            let mutation = GraphQLOperation(.mutation, selecting: GraphQLSelectionSet([.field(creation)]))
            let written = try await client.execute(GraphQLRequest(mutation)).decode(Resource.self, at: "createResource")
            #expect(written.bytes == sent)

            let field = GraphQLField(
                "resource",
                arguments: ["id": .id(written.id)],
                selecting: try GraphQLSelectionSet(on: "Resource", parsing: "id name metadata")
            )
            let read = try await client.query(field, as: Resource?.self)
            #expect(read?.bytes == sent)
        }
    }

    @Test
    func `Texts that travel in one document do not mix`() async throws {
        try await Interop.withClient { client, _ in
            let fields = try HostileText.all.map { try created($0) }
            let written = try await withBatching {
                try await withThrowingTaskGroup(of: (Int, Resource).self) { group in
                    for (index, field) in fields.enumerated() {
                        group.addTask { (index, try await client.mutate(field, as: Resource.self)) }
                    }
                    var written: [Int: Resource] = [:]
                    for try await (index, resource) in group { written[index] = resource }
                    return written
                }
            }
            for (index, hostile) in HostileText.all.enumerated() {
                let sent = Array(hostile.text.utf8)
                #expect(written[index]?.bytes == [sent, sent], "\(hostile.name)")
            }
        }
    }

    @Test
    func `A text as an id finds nothing and breaks nothing`() async throws {
        try await Interop.withClient { client, _ in
            let field = GraphQLField(
                "resource",
                arguments: ["id": .id(#""){id} pwn: deleteAll("#)],
                selecting: try GraphQLSelectionSet(on: "Resource", parsing: "id name metadata")
            )
            let read = try await client.query(field, as: Resource?.self)
            #expect(read?.id == nil)
        }
    }
}
