// SPDX-License-Identifier: Apache-2.0
//
// From nodes to text: canonical, escaped, and the same document when it is parsed again.

import Testing

@testable import GraphQLBatching

@Suite("Printing documents", .timeLimit(.minutes(1)))
struct PrinterTests {
    static let source = """
        query Issues($repo:ID!,$by:By={order:DESC,after:[1,2.50]}@tag,$on:Boolean!=true)@live(a:1){
          list:issues(repo:$repo,by:$by)@include(if:$on)@b{id ...Parts@skip(if:false) name ...on Bug{x}...@d{y} z}
          id
        }
        mutation Do{do(text:"a\\"b",list:[1,"","x"],none:[],empty:{})}
        fragment Parts on Issue@tag{id a{b}c}
        """

    @Test func `compact text holds no character too many`() throws {
        #expect(
            try GraphQLDocument(parsing: Self.source).text() == """
                query Issues($repo:ID!$by:By={after:[1,2.5],order:DESC}@tag$on:Boolean!=true)@live(a:1){\
                list:issues(by:$by,repo:$repo)@include(if:$on)@b{id...Parts@skip(if:false)name...on Bug{x}...@d{y}z}\
                id}mutation Do{do(empty:{},list:[1,"","x"],none:[],text:"a\\"b")}\
                fragment Parts on Issue@tag{id a{b}c}
                """
        )
    }

    @Test func `pretty text is indented`() throws {
        #expect(
            try GraphQLDocument(parsing: Self.source).text(.pretty) == """
                query Issues($repo: ID!, $by: By = {after: [1, 2.5], order: DESC} @tag, $on: Boolean! = true) @live(a: 1) {
                  list: issues(by: $by, repo: $repo) @include(if: $on) @b {
                    id
                    ...Parts @skip(if: false)
                    name
                    ... on Bug {
                      x
                    }
                    ... @d {
                      y
                    }
                    z
                  }
                  id
                }

                mutation Do {
                  do(empty: {}, list: [1, "", "x"], none: [], text: "a\\"b")
                }

                fragment Parts on Issue @tag {
                  id
                  a {
                    b
                  }
                  c
                }
                """
        )
    }

    @Test(arguments: [
        "{a}", "query Q{a}", "query@d{a}", "mutation{a}", "subscription S{a}", "query($a:Int){a(b:$a)}", "{a@d b}",
        "{a@d(x:1)b}", "{...F}fragment F on T{a}", "{...@include(if:true){a}b}", "{on:on}", "{a...on on{on}}",
    ])
    func `compact text prints as it was written`(text: String) throws {
        #expect(try GraphQLDocument(parsing: text).text() == text)
    }

    @Test(arguments: GraphQLDocument.TextStyle.allCases)
    func `printing then parsing gives the same document`(style: GraphQLDocument.TextStyle) throws {
        let document = try GraphQLDocument(parsing: Self.source)
        #expect(try GraphQLDocument(parsing: document.text(style)) == document)
    }

    @Test(
        arguments: [
            (.null, "null"), (true, "true"), (-7, "-7"), (.enumCase("OPEN"), "OPEN"), (0.1, "0.1"), (2.0, "2.0"),
            (.float(1e16), "1e+16"), (.float(-0.0), "-0.0"), (.float(.leastNonzeroMagnitude), "5e-324"),
            (.float(.greatestFiniteMagnitude), "1.7976931348623157e+308"), (["b": 1, "a": ["c"]], "{a:[\"c\"],b:1}"),
            ("a\"\\/\u{8}\t\n\u{C}\r", #""a\"\\/\b\t\n\f\r""#), ("\0\u{B}\u{1F} ", #""\u0000\u000b\u001f ""#),
            ("\u{7E}\u{7F}\u{80}\u{9F}\u{A0}é", "\"~\\u007f\\u0080\\u009f\u{A0}é\""),
            ("😀\u{10FFFF}", "\"😀\u{10FFFF}\""),
            ("\u{2028}\u{FEFF}", "\"\u{2028}\u{FEFF}\""), ("\"\"\"", #""\"\"\"""#),
        ] as [(GraphQLValue, String)]
    )
    func `a value has one text and reads back`(value: GraphQLValue, text: String) throws {
        let document = try document(with: value)
        #expect(document.text() == "{f(v:\(text))}")
        #expect(Array(document.text().utf8) == Array("{f(v:\(text))}".utf8))
        #expect(try GraphQLDocument(parsing: document.text()) == document)
    }

    @Test func `arguments come sorted whatever their order was`() throws {
        let names = try (0..<50).map { try GraphQLName("a\($0)") }
        let arguments = Dictionary(uniqueKeysWithValues: names.shuffled().map { ($0, GraphQLArgument.literal(1)) })
        let set = GraphQLSelectionSet([.field(GraphQLField("f", arguments: arguments))])
        let text = try GraphQLDocument(operations: [GraphQLOperation(.query, selecting: set)]).text()
        #expect(text == "{f(\(names.sorted().map { "\($0):1" }.joined(separator: ",")))}")
    }

    @Test(arguments: GraphQLDocument.TextStyle.allCases)
    func `a document forgets the types of its sets, so that its text gives it again`(
        style: GraphQLDocument.TextStyle
    ) throws {
        let set = GraphQLSelectionSet(on: "T") {
            GraphQLField("a", selecting: GraphQLSelectionSet(on: "A") { "x" })
            GraphQLInlineFragment(selecting: GraphQLSelectionSet(on: "B") { "y" })
            GraphQLFragmentSpread("F")
        }
        let document = try GraphQLDocument(
            operations: [GraphQLOperation(.query, selecting: set)],
            fragments: [GraphQLFragment("F", on: "T", selecting: GraphQLSelectionSet(on: "T") { "z" })]
        )
        #expect(try GraphQLDocument(parsing: document.text(style)) == document)
    }

    private func document(with value: GraphQLValue) throws -> GraphQLDocument {
        let set = GraphQLSelectionSet([.field(GraphQLField("f", arguments: ["v": .literal(value)]))])
        return try GraphQLDocument(operations: [GraphQLOperation(.query, selecting: set)])
    }
}
