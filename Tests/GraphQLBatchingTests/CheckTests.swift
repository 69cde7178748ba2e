// SPDX-License-Identifier: Apache-2.0
//
// The rules of a document that need no schema, one row each, and how much checking may cost.

import Testing

@testable import GraphQLBatching

@Suite("Checking documents", .timeLimit(.minutes(1)))
struct CheckTests {
    @Test(arguments: [
        ("fragment F on T {a}", "a document needs an operation"),
        ("query A {a} query A {b}", "two operations are named 'A'"),
        ("query A {a} {b}", "an operation without a name must be the only one"),
        ("query __A {a}", "query __A: '__A' begins with two underscores"),
        ("{...F} fragment F on T {a} fragment F on T {b}", "two fragments are named 'F'"),
        ("{...__F} fragment __F on T {a}", "fragment __F: '__F' begins with two underscores"),
        ("{a {...F}}", "query, at a: the fragment 'F' is not defined"),
        ("{a} fragment F on T {a}", "fragment F: it is not used"),
        ("{a ...A} fragment A on T {b} fragment B on T {...C} fragment C on T {c}", "fragment B: it is not used"),
        ("{...F} fragment F on T {a {...F}}", "fragment F: it contains itself (F → …)"),
        ("{...F} fragment F on T {...G} fragment G on T {... {...F}}", "fragment F: it contains itself (F → G → …)"),
        ("query($a: Int, $a: Int) {f(a: $a)}", "query: the variable '$a' is defined twice"),
        ("query($__a: Int) {f(a: $__a)}", "'__a' begins with two underscores"),
        ("query Q($a: Int) {f}", "query Q: the variable '$a' is not used"),
        ("mutation M {f(a: [{b: $a}])}", "mutation M: the variable '$a' is not defined"),
        ("query Q {f @include(if: $a)}", "query Q: the variable '$a' is not defined"),
        ("query Q @live(on: $a) {f}", "query Q: the variable '$a' is not defined"),
        (
            "{...F} fragment F on T {a {...G}} fragment G on T {f(a: $a)}",
            "fragment G: the variable '$a' is not defined"
        ),
        ("query A($a: Int) {...F} query B {...F} fragment F on T {f(a: $a)}", "the variable '$a' is not defined"),
        ("query Q($a: Int! = null) {f(a: $a)}", "the default of '$a' is null, its type is not"),
        ("query Q($a: Int = 2147483648) {f(a: $a)}", "query Q: the value of 'a' does not fit in 32 bits"),
        ("{a {f(first: -2147483649)}}", "query, at a.f: the value of 'first' does not fit in 32 bits"),
        ("{__x: a}", "query, at __x: '__x' begins with two underscores"),
        ("{a {__service}}", "query, at a.__service: '__service' begins with two underscores"),
        ("{a: b a: c}", "query: 'a' is selected twice and means different fields or arguments"),
        ("{a b: a a: b}", "'a' is selected twice"),
        ("{a(x: 1) a(x: 2)}", "'a' is selected twice"),
        ("{a(x: 1) a}", "'a' is selected twice"),
        ("{a(x: {b: 1, c: [2]}) a(x: {c: [3], b: 1})}", "'a' is selected twice"),
        ("{a {b: x} a {b: y}}", "query, at a: 'b' is selected twice"),
        ("{a {c {b: x}} a {c {d}} a {c {b: y}}}", "query, at a.c: 'b' is selected twice"),
        ("{a {b: x ... {b: y}}}", "query, at a: 'b' is selected twice"),
        ("{a {b: x ... on T {b: y}}}", "query, at a: 'b' is selected twice"),
        ("{a {... on T {b: x} ... on T {b: y}}}", "query, at a: 'b' is selected twice"),
        ("{a {... on T {b: x} ... on U {b: y} b: x}}", "query, at a: 'b' is selected twice"),
        ("{a {... on T {c {b: x}} ... on T {c {b: y}}}}", "query, at a.c: 'b' is selected twice"),
        ("{a {...F b: y}} fragment F on T {b: x}", "query, at a: 'b' is selected twice"),
        ("{...F ...G} fragment F on T {a {b: x}} fragment G on T {a {b: y}}", "query, at a: 'b' is selected twice"),
        ("{a {...F}} fragment F on T {c {b: x} c {b: y}}", "fragment F, at c: 'b' is selected twice"),
    ])
    func `a broken rule is refused with the place and the offender`(text: String, message: String) throws {
        let error = try #require(throws: GraphQLDocumentError.self) { try GraphQLDocument(parsing: text) }
        #expect(error.message.contains(message))
    }

