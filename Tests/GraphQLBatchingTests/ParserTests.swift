// SPDX-License-Identifier: Apache-2.0
//
// From text to nodes: what the grammar accepts, what it refuses, and where errors point.

import Foundation
import Testing

@testable import GraphQLBatching

@Suite("Parsing documents", .timeLimit(.minutes(1)))
struct ParserTests {
    @Test func `a full document becomes its nodes`() throws {
        let document = try GraphQLDocument(
            parsing: """
                \u{FEFF}# what we need
                query Issues($repo: ID!, $first: Int = 10 @tag(x: 1), $tags: [[String!]]!) @live {
                  list: issues(repo: $repo, first: $first, by: {order: DESC, tags: $tags,}) @include(if: true) {
                    ...Parts @skip(if: false), ... on Bug { severity } ... @defer { id } ... { id }
                  }
                }
                fragment Parts on Issue @tag { id }
                """
        )
        let filter: GraphQLValue = .object(["order": .enumCase("DESC"), "tags": .variable("tags")])
        let list = GraphQLField(
            alias: "list",
            "issues",
            arguments: ["repo": .variable("repo"), "first": .variable("first"), "by": .literal(filter)],
            directives: [GraphQLDirective("include", arguments: ["if": .literal(true)])],
            selecting: GraphQLSelectionSet([
                .fragmentSpread(
                    GraphQLFragmentSpread(
                        "Parts",
                        directives: [GraphQLDirective("skip", arguments: ["if": .literal(false)])]
                    )
                ),
                .inlineFragment(
                    GraphQLInlineFragment(
                        on: "Bug",
                        selecting: GraphQLSelectionSet([.field(GraphQLField("severity"))])
                    )
                ),
                .inlineFragment(GraphQLInlineFragment(directives: [GraphQLDirective("defer")], selecting: id)),
                .inlineFragment(GraphQLInlineFragment(selecting: id)),
            ])
        )
        #expect(
            document.operations == [
                GraphQLOperation(
                    .query,
                    name: "Issues",
                    variables: [
                        GraphQLVariableDefinition("repo", "ID!"),
                        GraphQLVariableDefinition(
                            "first",
                            "Int",
                            default: 10,
                            directives: [GraphQLDirective("tag", arguments: ["x": .literal(1)])]
                        ),
                        GraphQLVariableDefinition("tags", "[[String!]]!"),
                    ],
                    directives: [GraphQLDirective("live")],
                    selecting: GraphQLSelectionSet([.field(list)])
                )
            ]
        )
        #expect(
            document.fragments == [
                GraphQLFragment("Parts", on: "Issue", directives: [GraphQLDirective("tag")], selecting: id)
            ]
        )
    }

    @Test(
        arguments: [
            ("{a}", .query), ("query{a}", .query), ("mutation M{a}", .mutation), ("subscription{a}", .subscription),
        ] as [(String, GraphQLOperation.Kind)]
    )
    func `the keyword decides the kind of an operation`(text: String, kind: GraphQLOperation.Kind) throws {
        #expect(try GraphQLDocument(parsing: text).operations.map(\.kind) == [kind])
    }

    @Test(arguments: ["query", "mutation", "fragment", "on", "true", "null", "__typename"])
    func `words of the language are names of fields too`(word: String) throws {
        let field = GraphQLField(try GraphQLName(word), selecting: id)
        #expect(try GraphQLSelectionSet(parsing: "\(word) {id}").selections == [.field(field)])
    }

    @Test(arguments: ["id name", "{id name}", " , { id, name, } # end", "id\r\nname\u{FEFF}"])
    func `a selection set parses with and without braces`(text: String) throws {
        let set = try GraphQLSelectionSet(on: "Resource", parsing: text)
        #expect(set == GraphQLSelectionSet(on: "Resource", ["id", "name"].map { .field(GraphQLField($0)) }))
    }

    @Test(arguments: ["ID", "[ID]", "[ID!]!", "[[Int]!]"])
    func `a type reference prints as it was written`(text: String) throws {
        #expect(try GraphQLType(parsing: " \(text) ").description == text)
    }

    @Test(arguments: ["", "[", "[ID", "ID!!", "ID]", "1", "[]"])
    func `what is no type reference is refused`(text: String) {
        #expect(throws: GraphQLDocumentError.self) { try GraphQLType(parsing: text) }
    }

    private var id: GraphQLSelectionSet { GraphQLSelectionSet([.field(GraphQLField("id"))]) }
}

