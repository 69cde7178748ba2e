// SPDX-License-Identifier: Apache-2.0
//
// The requests that are written: many fields of one shape, as a batch has them.

import GraphQLBatching

/// An operation and the fragments that it uses.
struct RequestSample {
    var operation: GraphQLOperation
    var fragments: [GraphQLFragment] = []

    func request() throws -> GraphQLRequest { try GraphQLRequest(operation, fragments: fragments) }

    func body() throws -> [UInt8] { try request().body() }

    /// A query of one field for each number: a resource by its id, seven fields of it.
    static func query(ofAliases numbers: Range<Int>) -> RequestSample {
        let spread = GraphQLSelectionSet { GraphQLFragmentSpread("F0") }
        let fields = numbers.map { number in
            GraphQLSelection.field(
                GraphQLField(
                    alias: alias(number - numbers.lowerBound),
                    "resource",
                    arguments: ["id": .id("resource-\(number)")],
                    selecting: spread
                )
            )
        }
        return RequestSample(
            operation: GraphQLOperation(.query, selecting: GraphQLSelectionSet(fields)),
            fragments: [GraphQLFragment("F0", on: "Resource", selecting: sevenFields)]
        )
    }

    /// A mutation of one field for each number, with an input object.
    static func mutation(ofAliases numbers: Range<Int>) -> RequestSample {
        let fields = numbers.map { number in
            GraphQLSelection.field(
                GraphQLField(
                    alias: alias(number - numbers.lowerBound),
                    "updateResource",
                    arguments: [
                        "id": .id("resource-\(number)"),
                        "input": .value(
                            ["name": .string("Resource \(number)"), "size": .int(number), "isOpen": true],
                            type: "ResourceInput!"
                        ),
                    ]
                ) {
                    "id"
                    "status"
                }
            )
        }
        return RequestSample(operation: GraphQLOperation(.mutation, selecting: GraphQLSelectionSet(fields)))
    }

    /// A body in as many pieces as a printer appends to it: words and punctuation.
    static func pieces(of body: [UInt8]) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var isInWord = false
        for byte in body {
            let isWord = Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber
            if isWord, isInWord { pieces[pieces.count - 1].append(byte) } else { pieces.append([byte]) }
            isInWord = isWord
        }
        return pieces
    }

    private static let sevenFields = GraphQLSelectionSet {
        "id"
        "name"
        "type"
        "status"
        "metadata"
        "createdAt"
        GraphQLField("related") { "id" }
    }

    private static func alias(_ number: Int) -> GraphQLName? { try? GraphQLName("a\(number)") }
}

/// The input of a mutation as a program has it.
struct ResourceInput: Encodable {
    var name: String
    var size: Int
    var rating = 4.5
    var isOpen = true
    var tags = ["even", "odd"]
    var owner: Owner

    struct Owner: Encodable {
        var id: String
        var email: String
    }

    init(_ number: Int) {
        name = "Resource \(number)"
        size = number
        owner = Owner(id: "\(number)", email: "someone@example.org")
    }
}