    @Test(arguments: [
        "{__typename a {__typename} __schema {t} __type(name: \"T\") {n}}",
        "query A {a} query B {a} mutation C {a}",
        "{a(x: 1, y: \"é\") {b} a(y: \"é\", x: 1) {c}}",
        "{a {... on T {b: x} ... on U {b: y}}}",
        "{a {... on T {c {b: x}} ... on U {c {b: y}}}}",
        "{a {c {e} ... on T {c {b: x}} ... on U {c {b: y}}}}",
        "{a {...F ...G}} fragment F on T {b: x} fragment G on U {b: y}",
        "{...F ...F a {...F}} fragment F on T {b}",
        "query Q($a: Int) {...F} fragment F on T {b {...G}} fragment G on T {c(d: $a)}",
        "query A($a: Int) {...F} query B($a: String) {...F} fragment F on T {f(a: $a)}",
        "query Q($a: Int = null, $b: [Int!]! = [1]) {f(a: $a, b: $b, c: -2147483648)}",
    ])
    func `a document within the rules is accepted`(text: String) {
        #expect(throws: Never.self) { try GraphQLDocument(parsing: text) }
    }

    @Test(arguments: [
        ("nothing is selected", GraphQLField("a", selecting: GraphQLSelectionSet([]))),
        ("is to travel as a variable", GraphQLField("a", arguments: ["x": .id("1")])),
        ("is to travel as a variable", GraphQLField("a", directives: [.init("d", arguments: ["x": .int(1)])])),
        ("is not finite", GraphQLField("a", arguments: ["x": .literal(.float(.nan))])),
        ("is not finite", GraphQLField("a", arguments: ["x": .literal([.float(-.infinity)])])),
        ("has a key that is not a name", GraphQLField("a", arguments: ["x": .literal(["a b": 1])])),
        ("has a key that is not a name", GraphQLField("a", arguments: ["x": .literal(["": 1])])),
        ("cannot be a case of an enum", GraphQLField("a", arguments: ["x": .literal(.enumCase("true"))])),
        ("cannot be a case of an enum", GraphQLField("a", arguments: ["x": .literal(.enumCase("null"))])),
    ])
    func `what only a builder can make is checked too`(message: String, field: GraphQLField) throws {
        let inner = GraphQLSelectionSet([.field(GraphQLField("inner", selecting: GraphQLSelectionSet([.field(field)])))]
        )
        let error = try #require(throws: GraphQLDocumentError.self) {
            try GraphQLDocument(operations: [GraphQLOperation(.query, selecting: inner)])
        }
        #expect(error.message.contains("query, at inner.a: "))
        #expect(error.message.contains(message))
    }

    @Test(arguments: [
        ("is non-null twice", GraphQLVariableDefinition("v", .nonNull(.nonNull(.named("Int"))))),
        ("must be a constant", GraphQLVariableDefinition("v", "Int", default: .variable("v"))),
        (
            "must be a constant",
            GraphQLVariableDefinition("v", "Int", directives: [.init("d", arguments: ["x": .variable("v")])])
        ),
    ])
    func `definitions of variables are checked`(message: String, variable: GraphQLVariableDefinition) throws {
        let field = GraphQLField("a", arguments: ["x": .variable("v")])
        let operation = GraphQLOperation(
            .query,
            variables: [variable],
            selecting: GraphQLSelectionSet([.field(field)])
        )
        let error = try #require(throws: GraphQLDocumentError.self) { try GraphQLDocument(operations: [operation]) }
        #expect(error.message.contains(message))
    }

    @Test func `a fragment is not named on`() throws {
        let set = GraphQLSelectionSet([.field(GraphQLField("a"))])
        let error = try #require(throws: GraphQLDocumentError.self) {
            try GraphQLDocument(
                operations: [GraphQLOperation(.query, selecting: set)],
                fragments: [GraphQLFragment("on", on: "T", selecting: set)]
            )
        }
        #expect(error.message.contains("'on'"))
    }

    @Test func `built nesting is bounded like parsed nesting`() throws {
        var set = GraphQLSelectionSet([.field(GraphQLField("a"))])
        var value: GraphQLValue = 1
        for _ in 0..<GraphQLDocument.maximumDepth {
            set = GraphQLSelectionSet([.field(GraphQLField("a", selecting: set))])
            value = .list([value])
        }
        let deepValue = GraphQLField("a", arguments: ["x": .literal(.list([value]))])
        for set in [set, GraphQLSelectionSet([.field(deepValue)])] {
            let error = try #require(throws: GraphQLDocumentError.self) {
                try GraphQLDocument(operations: [GraphQLOperation(.query, selecting: set)])
            }
            #expect(error.message.contains("nests more than 128 levels"))
        }
    }
}

