// SPDX-License-Identifier: Apache-2.0
//
// What does not fit a schema, one row each; and the schemas that can be loaded.

import Foundation
import Testing

@testable import GraphQLBatching

private let sdl = """
    "The entrance." schema @tag { query: Root mutation: Change subscription: Events }
    directive @tag(name: String = "x") repeatable on FIELD | SCHEMA
    directive @only on QUERY
    scalar Date @specifiedBy(url: "https://example.org")
    interface Node { id: ID! }
    \"""
    A thing that someone wants.
    \"""
    type Issue implements Node & Titled @key(fields: "id") {
      id: ID! title(style: Style = SHORT, at: Date): String @deprecated(reason: "no")
      "With a description." parent: Issue
      related(first: Int!, by: [Filter!]): [Issue!]!
    }
    interface Titled { title: String }
    type User implements Node { id: ID! name: String! }
    union Hit = | Issue | User
    enum Style { SHORT, "The long one." LONG @deprecated }
    input Filter { text: String! limit: Int = 3 style: Style inner: Filter }
    input Key @oneOf { id: ID name: String }
    type Root {
      node(id: ID!): Node
      find(key: Key!, filter: Filter): Hit
      count(n: Int, f: Float, s: String, b: Boolean, tags: [String!]): Int!
    }
    extend type Root { issue(id: ID!): Issue }
    extend union Hit = Bot
    type Bot { version: Int }
    type Change { close(id: ID!, reason: String! = "done"): Issue! }
    type Events { changed: Issue }
    """

@Suite("Checking against a schema", .timeLimit(.minutes(1)))
struct SchemaTests {
    private let schema: GraphQLSchema

    init() throws { schema = try GraphQLSchema(parsing: sdl) }