@Suite("Parsing values", .timeLimit(.minutes(1)))
struct ValueParsingTests {
    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("-12", -12), ("9223372036854775807", .int(.max)), ("0.5", 0.5), ("-1.5e3", -1500.0),
            ("2E-2", 0.02), ("3e+1", 30.0), ("1.0", 1.0), ("true", true), ("false", false), ("null", .null),
            ("OPEN", .enumCase("OPEN")), ("trueish", .enumCase("trueish")), ("$v", .variable("v")), ("[]", []),
            ("[1,[2] 3]", [1, [2], 3]), ("{}", [:]), ("{a:1 b:{c:$d}}", ["a": 1, "b": ["c": .variable("d")]]),
            ("1#c\n", 1), ("[1\"x\"2]", [1, "x", 2]),
        ] as [(String, GraphQLValue)]
    )
    func `a literal becomes its value`(text: String, value: GraphQLValue) throws {
        #expect(try parse(text) == value)
    }

    @Test(arguments: [
        ("\"\"", ""), (#""a\"\\\/\b\f\n\r\tz""#, "a\"\\/\u{8}\u{C}\n\r\tz"), (#""\u00e9\u00E9""#, "éé"),
        (#""\ud83d\ude00""#, "😀"), (#""\u{1F600}\u{0}\u{0000010F}""#, "😀\u{0}\u{10F}"), ("\"é😀\u{1}\"", "é😀\u{1}"),
        ("\"# no comment\"", "# no comment"), ("\"\"\"\"\"\"", ""), ("\"\"\" a \"\"\"", " a "),
        ("\"\"\"\n\n  \t\n    one\n      two\n\n    three\n  \n\"\"\"", "one\n  two\n\nthree"),
        ("\"\"\"first\r\n  second\r    third\n\n\"\"\"", "first\nsecond\n  third"),
        ("\"\"\" say \\\"\"\" and \\n and \\\" \"\"\"", #" say """ and \n and \" "#), ("\"\"\"\n\n\"\"\"", ""),
        ("\"\"\"  a\n b\"\"\"", "  a\nb"), ("\"\"\"a\n\n   b\n \n  c\"\"\"", "a\n\n b\n\nc"),
    ])
    func `a string becomes its text`(text: String, value: String) throws {
        #expect(try parse(text) == .string(value))
    }

    @Test(arguments: [
        "00", "01", "-", "-a", "1.", "1.e1", ".5", "1e", "1e+", "1a", "1_", "1.5.2", "0x1", "1.2e3f", "+1",
        "99999999999999999999", "1e999", "\"", "\"a", "\"a\nb\"", "\"a\rb\"", #""\x""#, #""\u12""#, #""\u12G4""#,
        #""\ud800""#, #""\udc00""#, #""\ud800\u0041""#, #""\ud800x""#, #""\u{}""#, #""\u{110000}""#, #""\u{D800}""#,
        #""\u{000000041}""#, #""\u{41""#, #""\"#, "\"\"\"", "\"\"\"a\"\"", "[", "[1", "{a}", "{a:}", "{a:1", "{1:1}",
        "{a:1 a:1}", "{\"a\":1}", "$", "$1", "@", "'a'", "é", "..", "",
    ])
    func `a broken literal is refused with its place`(text: String) throws {
        let error = #expect(throws: GraphQLDocumentError.self) { try parse(text) }
        #expect(error?.location != nil)
    }

    @Test func `a surrogate pair resolves only if both halves are there`() throws {
        #expect(try parse(#""\uDBFF\uDFFF""#) == "\u{10FFFF}")
        #expect(throws: GraphQLDocumentError.self) { try parse(#""\uDE00\uD83D""#) }
    }

    private func parse(_ text: String) throws -> GraphQLValue {
        let set = try GraphQLSelectionSet(parsing: "a(v:\(text))")
        guard case .field(let field) = set.selections.first,
            case .literal(let value) = field.arguments["v"]?.storage
        else { throw CancellationError() }
        return value
    }
}

@Suite("Refusing text", .timeLimit(.minutes(1)))
struct SyntaxErrorTests {
    @Test(arguments: [
        ("", "query, mutation, subscription, fragment or '{', found the end of the text", 1, 1),
        ("{", "expected a field, '...' or '}', found the end of the text", 1, 2),
        ("{}", "expected a field, '...' or '}', found '}'", 1, 2),
        ("{a}}", "found '}'", 1, 4),
        ("{\n a: }", "expected a name, found '}'", 2, 5),
        ("{a(}", "expected a name, found '}'", 1, 4),
        ("{a()}", "expected a name, found ')'", 1, 4),
        ("{a(b 1)}", "expected ':', found a number", 1, 6),
        ("{a(b: \"secret\" \"s\")}", "expected a name, found a string", 1, 16),
        ("{a(b: 1, b: 2)}", "the argument 'b' is given twice", 1, 10),
        ("{a @}", "expected a name, found '}'", 1, 5),
        ("{...}", "expected '{', found '}'", 1, 5),
        ("{... on}", "expected a name, found '}'", 1, 8),
        ("{a..}", "'.' begins no token", 1, 3),
        ("query Q(a: Int){a}", "expected '$', found 'a'", 1, 9),
        ("query Q(){a}", "expected '$', found ')'", 1, 9),
        ("query Q($a Int){a}", "expected ':', found 'Int'", 1, 12),
        ("query Q($a: Int!!){a}", "expected '$', found '!'", 1, 17),
        ("query Q($a: Int = $b){a}", "expected a constant, found a variable", 1, 19),
        ("query Q($a: Int @d(x: $b)){a}", "expected a constant, found a variable", 1, 23),
        ("query Q", "expected '{', found the end of the text", 1, 8),
        ("fragment on on T {a}", "a fragment's name other than 'on', found 'on'", 1, 10),
        ("fragment F T {a}", "expected 'on', found 'T'", 1, 12),
        ("type T {a: Int}", "found 'type'", 1, 1),
        ("\"about\" {a}", "found a string", 1, 1),
        ("{é}", "U+00E9 begins no token", 1, 2),
        ("{\"é😀\" 'x'}", "found a string", 1, 2),
        ("#é😀\r\n{é", "U+00E9 begins no token", 2, 2),
        ("#a\r#b\n{ 1}", "found a number", 3, 3),
    ])
    func `a syntax error says what it wants, what it found, and where`(
        text: String,
        message: String,
        line: Int,
        column: Int
    ) throws {
        let error = try #require(throws: GraphQLDocumentError.self) { try GraphQLDocument(parsing: text) }
        #expect(error.message.contains(message))
        #expect(error.location == GraphQLDocumentError.Location(line: line, column: column))
        #expect(!error.message.contains("secret"))
    }

    @Test(arguments: [("", "{a"), ("", "{...@a"), ("{a(v:", "["), ("{a(v:", "{b:"), ("query($v:", "[")])
    func `endless nesting is refused`(start: String, level: String) throws {
        let text = start + String(repeating: level, count: 100_000)
        let error = try #require(throws: GraphQLDocumentError.self) { try GraphQLDocument(parsing: text) }
        #expect(error.message.contains("nests more than 128 levels"))
    }

    @Test func `the deepest allowed text fits a small stack`() async throws {
        let depth = GraphQLDocument.maximumDepth
        let text = String(repeating: "{a", count: depth) + String(repeating: "}", count: depth)
        let result = await onThread(stackSize: 512 << 10) { Result { try GraphQLDocument(parsing: text) } }
        #expect(try result.get().operations.count == 1)
    }

    @Test func `a text with too many tokens is refused`() throws {
        let text = "{" + String(repeating: "a ", count: GraphQLDocument.maximumTokenCount) + "}"
        let error = try #require(throws: GraphQLDocumentError.self) { try GraphQLDocument(parsing: text) }
        #expect(error.message.contains("more than 250000 tokens"))
    }
}

/// Runs a closure on a thread whose stack is as small as those of some platforms' pools.
func onThread<T: Sendable>(stackSize: Int, _ body: @escaping @Sendable () -> T) async -> T {
    await withCheckedContinuation { continuation in
        let thread = Thread { continuation.resume(returning: body()) }
        thread.stackSize = stackSize
        thread.start()
    }
}
