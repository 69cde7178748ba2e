// SPDX-License-Identifier: Apache-2.0
//
// Where values go, and how their variables are named.

import GraphQLBatching
import Testing

@Suite("Hoisting values", .timeLimit(.minutes(1)))
struct HoistingTests {
    @Test func `the first value of a field has the field's response name, the next ones a number too`() throws {
        let request = try GraphQLRequest(
            GraphQLOperation(.query, name: "Batch") {
                GraphQLField(alias: "a0", "resource", arguments: ["id": .id("x"), "first": .int(2)]) { "id" }
                GraphQLField("resource", arguments: ["id": .value("y", type: "ID")]) { "id" }
            }
        )
        #expect(
            request.query == """
                query Batch($a0:Int!$a0_1:ID!$resource:ID)\
                {a0:resource(first:$a0,id:$a0_1){id}resource(id:$resource){id}}
                """
        )
        #expect(request.variables == ["a0_1": "x", "a0": 2, "resource": "y"])
    }

    @Test func `deeper values are named after the top-level field or fragment around them`() throws {
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
                "tag": "me", "m0": true, "m0_1": false, "m0_2": 3, "m0_3": true, "Parts": 1, "Parts_1": 3,
                "Parts_2": ["a"],
            ]
        )
        #expect(
            request.query == """
                mutation($tag:String!$m0:Boolean!$m0_1:Boolean!$m0_2:Int!$m0_3:Boolean!$Parts:Int!$Parts_1:Int!\
                $Parts_2:[ID!]!)@tag(by:$tag){m0:create@include(if:$m0){...on T@include(if:$m0_1){related(first:$m0_2)}\
                ...Parts@include(if:$m0_3)}}fragment Parts on T@d(x:$Parts){others(first:$Parts_1)\
                {deep:item(ids:$Parts_2)}}
                """
        )
    }

    @Test func `names never collide, neither with each other nor with declared ones`() throws {
        let request = try GraphQLRequest(
            GraphQLOperation(.query, variables: [GraphQLVariableDefinition("a", "Int")]) {
                GraphQLField("a", arguments: ["b": .int(1), "c": .variable("a")]) {
                    GraphQLField("b", arguments: ["c": .int(2)])
                }
                GraphQLField("a_1", arguments: ["c": .int(3)])
                GraphQLField("a", arguments: ["b": .int(1), "c": .variable("a")]) {
                    GraphQLField("d", arguments: ["c": .int(4)])
                }
                GraphQLField("_", arguments: ["_x": .int(5), "_y": .int(6)])
                GraphQLField("__type", arguments: ["name": .string("T")]) { "name" }
            },
            variables: ["a": 0]
        )
        #expect(
            request.query == """
                query($a:Int$a_1:Int!$a_2:Int!$a_1_1:Int!$a_3:Int!$v_:Int!$v__1:Int!$v__type:String!)\
                {a(b:$a_1,c:$a){b(c:$a_2)}a_1(c:$a_1_1)a(b:$a_1,c:$a){d(c:$a_3)}_(_x:$v_,_y:$v__1)__type(name:$v__type){name}}
                """
        )
        #expect(
            request.variables == ["a": 0, "a_1": 1, "a_2": 2, "a_1_1": 3, "a_3": 4, "v_": 5, "v__1": 6, "v__type": "T"]
        )
        #expect(throws: Never.self) { try GraphQLDocument(parsing: request.query) }
    }

    @Test func `different places have different variables, also for equal values`() throws {
        func query(_ first: Int32, _ second: Int32) throws -> String {
            let operation = GraphQLOperation(.query) {
                GraphQLField("a") { GraphQLField("b", arguments: ["c": .int(first)]) }
                GraphQLField("a_b", arguments: ["c": .int(second)])
                GraphQLField("a") { GraphQLField("d", arguments: ["c": .int(second)]) }
            }
            return try GraphQLRequest(operation).query
        }
        let text = try query(1, 2)
        #expect(text == "query($a:Int!$a_b:Int!$a_1:Int!){a{b(c:$a)}a_b(c:$a_b)a{d(c:$a_1)}}")
        #expect(try query(1, 1) == text)
    }

    @Test func `a variable that nobody declares does not take another's value`() throws {
        let error = try #require(throws: GraphQLDocumentError.self) {
            try GraphQLRequest(
                GraphQLOperation(.query) {
                    GraphQLField(alias: "a0", "item", arguments: ["id": .id("secret")])
                    GraphQLField(alias: "b", "item", arguments: ["in": .literal(["id": [.variable("a0")]])])
                }
            )
        }
        #expect(error.message == "query: the variable '$a0' is not defined")
    }

    @Test func `values under different type conditions keep their own variables and still merge`() throws {
        func cases(_ values: Int32...) -> GraphQLOperation {
            GraphQLOperation(.query) {
                GraphQLField("node") {
                    for (index, value) in values.enumerated() {
                        GraphQLInlineFragment(on: index.isMultiple(of: 2) ? "T" : "U") {
                            GraphQLField("list", arguments: ["first": .int(value)])
                        }
                    }
                }
            }
        }
        let request = try GraphQLRequest(cases(1, 2, 1, 2))
        #expect(request.variables == ["node": 1, "node_1": 2])
        #expect(throws: GraphQLDocumentError.self) { try GraphQLRequest(cases(1, 2, 3)) }
    }

    @Test func `a thousand values in one place are refused in little time`() throws {
        #expect(throws: GraphQLDocumentError.self) {
            try GraphQLRequest(
                GraphQLOperation(.query) {
                    for value in 0..<10_000 { GraphQLField("a", arguments: ["x": .int(Int32(value))]) }
                }
            )
        }
    }

    @Test func `one value in one place is one variable, so that equal fields still merge`() throws {
        let request = try GraphQLRequest(
            GraphQLOperation(.query) {
                GraphQLField("a", arguments: ["id": .id("1")]) { "x" }
                GraphQLField("a", arguments: ["id": .id("1")]) { "y" }
            }
        )
        #expect(request.query == "query($a:ID!){a(id:$a){x}a(id:$a){y}}")
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