@Suite("The cost of checking", .timeLimit(.minutes(1)))
struct CheckCostTests {
    private let size = 10_000

    @Test func `fragments that double at each level are cheap where nothing merges`() throws {
        let fragments = (0..<100).map { "fragment F\($0) on T {a {...F\($0 + 1)} b {...F\($0 + 1)}}" }
        #expect(throws: Never.self) {
            try GraphQLDocument(parsing: "{...F0}\(fragments.joined()) fragment F100 on T {c}")
        }
    }

    @Test func `fragments that double where fields merge end at the bound`() throws {
        let fragments = (0..<40).map { level in
            let next = level + 1
            return "fragment F\(level) on T {a {...F\(next) ...G\(next)} b {...F\(next)}}"
                + "fragment G\(level) on T {a {...F\(next)} b {...G\(next) ...F\(next)} c\(level)}"
        }
        let text = "{...F0 ...G0}\(fragments.joined()) fragment F40 on T {d} fragment G40 on T {d}"
        let error = try #require(throws: GraphQLDocumentError.self) { try GraphQLDocument(parsing: text) }
        #expect(error.message.contains("too large to check"))
    }

    @Test func `many operations over many fragments end at the bound`() throws {
        let fragments = (0..<5_000).map { "fragment F\($0) on T {...F\($0 + 1)}" }
        let operations = (0..<5_000).map { "query Q\($0) {...F0}" }
        let text = operations.joined() + fragments.joined() + "fragment F5000 on T {a}"
        let error = try #require(throws: GraphQLDocumentError.self) { try GraphQLDocument(parsing: text) }
        #expect(error.message.contains("too large to check"))
    }

    @Test func `a long chain of fragments needs no deep stack`() async {
        let fragments = (0..<size).map { "fragment F\($0) on T {...F\($0 + 1)}" }
        let text = "{...F0}\(fragments.joined()) fragment F\(size) on T {a}"
        let result = await onThread(stackSize: 512 << 10) { Result { try GraphQLDocument(parsing: text) } }
        #expect(throws: Never.self) { try result.get() }
    }

    @Test func `a chain of fragments that nests too deep where it merges is refused`() async throws {
        let fragments = (0..<size).map { "fragment F\($0) on T {a {...F\($0 + 1)} a {...F\($0 + 1) b}}" }
        let text = "{...F0}\(fragments.joined()) fragment F\(size) on T {b}"
        let result = await onThread(stackSize: 512 << 10) { Result { try GraphQLDocument(parsing: text) } }
        let error = try #require(throws: GraphQLDocumentError.self) { try result.get() }
        #expect(error.message.contains("nests more than 128 levels"))
    }

    @Test(arguments: ["a ", "a{b} ", "...F ", "...{a} ", "... on T{a} ", "a(x:{y:1}) "])
    func `the same selection many times is cheap`(selection: String) throws {
        let fragment = selection.contains("F") ? "fragment F on T{a}" : ""
        let text = "{\(String(repeating: selection, count: size))}\(fragment)"
        #expect(try GraphQLDocument(parsing: text).operations.count == 1)
    }
}
