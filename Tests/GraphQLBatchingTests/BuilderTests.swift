// SPDX-License-Identifier: Apache-2.0
//
// What the result builder makes of Swift.

import GraphQLBatching
import Testing

@Suite("Building selections", .timeLimit(.minutes(1)))
struct BuilderTests {
    @Test func `everything that a selection can be is built in order`() throws {
        let parsed = try GraphQLSelectionSet(parsing: "x y: z(a: 1) { w }")
        let set = GraphQLSelectionSet(on: "T") {
            "id"
            GraphQLField(alias: "first", "items", arguments: ["n": .literal(1)]) { "name" }
            GraphQLFragmentSpread("F", directives: [GraphQLDirective("d")])
            GraphQLInlineFragment(on: "Bug") { "severity" }
            GraphQLInlineFragment { parsed }
            parsed
            [GraphQLSelection.field(GraphQLField("last"))]
        }
        let expected =
            "id first: items(n: 1) {name} ...F @d ...on Bug {severity} ...{x y: z(a: 1) {w}} x y: z(a: 1) {w} last"
        let expectedSet = try GraphQLSelectionSet(on: "T", parsing: expected)
        #expect(set == expectedSet)
    }

    @Test(arguments: [0, 1, 2])
    func `control flow decides what is selected`(level: Int) throws {
        let set = GraphQLSelectionSet {
            if level > 0 { "some" }
            if level > 1 {
                "many"
                "more"
            } else {
                "few"
            }
            for index in 0..<level { GraphQLField(alias: index == 0 ? "a" : "b", "item") }
            switch level {
            case 0: "zero"
            default: "positive"
            }
        }
        let expected = ["few zero", "some few a: item positive", "some many more a: item b: item positive"]
        let expectedSet = try GraphQLSelectionSet(parsing: expected[level])
        #expect(set == expectedSet)
    }

    @Test func `a builder may throw, as for names from elsewhere`() {
        let chosen = "not a name"
        #expect(throws: GraphQLDocumentError.self) {
            try GraphQLField("a") { GraphQLField(try GraphQLName(chosen)) }
        }
    }

    @Test func `built and parsed documents are the same`() throws {
        let operation = GraphQLOperation(
            .query,
            name: "Q",
            variables: [GraphQLVariableDefinition("n", "Int!", default: 3)],
            directives: [GraphQLDirective("live")]
        ) {
            GraphQLField("items", arguments: ["first": .variable("n")]) { GraphQLFragmentSpread("Parts") }
        }
        let fragment = GraphQLFragment("Parts", on: "Item") { "id" }
        let text = "query Q($n: Int! = 3) @live {items(first: $n) {...Parts}} fragment Parts on Item {id}"
        #expect(
            try GraphQLDocument(operations: [operation], fragments: [fragment]) == GraphQLDocument(parsing: text)
        )
    }
}