    @Test(arguments: [
        ("{nope}", "query, at nope: the type 'Root' has no field 'nope'"),
        ("query Q {issue(id: 1) {x: parent {nope}}}", "query Q, at issue.x.nope: the type 'Issue' has no field 'nope'"),
        ("{node(id: 1) {title}}", "query, at node.title: the type 'Node' has no field 'title'"),
        ("{find(key: {id: 1}) {id}}", "query, at find.id: the type 'Hit' has no field 'id'"),
        ("mutation {issue(id: 1) {id}}", "mutation, at issue: the type 'Change' has no field 'issue'"),
        ("{issue {id}}", "query, at issue: the field 'issue' needs the argument 'id' of the type 'ID!'"),
        ("{issue(id: 1 x: 2) {id}}", "query, at issue: the field 'issue' has no argument 'x'"),
        ("{issue(id: 1)}", "query, at issue: 'issue' is of the type 'Issue'; say what to select of it"),
        ("{count {x}}", "query, at count: 'count' is of the type 'Int!', of which nothing can be selected"),
        ("{issue(id: null) {id}}", "query, at issue: the argument 'id' is null, its type 'ID!' is not"),
        ("{issue(id: 1.5) {id}}", "the argument 'id' is no value of the type 'ID'"),
        ("{count(n: \"1\")}", "the argument 'n' is no value of the type 'Int'"),
        ("{count(f: \"1\")}", "the argument 'f' is no value of the type 'Float'"),
        ("{count(s: 1)}", "the argument 's' is no value of the type 'String'"),
        ("{count(s: NAME)}", "the argument 's' is no value of the type 'String'"),
        ("{count(b: 0)}", "the argument 'b' is no value of the type 'Boolean'"),
        ("{count(n: [1])}", "the argument 'n' is no value of the type 'Int'"),
        ("{count(tags: [\"a\", null])}", "the argument 'tags' is null, its type 'String!' is not"),
        ("{count(tags: [\"a\", 1])}", "the argument 'tags' is no value of the type 'String'"),
        (
            "{issue(id: 1) {title(style: LOUD)}}",
            "query, at issue.title: the argument 'style' is no value of the type 'Style'"
        ),
        ("{issue(id: 1) {title(style: \"LONG\")}}", "the argument 'style' is no value of the type 'Style'"),
        (
            "{find(key: {id: 1} filter: {}) {__typename}}",
            "the argument 'filter' needs the input field 'text' of the type 'String!'"
        ),
        ("{find(key: {id: 1} filter: 1) {__typename}}", "the argument 'filter' is no value of the type 'Filter'"),
        (
            "{find(key: {id: 1} filter: {text: \"\" inner: {text: 1}}) {__typename}}",
            "the input field 'text' of the input field 'inner' of the argument 'filter' is no value of the type 'String'"
        ),
        (
            "{find(key: {x: 1}) {__typename}}",
            "the argument 'key' has a field \"x\", which the type 'Key' has not"
        ),
        ("{find(key: {}) {__typename}}", "the argument 'key' must have exactly one entry: 'Key' is a choice of one"),
        ("{find(key: {id: 1 name: \"\"}) {__typename}}", "the argument 'key' must have exactly one entry"),
        ("{find(key: {id: null}) {__typename}}", "the input field 'id' of the argument 'key' is null"),
        ("query($k: ID) {find(key: {id: $k}) {__typename}}", "'$k' is of the type 'ID' where 'ID!' is wanted"),
        ("query($i: Int!) {issue(id: $i) {id}}", "query, at issue: '$i' is of the type 'Int!' where 'ID!' is wanted"),
        ("query($i: ID) {issue(id: $i) {id}}", "'$i' is of the type 'ID' where 'ID!' is wanted"),
        ("query($i: ID = null) {issue(id: $i) {id}}", "'$i' is of the type 'ID' where 'ID!' is wanted"),
        ("query($t: [String]) {count(tags: $t)}", "'$t' is of the type '[String]' where '[String!]' is wanted"),
        ("query($t: String!) {count(tags: $t)}", "'$t' is of the type 'String!' where '[String!]' is wanted"),
        (
            "query($n: String) {...F} fragment F on Root {count(n: $n)}",
            "fragment F, at count: '$n' is of the type 'String' where 'Int' is wanted"
        ),
        ("query($x: Nope) {count(n: $x)}", "query: the type of '$x', 'Nope', is not defined"),
        ("query($x: [Issue]) {count(n: $x)}", "query: the type of '$x', '[Issue]', is none for input"),
        ("query($x: Int = 1.5) {count(n: $x)}", "query: the default of '$x' is no value of the type 'Int'"),
        ("{node(id: 1) {... on Nope {id}}}", "query, at node: the type 'Nope' is not defined"),
        ("{node(id: 1) {... on Style {id}}}", "query, at node: 'Style' is no type of which fields can be selected"),
        (
            "{issue(id: 1) {... on User {id}}}",
            "query, at issue: a value of the type 'Issue' is never of the type 'User'"
        ),
        ("{node(id: 1) {...F}} fragment F on Bot {version}", "a value of the type 'Node' is never of the type 'Bot'"),
        ("{...F} fragment F on Nope {id}", "fragment F: the type 'Nope' is not defined"),
        ("{...F} fragment F on Root {nope}", "fragment F, at nope: the type 'Root' has no field 'nope'"),
        ("{count @nope}", "query, at count: the directive '@nope' is not defined"),
        ("{count @only}", "the directive '@only' may not stand at a FIELD"),
        ("query @only @only {count}", "query: the directive '@only' stands twice in one place"),
        ("{count @tag(name: 1)}", "the argument 'name' is no value of the type 'String'"),
        ("{count @tag(x: 1)}", "the directive '@tag' has no argument 'x'"),
        ("{count @include(if: \"yes\")}", "the argument 'if' is no value of the type 'Boolean'"),
        ("query($c: String!) {count @skip(if: $c)}", "'$c' is of the type 'String!' where 'Boolean!' is wanted"),
        ("{__type {name}}", "query, at __type: the field '__type' needs the argument 'name'"),
        ("{__schema {nope}}", "query, at __schema.nope: the type '__Schema' has no field 'nope'"),
    ])
    func `a violation is an error that names the place`(text: String, message: String) throws {
        let document = try GraphQLDocument(parsing: text)
        let violations = document.violations(of: schema)
        #expect(violations.count == 1)
        let first = try #require(violations.first)
        #expect(first.message.contains(message))
        #expect(first.code == .schemaMismatch)
        #expect(throws: first) { try document.check(against: schema) }
    }

    @Test(arguments: [
        "{issue(id: 1) {id title(style: LONG, at: {any: [thing]}) related(first: 2) {...F}}} fragment F on Issue {id}",
        "query($i: ID!) {issue(id: $i) {__typename parent {id}} node(id: $i) {id ... on User {name} ... on Titled {title}}}",
        "{find(key: {name: \"x\"} filter: {text: \"\"}) {__typename ... on Node {id} ... on Bot {version}}}",
        "query($n: Int = 3, $f: Int) {count(n: $n, f: 1, tags: \"one\") @tag @tag(name: \"y\")}".replacing(
            ", $f: Int",
            with: ""
        ),
        "query($r: String) {...F} fragment F on Root {count(s: $r)}",
        "query($c: Boolean = true) {count @include(if: $c)}",
        "query($k: ID!) {find(key: {id: $k}) {__typename}}",
        "mutation($r: String) {close(id: \"1\", reason: $r) {id}}",
        "subscription {changed {id}}",
        "query @only {__schema {types {name fields(includeDeprecated: true) {name}}} __type(name: \"T\") {kind}}",
        "query A {count} query B($i: ID!) {issue(id: $i) {id}}",
    ])
    func `a document that fits has no violations`(text: String) throws {
        #expect(try GraphQLDocument(parsing: text).violations(of: schema) == [])
    }

