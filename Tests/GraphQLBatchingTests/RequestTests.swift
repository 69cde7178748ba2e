// SPDX-License-Identifier: Apache-2.0
//
// What a request takes, and the bytes that it becomes.

import Foundation
import Testing

@testable import GraphQLBatching

@Suite("Requests", .timeLimit(.minutes(1)))
struct RequestTests {
    private let document =
        "query Q($id: ID!, $n: Int! = 1, $tags: [String!]) {f(id: $id, n: $n, tags: $tags)} mutation M {m}"

    @Test func `the body holds what there is and nothing else`() throws {
        var request = try GraphQLRequest(GraphQLOperation(.mutation) { "a" })
        #expect(request.kind == .mutation)
        #expect(text(try request.body()) == #"{"query":"mutation{a}"}"#)
        request.extensions = ["z": [:], "a": [1, .null]]
        #expect(text(try request.body()) == #"{"query":"mutation{a}","extensions":{"a":[1,null],"z":{}}}"#)
        let named = try GraphQLRequest(
            GraphQLOperation(.query, name: "Q") {
                GraphQLField("b", arguments: ["y": .value(.null, type: "T"), "x": .string("\"\n\u{7F}é😀")])
            }
        )
        #expect(
            text(try named.body()) == #"{"query":"query Q($b:String!$b_1:T){b(x:$b,y:$b_1)}","operationName":"Q","#
                + "\"variables\":{\"b\":\"\\\"\\n\\u007fé😀\",\"b_1\":null}}"
        )
    }

    @Test func `a document with several operations runs the one that is named`() throws {
        let document = try GraphQLDocument(parsing: document)
        let request = try GraphQLRequest(document, operationName: "M")
        #expect(request.kind == .mutation)
        #expect(request.operationName == "M")
        #expect(request.query == document.text())
        let error = #expect(throws: GraphQLDocumentError.self) { try GraphQLRequest(document) }
        #expect(error?.message.contains("several operations") == true)
        #expect(throws: GraphQLDocumentError.self) { try GraphQLRequest(document, operationName: "N") }
    }

    @Test(
        arguments: [
            ([:], "'$id' needs a value: its type is ID!"),
            (["id": .null], "'$id' has a null that its type ID! does not allow"),
            (["id": "1", "n": .null], "'$n' has a null that its type Int! does not allow"),
            (["id": "1", "tags": ["a", .null]], "'$tags' has a null that its type [String!] does not allow"),
            (["id": "1", "other": 1], "'$other' is given a value and is not declared"),
        ] as [([GraphQLName: GraphQLValue], String)]
    )
    func `values that do not fit their variables are refused`(
        variables: [GraphQLName: GraphQLValue],
        message: String
    ) throws {
        let document = try GraphQLDocument(parsing: document)
        let error = try #require(throws: GraphQLDocumentError.self) {
            try GraphQLRequest(document, operationName: "Q", variables: variables)
        }
        #expect(error.message.contains(message))
    }

    @Test(
        arguments: [
            ["id": "1"], ["id": 1, "n": 2], ["id": "1", "tags": .null], ["id": "1", "tags": "single"],
            ["id": "1", "tags": []],
        ] as [[GraphQLName: GraphQLValue]]
    )
    func `values that fit their variables are sent as they are`(variables: [GraphQLName: GraphQLValue]) throws {
        let document = try GraphQLDocument(parsing: document)
        let request = try GraphQLRequest(document, operationName: "Q", variables: variables)
        #expect(request.variables == Dictionary(uniqueKeysWithValues: variables.map { ($0.text, $1) }))
    }

    @Test func `equal mutations without aliases are refused, for they would run once`() throws {
        let like = GraphQLField("like", arguments: ["id": .id("1")])
        let twice = GraphQLOperation(.mutation, selecting: GraphQLSelectionSet([.field(like), .field(like)]))
        let error = #expect(throws: GraphQLDocumentError.self) { try GraphQLRequest(twice) }
        #expect(error?.message.contains("'like' twice") == true)
        var other = like
        other.alias = "again"
        let apart = GraphQLOperation(.mutation, selecting: GraphQLSelectionSet([.field(like), .field(other)]))
        #expect(try GraphQLRequest(apart).query.contains("again:like"))
    }

    @Test func `a null for a type without null is refused before it can spoil a batch`() throws {
        #expect(throws: GraphQLDocumentError.self) {
            try GraphQLRequest(
                GraphQLOperation(.query) { GraphQLField("a", arguments: ["x": .value(.null, type: "T!")]) }
            )
        }
    }

    @Test func `an absent variable and a null one are different bodies`() throws {
        let document = try GraphQLDocument(parsing: "query($a: Int = 1) {f(a: $a)}")
        #expect(text(try GraphQLRequest(document).body()) == #"{"query":"query($a:Int=1){f(a:$a)}"}"#)
        #expect(
            text(try GraphQLRequest(document, variables: ["a": .null]).body())
                == #"{"query":"query($a:Int=1){f(a:$a)}","variables":{"a":null}}"#
        )
    }

    @Test func `a hoisted value is not replaced from outside`() throws {
        #expect(throws: GraphQLDocumentError.self) {
            try GraphQLRequest(
                GraphQLOperation(.query) { GraphQLField("a", arguments: ["x": .int(1)]) },
                variables: ["a": 2]
            )
        }
    }

    @Test(
        arguments: [
            .float(.nan), .float(.infinity), .variable("v"), ["a": [.variable("v")]],
            (0..<130).reduce(1) { value, _ in [value] },
        ] as [GraphQLValue]
    )
    func `a value without JSON is refused`(value: GraphQLValue) throws {
        let request = try GraphQLRequest(
            GraphQLOperation(.query) { GraphQLField("a", arguments: ["x": .value(value, type: "JSON")]) }
        )
        let error = #expect(throws: GraphQLDocumentError.self) { try request.body() }
        #expect(error?.code == .invalidValue)
    }

    @Test func `Foundation reads the body as it was meant`() throws {
        let value: GraphQLValue = [
            "int": 9_007_199_254_740_993, "float": 0.1, "tiny": .float(.leastNonzeroMagnitude), "no": false,
            "enum": .enumCase("OPEN"), "keys of \"any\" text\0": ["\u{FEFF}", .null, [:], []], "": -1,
        ]
        let request = try GraphQLRequest(
            GraphQLOperation(.query) { GraphQLField("a", arguments: ["x": .value(value, type: "JSON")]) }
        )
        struct Body: Decodable {
            var query: String
            var variables: [String: GraphQLValue]
        }
        let body = try JSONDecoder().decode(Body.self, from: Data(request.body()))
        guard case .object(var expected) = value else { return }
        expected["enum"] = "OPEN"
        #expect(body.query == request.query)
        #expect(body.variables == ["a": .object(expected)])
    }

    private func text(_ body: [UInt8]) -> String { String(decoding: body, as: UTF8.self) }
}

