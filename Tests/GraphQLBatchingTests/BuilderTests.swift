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

    @Test func `all that a document can hold is built, parsed and mixed`() throws {
        let parsed = try GraphQLDocument(
            parsing: "mutation Done($id: ID!) {done: close(id: $id) {...Parts}} fragment Parts on Issue {id}"
        )
        let filter: GraphQLValue = [
            "order": .enumCase("DESC"), "tags": ["a", .null], "inner": ["n": 1, "f": 0.5, "on": true],
        ]
        let query = try GraphQLOperation(
            .query,
            name: "List",
            variables: [
                GraphQLVariableDefinition("first", "Int!", default: 10), GraphQLVariableDefinition("on", "Boolean!"),
            ],
            directives: [GraphQLDirective("live")]
        ) {
            try GraphQLField(
                alias: "open",
                "issues",
                arguments: ["first": .variable("first"), "by": .literal(filter), "after": .literal(.null)],
                directives: [GraphQLDirective("include", arguments: ["if": .variable("on")])]
            ) {
                "__typename"
                GraphQLFragmentSpread(
                    "Parts",
                    directives: [GraphQLDirective("skip", arguments: ["if": .literal(false)])]
                )
                GraphQLInlineFragment(on: "Bug") { "severity" }
                try GraphQLSelectionSet(parsing: "author { name } n: number")
            }
        }
        let document = try GraphQLDocument(operations: [query] + parsed.operations, fragments: parsed.fragments)
        #expect(
            document.text() == """
                query List($first:Int!=10$on:Boolean!)@live{open:issues(after:null,by:{inner:{f:0.5,n:1,on:true},\
                order:DESC,tags:["a",null]},first:$first)@include(if:$on){__typename...Parts@skip(if:false)...on Bug{\
                severity}author{name}n:number}}mutation Done($id:ID!){done:close(id:$id){...Parts}}\
                fragment Parts on Issue{id}
                """
        )
        for style in GraphQLDocument.TextStyle.allCases {
            #expect(try GraphQLDocument(parsing: document.text(style)) == document)
        }
        let request = try GraphQLRequest(document, operationName: "Done", variables: ["id": "1"])
        #expect(request.kind == .mutation)
    }

    @Test func `a field is a value: changing a copy leaves the other as it was`() {
        let field = GraphQLField(alias: "a", "b", arguments: ["c": .int(1)], directives: [GraphQLDirective("d")]) {
            "e"
        }
        var copy = field
        copy.name = "x"
        copy.alias = nil
        copy.arguments["y"] = .literal(2)
        copy.directives.append(GraphQLDirective("z"))
        copy.selectionSet?.selections.append(.field(GraphQLField("w")))
        #expect(
            copy
                == GraphQLField(
                    "x",
                    arguments: ["y": .literal(2), "c": .int(1)],
                    directives: [GraphQLDirective("d"), GraphQLDirective("z")]
                ) {
                    "e"
                    "w"
                }
        )
        #expect(field.name == "b" && field.alias == "a" && field.responseName == "a" && copy.responseName == "x")
        #expect(field.arguments == ["c": .int(1)] && field.directives.count == 1)
        #expect(field.selectionSet?.selections.count == 1)
        copy.selectionSet = nil
        #expect(copy.selectionSet == nil)
    }
}