    @Test func `all violations are found, in the order of the document, up to a hundred`() throws {
        let document = try GraphQLDocument(parsing: "{a b ...F count(n: true)} fragment F on Root {c}")
        #expect(
            document.violations(of: schema).map { String($0.message.prefix(15)) } == [
                "query, at a: th", "query, at b: th", "query, at count", "fragment F, at ",
            ]
        )
        let many = try GraphQLDocument(parsing: "{\((0..<500).map { "x\($0)" }.joined(separator: " "))}")
        #expect(many.violations(of: schema).count == 100)
    }

    @Test func `a schema without mutations says so`() throws {
        let schema = try GraphQLSchema(parsing: "type Query {a: Int}")
        let document = try GraphQLDocument(parsing: "mutation M {a}")
        #expect(
            document.violations(of: schema).map(\.message) == [
                "mutation M: the schema has no operation of the kind mutation"
            ]
        )
    }

    @Test(
        arguments: [
            (["style": "LOUD"], "the variable '$a'"), (["text": 1], "the input field 'text' of the variable '$a'"),
            (["text": "", "nope": 1], "has a field \"nope\""), ([:], "needs the input field 'text'"),
        ] as [(GraphQLValue, String)]
    )
    func `values that a builder hoists are checked too`(filter: GraphQLValue, message: String) throws {
        let operation = GraphQLOperation(.query) {
            GraphQLField(
                alias: "a",
                "find",
                arguments: ["key": .literal(["id": 1]), "filter": .value(filter, type: "Filter")]
            ) { "__typename" }
        }
        let error = try #require(throws: GraphQLDocumentError.self) {
            try GraphQLRequest(operation, checkedAgainst: schema)
        }
        #expect(error.code == .schemaMismatch)
        #expect(error.message.contains(message))
        #expect(throws: Never.self) { try GraphQLRequest(operation) }
    }

    @Test func `a case of an enum is a string in a variable`() throws {
        let operation = GraphQLOperation(.query) {
            GraphQLField("issue", arguments: ["id": .id("1")]) {
                GraphQLField("title", arguments: ["style": .value("LONG", type: "Style")])
            }
        }
        #expect(throws: Never.self) { try GraphQLRequest(operation, checkedAgainst: schema) }
    }

    @Test func `a builder's variable of the wrong type is found`() throws {
        let operation = GraphQLOperation(.query) { GraphQLField("issue", arguments: ["id": .int(1)]) { "id" } }
        let error = #expect(throws: GraphQLDocumentError.self) {
            try GraphQLRequest(operation, checkedAgainst: schema)
        }
        #expect(error?.message == "query, at issue: '$issue' is of the type 'Int!' where 'ID!' is wanted")
    }
}

@Suite("Loading schemas", .timeLimit(.minutes(1)))
struct SchemaLoadingTests {
    @Test(arguments: [
        ("", "the schema has no type for queries"),
        ("type T {a: Int}", "the schema has no type for queries"),
        ("type Query {a: Nope}", "'Query.a' names the type 'Nope'"),
        ("type Query {a(x: [Nope!]): Int}", "'Query.a(x:)' names the type 'Nope'"),
        ("type Query {a(x: Query): Int}", "'Query.a(x:)' is of the type 'Query', which is for output only"),
        ("type Query {a: I} input I {x: Int}", "'Query.a' is of the type 'I', which is for input only"),
        ("type Query {a: Int} input I {x: J}", "'I.x' names the type 'J'"),
        ("type Query implements X {a: Int}", "'Query' names the type 'X'"),
        ("type Query {a: Int} union U = Int", "'U' names 'Int', which is of another kind"),
        ("schema {query: S} scalar S", "is 'S', which is no object type"),
        ("type Query {a: Int} type Query {b: Int}", "the type 'Query' is defined twice"),
        ("type Query {a: Int a: Int}", "the field 'a' is defined twice"),
        ("type Query {a(x: Int, x: Int): Int}", "the argument or input field 'x' is defined twice"),
        ("type Query {a: Int} enum E {A A}", "the case 'A' is defined twice"),
        ("type Query {a: Int} directive @d on FIELD directive @d on FIELD", "the directive '@d' is defined twice"),
        ("type Query {a: Int} extend type X {a: Int}", "the type 'X' is extended and not defined"),
        ("type Query {a: Int} extend enum Query {A}", "'Query' is defined as another kind of type"),
        ("{a}", "expected schema, scalar, type, interface, union, enum, input or directive, found '{'"),
        ("type Query {}", "expected a name, found '}'"),
        ("type Query {a Int}", "expected ':', found 'Int'"),
        ("type Query {a: \"x\"}", "expected a type, found a string"),
    ])
    func `what is no schema is refused by name`(text: String, message: String) throws {
        let error = try #require(throws: GraphQLDocumentError.self) { try GraphQLSchema(parsing: text) }
        #expect(error.message.contains(message))
    }