@Suite("Values and Foundation's coders", .timeLimit(.minutes(1)))
struct ValueCodingTests {
    @Test(
        arguments: [
            ("null", .null), ("true", true), ("1", 1), ("0", 0), ("-9223372036854775808", .int(.min)), ("1.5", 1.5),
            ("1e300", 1e300), ("\"1\"", "1"), ("\"true\"", "true"), ("[]", []), ("{}", [:]),
            ("[1,true,null,\"a\",[0.5]]", [1, true, .null, "a", [0.5]]), ("{\"a b\":{\"\":[]}}", ["a b": ["": []]]),
        ] as [(String, GraphQLValue)]
    )
    func `JSON becomes the value that it says and back`(json: String, value: GraphQLValue) throws {
        #expect(try JSONDecoder().decode(GraphQLValue.self, from: Data(json.utf8)) == value)
        #expect(try JSONDecoder().decode(GraphQLValue.self, from: JSONEncoder().encode(value)) == value)
    }

    @Test func `a number that would lose digits is refused`() {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(GraphQLValue.self, from: Data("18446744073709551615".utf8))
        }
    }

    @Test func `a case of an enum is a string, a variable is nothing`() throws {
        #expect(try JSONEncoder().encode(GraphQLValue.enumCase("OPEN")) == Data("\"OPEN\"".utf8))
        #expect(throws: EncodingError.self) { try JSONEncoder().encode([GraphQLValue.variable("v")]) }
    }

    @Test func `any encodable becomes a value`() throws {
        struct Input: Encodable {
            enum Status: String, Encodable { case open = "OPEN" }
            var title = "é\""
            var count: Int? = 3
            var missing: Int?
            var status = Status.open
            var tags = ["a"]
            var done = true
            var due = Date(timeIntervalSince1970: 0)
        }
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        #expect(
            try GraphQLValue(encoding: Input(), using: encoder) == [
                "title": "é\"", "count": 3, "status": "OPEN", "tags": ["a"], "done": true,
                "due": "1970-01-01T00:00:00Z",
            ]
        )
    }
}
