// SPDX-License-Identifier: Apache-2.0
//
// Where values go, and how their variables are named.

import GraphQLBatching
import Testing

@Suite("Hoisting values", .timeLimit(.minutes(1)))
struct HoistingTests {
    @Test func `a top-level argument becomes a variable named after its response name`() throws {
        let request = try GraphQLRequest(
            GraphQLOperation(.query, name: "Batch") {
                GraphQLField(alias: "a0", "resource", arguments: ["id": .id("x"), "first": .int(2)]) { "id" }
                GraphQLField("resource", arguments: ["id": .value("y", type: "ID")]) { "id" }
            }
        )
        #expect(
            request.query == """
                query Batch($a0_first:Int!$a0_id:ID!$resource_id:ID)\
                {a0:resource(first:$a0_first,id:$a0_id){id}resource(id:$resource_id){id}}
                """
        )
        #expect(request.variables == ["a0_id": "x", "a0_first": 2, "resource_id": "y"])
    }

    @Test func `deeper arguments are named after the way to them`() throws {
        let operation = GraphQLOperation(
            .mutation,
            directives: [GraphQLDirective("tag", arguments: ["by": .string("me")])]
        ) {
            GraphQLField(alias: "m0", "create", directives: [include(true)]) {
                GraphQLInlineFragment(on: "T", directives: [include(false)]) {
                    GraphQLField("related", arguments: ["first": .int(3)])
                }
                GraphQLFragmentSpread("Parts", directives: [include(true)])
            }
        }
        let fragment = GraphQLFragment("Parts", on: "T", directives: [GraphQLDirective("d", arguments: ["x": .int(1)])])
        {
            GraphQLField("others", arguments: ["first": .int(3)]) {
                GraphQLField(alias: "deep", "item", arguments: ["ids": .ids(["a"])])
            }
        }
        let request = try GraphQLRequest(operation, fragments: [fragment])
        #expect(
            request.variables == [
                "tag_by": "me", "m0_include_if": true, "m0_include_if_2": false, "m0_related_first": 3,
                "m0_Parts_include_if": true, "Parts_d_x": 1, "Parts_others_first": 3,
                "Parts_others_deep_ids": ["a"],
            ]
        )
        #expect(
            request.query == """
                mutation($tag_by:String!$m0_include_if:Boolean!$m0_include_if_2:Boolean!$m0_related_first:Int!\
                $m0_Parts_include_if:Boolean!$Parts_d_x:Int!$Parts_others_first:Int!$Parts_others_deep_ids:[ID!]!)\
                @tag(by:$tag_by){m0:create@include(if:$m0_include_if){...on T@include(if:$m0_include_if_2)\
                {related(first:$m0_related_first)}...Parts@include(if:$m0_Parts_include_if)}}\
                fragment Parts on T@d(x:$Parts_d_x){others(first:$Parts_others_first)\
                {deep:item(ids:$Parts_others_deep_ids)}}
                """
        )
    }

    @Test func `names never collide, neither with each other nor with declared ones`() throws {
        let request = try GraphQLRequest(
            GraphQLOperation(.query, variables: [GraphQLVariableDefinition("a_b", "Int")]) {
                GraphQLField("a", arguments: ["b": .int(1), "c": .variable("a_b")]) {
                    GraphQLField("b", arguments: ["c": .int(2)])
                }
                GraphQLField("a_b", arguments: ["c": .int(3)])
                GraphQLField("_", arguments: ["_x": .int(4)])
            },
            variables: ["a_b": 0]
        )
        #expect(request.variables == ["a_b": 0, "a_b_2": 1, "a_b_c": 2, "a_b_c_2": 3, "v___x": 4])
        #expect(throws: Never.self) { try GraphQLDocument(parsing: request.query) }
    }

    @Test func `one value in one place is one variable, so that equal fields still merge`() throws {
        let request = try GraphQLRequest(
            GraphQLOperation(.query) {
                GraphQLField("a", arguments: ["id": .id("1")]) { "x" }
                GraphQLField("a", arguments: ["id": .id("1")]) { "y" }
            }
        )
        #expect(request.query == "query($a_id:ID!){a(id:$a_id){x}a(id:$a_id){y}}")
    }

    @Test func `two values in one place are refused`() throws {
        let error = #expect(throws: GraphQLDocumentError.self) {
            try GraphQLRequest(
                GraphQLOperation(.query) {
                    GraphQLField("a", arguments: ["id": .id("1")]) { "x" }
                    GraphQLField("a", arguments: ["id": .id("2")]) { "y" }
                }
            )
        }
        #expect(error?.message.contains("'a' is selected twice") == true)
    }

    @Test func `strings that only look equal stay different`() throws {
        let (composed, decomposed) = ("\u{E9}", "e\u{301}")
        #expect(GraphQLValue.string(composed) != .string(decomposed))
        #expect(GraphQLValue.object([composed: 1]) != .object([decomposed: 1]))
        #expect(GraphQLValue.float(0) != .float(-0.0))
        #expect(
            Set([
                GraphQLField("a", arguments: ["id": .id(composed)]),
                GraphQLField("a", arguments: ["id": .id(decomposed)]),
            ]).count == 2
        )
    }

    @Test func `the text depends on the shape alone`() throws {
        func request(_ ids: [String]) throws -> GraphQLRequest {
            try GraphQLRequest(
                GraphQLOperation(.query) {
                    for (index, id) in ids.enumerated() {
                        GraphQLField(alias: try GraphQLName("a\(index)"), "r", arguments: ["id": .id(id)]) { "id" }
                    }
                }
            )
        }
        #expect(try request(["1", "2", "3"]).query == request(["x", "\"", "😀"]).query)
    }

    private func include(_ condition: Bool) -> GraphQLDirective {
        GraphQLDirective("include", arguments: ["if": .boolean(condition)])
    }
}