    @Test func `an extension may stand before what it extends`() throws {
        let schema = try GraphQLSchema(parsing: "extend type Query {b: Int} type Query {a: Int}")
        #expect(try GraphQLDocument(parsing: "{a b}").violations(of: schema) == [])
    }

    @Test(arguments: [true, false])
    func `introspection gives the same schema as its text`(isWrapped: Bool) throws {
        let json = #"""
            {"__schema":{"queryType":{"name":"Q"},"mutationType":null,"directives":[
            {"name":"live","args":[{"name":"n","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Int"}}}],
            "locations":["QUERY"]}],"types":[
            {"kind":"OBJECT","name":"Q","fields":[{"name":"item","args":[{"name":"id","type":{"kind":"NON_NULL",
            "ofType":{"kind":"SCALAR","name":"ID"}},"defaultValue":null},{"name":"in","type":{"kind":"INPUT_OBJECT",
            "name":"In"}}],"type":{"kind":"LIST","ofType":{"kind":"INTERFACE","name":"N"}}}],"interfaces":[]},
            {"kind":"INTERFACE","name":"N","fields":[{"name":"id","args":[],"type":{"kind":"SCALAR","name":"ID"}}],
            "possibleTypes":[{"name":"T"}]},
            {"kind":"OBJECT","name":"T","fields":[{"name":"id","args":[],"type":{"kind":"SCALAR","name":"ID"}}],
            "interfaces":[{"name":"N"}]},
            {"kind":"INPUT_OBJECT","name":"In","inputFields":[{"name":"e","type":{"kind":"ENUM","name":"E"}}]},
            {"kind":"ENUM","name":"E","enumValues":[{"name":"A"}]},{"kind":"UNION","name":"U",
            "possibleTypes":[{"name":"T"}]},{"kind":"SCALAR","name":"ID"}]}}
            """#
        let schema = try GraphQLSchema(introspection: Data((isWrapped ? #"{"data":\#(json)}"# : json).utf8))
        let good = "query @live(n: 1) {item(id: 1, in: {e: A}) {id ... on T {id} __typename}}"
        #expect(try GraphQLDocument(parsing: good).violations(of: schema) == [])
        let bad = "query {item(in: {e: B}) {id ... on T {x}}}"
        #expect(
            try GraphQLDocument(parsing: bad).violations(of: schema).map(\.message) == [
                "query, at item: the input field 'e' of the argument 'in' is no value of the type 'E'",
                "query, at item: the field 'item' needs the argument 'id' of the type 'ID!'",
                "query, at item.x: the type 'T' has no field 'x'",
            ]
        )
    }

    @Test(arguments: [
        ("{}", "holds no '__schema'"), ("[]", "no response to an introspection query"),
        (#"{"__schema":{"types":[{"kind":"ODD","name":"T"}]}}"#, "of the unknown kind 'ODD'"),
        (#"{"__schema":{"types":[{"kind":"SCALAR","name":"a b"}]}}"#, "is not a GraphQL name"),
        (
            #"{"__schema":{"types":[{"kind":"OBJECT","name":"T","fields":[{"name":"a","type":{"kind":"LIST"}}]}]}}"#,
            "ask for more levels of 'ofType'"
        ),
    ])
    func `what is no introspection is refused`(json: String, message: String) throws {
        let error = try #require(throws: GraphQLDocumentError.self) {
            try GraphQLSchema(introspection: Data(json.utf8))
        }
        #expect(error.message.contains(message))
    }

    @Test(arguments: ["", "type Query {a: [", "type Query {a(x: Int = ["])
    func `hostile schemas end at a bound`(start: String) {
        #expect(throws: GraphQLDocumentError.self) {
            try GraphQLSchema(parsing: start + String(repeating: "[", count: 100_000))
        }
    }
}
