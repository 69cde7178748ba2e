// SPDX-License-Identifier: Apache-2.0
//
// The demo's endpoint: what each request is answered, byte by byte.

import LoopbackServer
import Testing

/// A request and the response that it must have.
struct Exchange: CustomTestStringConvertible, Sendable {
    let query: String
    /// JSON.
    let variables: String
    let response: String

    init(_ query: String, _ variables: String, _ response: String) {
        (self.query, self.variables, self.response) = (query, variables, response)
    }

    init(_ query: String, _ response: String) { self.init(query, "{}", response) }

    var testDescription: String { query }
}

/// An endpoint with five resources.
struct Endpoint {
    let service = DemoGraphQLService(resources: 5)

    func post(
        _ body: String,
        _ headers: [(name: String, value: String)] = [("Content-Type", "application/json")]
    ) throws -> (status: Int, type: String?, body: String) {
        let request = try LoopbackRequest(
            method: "POST",
            target: DemoGraphQLService.path,
            headers: headers,
            body: Array(body.utf8)
        )
        let reply = try #require(service.respond(to: request).message)
        let type = reply.headers.first { $0.name == "Content-Type" }?.value
        return (reply.status, type, String(decoding: reply.body, as: UTF8.self))
    }

    func ask(_ query: String, _ variables: String = "{}") throws -> String {
        let escaped = query.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return try post(#"{"query":"\#(escaped)","variables":\#(variables)}"#).body
    }
}

@Suite(.timeLimit(.minutes(1)))
struct `The demo's endpoint answers` {
    static let queries = [
        Exchange(
            "{ resource(id: 1) { id name type status metadata createdAt related { id } } }",
            #"{"data":{"resource":{"id":"1","name":"Resource 1","type":"DOCUMENT","status":"active","#
                + #""metadata":{"owner":null,"size":1024,"tags":["odd"]},"createdAt":"2026-01-01T00:01:00Z","#
                + #""related":[{"id":"2"},{"id":"3"}]}}}"#
        ),
        Exchange(#"{ resource(id: "missing") { id } }"#, #"{"data":{"resource":null}}"#),
        Exchange(#"{ resource(id: "01") { id } }"#, #"{"data":{"resource":null}}"#),
        Exchange("{ resource(id: 5) { related { id } } }", #"{"data":{"resource":{"related":[]}}}"#),
        Exchange(
            "query($ids: [ID!]!) { resources(ids: $ids) { id } }",
            #"{"ids": ["3", "x", 1, "3"]}"#,
            #"{"data":{"resources":[{"id":"3"},null,{"id":"1"},{"id":"3"}]}}"#
        ),
        Exchange(
            "{ b: resource(id: 2) { type t: type } __typename a: resource(id: 1) { __typename } }",
            #"{"data":{"b":{"type":"IMAGE","t":"IMAGE"},"__typename":"Query","a":{"__typename":"Resource"}}}"#
        ),
        Exchange(
            """
            query { resource(id: 1) { ...F related { ...F } ... on Resource { name } ... { status } } }
            fragment F on Resource { id }
            """,
            #"{"data":{"resource":{"id":"1","related":[{"id":"2"},{"id":"3"}],"name":"Resource 1","status":"active"}}}"#
        ),
        // Fields of one response name merge, and stand where the first of them stands.
        Exchange(
            "{ resource(id: 1) { related { id } } __typename resource(id: 1) { name related { name } } }",
            #"{"data":{"resource":{"related":[{"id":"2","name":"Resource 2"},{"id":"3","name":"Resource 3"}],"#
                + #""name":"Resource 1"},"__typename":"Query"}}"#
        ),
        Exchange(
            "query($y: Boolean!, $n: Boolean = false) { a: __typename @include(if: $y) b: __typename @skip(if: $y)"
                + " c: __typename @include(if: $n) ... @skip(if: $n) { d: __typename } ...F @include(if: $n) }"
                + " fragment F on Query { e: __typename }",
            #"{"y": true}"#,
            #"{"data":{"a":"Query","d":"Query"}}"#
        ),
        // What is skipped does not decide the place.
        Exchange(
            "{ a: __typename @skip(if: true) b: __typename a: __typename }",
            #"{"data":{"b":"Query","a":"Query"}}"#
        ),
        Exchange(
            #"query($id: ID = "2") { resource(id: $id) { id } }"#,
            #"{"data":{"resource":{"id":"2"}}}"#
        ),
        Exchange(
            "query($id: ID!) { resources(ids: [$id, 2]) { id } }",
            #"{"id": 1}"#,
            #"{"data":{"resources":[{"id":"1"},{"id":"2"}]}}"#
        ),
        Exchange("{ resources(ids: 2) { id } }", #"{"data":{"resources":[{"id":"2"}]}}"#),
        Exchange("{ resources(ids: []) { id } }", #"{"data":{"resources":[]}}"#),
    ]

    @Test(arguments: queries)
    func `a query`(exchange: Exchange) throws {
        let endpoint = Endpoint()
        #expect(try endpoint.ask(exchange.query, exchange.variables) == exchange.response)
        // Once more, from the cache of documents.
        #expect(try endpoint.ask(exchange.query, exchange.variables) == exchange.response)
    }

    static let failures = [
        Exchange(
            #"{ a: resource(id: "fail:1") { id } b: resource(id: 1) { id } }"#,
            #"{"data":{"a":null,"b":{"id":"1"}},"errors":[{"message":"The resource 'fail:1' fails on purpose.","path":["a"]}]}"#
        ),
        Exchange(
            #"{ resources(ids: [1, "fail", 2]) { id } }"#,
            #"{"data":{"resources":[{"id":"1"},null,{"id":"2"}]},"#
                + #""errors":[{"message":"The resource 'fail' fails on purpose.","path":["resources",1]}]}"#
        ),
        Exchange(
            #"{ a: resource(id: "partial") { id metadata type } }"#,
            #"{"data":{"a":{"id":"partial","metadata":null,"type":"DOCUMENT"}},"#
                + #""errors":[{"message":"The metadata of 'partial' fail on purpose.","path":["a","metadata"]}]}"#
        ),
        // Null spreads up to the next position that may be null …
        Exchange(
            #"{ resources(ids: [1, "broken"]) { id related { id } } }"#,
            #"{"data":{"resources":[{"id":"1","related":[{"id":"2"},{"id":"3"}]},null]},"#
                + #""errors":[{"message":"What is related to 'broken' fails on purpose.","path":["resources",1,"related"]}]}"#
        ),
        // … if need be to the top.
        Exchange(
            #"{ a: resource(id: 1) { id } b: resources(ids: [1, "abort"]) { id } }"#,
            #"{"data":null,"errors":[{"message":"The list with 'abort' fails on purpose.","path":["b"]}]}"#
        ),
        Exchange(
            #"query($id: ID = 1) { resource(id: $id) { id } }"#,
            #"{"id": null}"#,
            #"{"data":{"resource":null},"errors":[{"message":"The arguments of 'resource': 'id': "#
                + #"the variable '$id' is null or absent, and the type is 'ID!'.","path":["resource"]}]}"#
        ),
    ]

    @Test(arguments: failures)
    func `an error at its path`(exchange: Exchange) throws {
        #expect(try Endpoint().ask(exchange.query, exchange.variables) == exchange.response)
    }

    @Test func `texts of every kind unchanged`() throws {
        let endpoint = Endpoint()
        let name = #""\"\\\/\b\f\n\r\t\u0000\u001f {}\"){id} pwn: é e\u0301 \u2028 😀 \ud83d\ude00""#
        let answer = try endpoint.ask(
            "mutation($n: String!) { createResource(input: {name: $n, type: IMAGE, metadata: {k: [$n]}}) { name metadata } }"
                .replacing("$n]", with: "1]"),
            #"{"n": \#(name)}"#
        )
        let written = #""\"\\/\u0008\u000c\u000a\u000d\u0009\u0000\u001f {}\"){id} pwn: é e\#u{301} \#u{2028} 😀 😀""#
        #expect(
            answer.utf8.elementsEqual(#"{"data":{"createResource":{"name":\#(written),"metadata":{"k":[1]}}}}"#.utf8)
        )
    }

    @Test func `each of two documents that Unicode calls equal by itself`() throws {
        let endpoint = Endpoint()
        for id in ["fail:caf\u{e9}", "fail:cafe\u{301}"] {
            let answer = try endpoint.ask(#"{ resource(id: "\#(id)") { id } }"#)
            #expect(
                answer.utf8.count == #"{"data":{"resource":null},"errors":[{"message":"The resource '"#.utf8.count
                    + id.utf8.count + #"' fails on purpose.","path":["resource"]}]}"#.utf8.count
            )
        }
    }
}

@Suite(.timeLimit(.minutes(1)))
struct `A mutation of the demo's endpoint` {
    @Test func `creates, with defaults, and later reads see it`() throws {
        let endpoint = Endpoint()
        let create =
            "mutation($i: CreateResourceInput!) { createResource(input: $i) { id name type status metadata createdAt } }"
        let created =
            #"{"id":"6","name":"n","type":"VIDEO","status":"active","metadata":null,"createdAt":"2026-01-01T00:06:00Z"}"#
        #expect(
            try endpoint.ask(create, #"{"i": {"name": "n", "type": "VIDEO"}}"#)
                == #"{"data":{"createResource":\#(created)}}"#
        )
        #expect(
            try endpoint.ask("{ resource(id: 6) { id name type status metadata createdAt } }")
                == #"{"data":{"resource":\#(created)}}"#
        )
        #expect(try endpoint.ask("{ resource(id: 5) { related { id } } }").contains(#"[{"id":"6"}]"#))
    }

    @Test func `keeps every kind of JSON in the metadata`() throws {
        let metadata = #"{"":[],"a":[1,-2,1.5,true,false,null,"s"],"b":{"c d":0,"e":1e+20}}"#
        let answer = try Endpoint().ask(
            "mutation($m: JSON) { updateResource(id: 1, input: {metadata: $m}) { metadata } }",
            #"{"m": \#(metadata)}"#
        )
        #expect(answer == #"{"data":{"updateResource":{"metadata":\#(metadata)}}}"#)
    }

    @Test func `changes what it is given and nothing else`() throws {
        let endpoint = Endpoint()
        let update =
            "mutation($i: UpdateResourceInput!) { updateResource(id: 2, input: $i) { name type status metadata } }"
        let rest = #""type":"IMAGE","status":"draft","metadata":{"owner":null,"size":2048,"tags":["even"]}}}}"#
        for input in [#"{}"#, #"{"name": null, "type": null}"#] {
            let answer = try endpoint.ask(update, #"{"i": \#(input)}"#)
            #expect(answer == #"{"data":{"updateResource":{"name":"Resource 2",\#(rest)"#)
        }
        #expect(
            try endpoint.ask(update, #"{"i": {"name": "x", "type": "DATASET", "status": "s", "metadata": null}}"#)
                == #"{"data":{"updateResource":{"name":"x","type":"DATASET","status":"s","metadata":null}}}"#
        )
    }

    @Test func `deletes once, and the id stays unused`() throws {
        let endpoint = Endpoint()
        let delete = "mutation { deleteResource(id: 5) }"
        #expect(try endpoint.ask(delete) == #"{"data":{"deleteResource":true}}"#)
        #expect(try endpoint.ask(delete) == #"{"data":{"deleteResource":false}}"#)
        #expect(try endpoint.ask("{ resource(id: 5) { id } }") == #"{"data":{"resource":null}}"#)
        #expect(
            try endpoint.ask(#"mutation { createResource(input: {name: "n", type: IMAGE}) { id } }"#)
                == #"{"data":{"createResource":{"id":"6"}}}"#
        )
    }

    @Test func `runs its fields one after the other`() throws {
        let answer = try Endpoint().ask(
            """
            mutation {
              a: createResource(input: {name: "a", type: IMAGE}) { id }
              b: updateResource(id: "6", input: {name: "b"}) { id name }
              c: deleteResource(id: "6")
              d: updateResource(id: "6", input: {name: "d"}) { name }
            }
            """
        )
        #expect(answer == #"{"data":{"a":{"id":"6"},"b":{"id":"6","name":"b"},"c":true,"d":null}}"#)
    }

    @Test func `that stands twice without an alias runs once`() throws {
        let endpoint = Endpoint()
        let create = #"createResource(input: {name: "a", type: IMAGE})"#
        #expect(
            try endpoint.ask("mutation { \(create) { id } \(create) { name } }")
                == #"{"data":{"createResource":{"id":"6","name":"a"}}}"#
        )
        #expect(try endpoint.ask("{ resource(id: 7) { id } }") == #"{"data":{"resource":null}}"#)
    }

    @Test func `fails at its path and leaves what ran before it and keeps later ones from running`() throws {
        let endpoint = Endpoint()
        let answer = try endpoint.ask(
            """
            mutation {
              a: createResource(input: {name: "a", type: IMAGE}) { id }
              b: createResource(input: {name: "", type: IMAGE}) { id }
              c: createResource(input: {name: "c", type: IMAGE}) { id }
            }
            """
        )
        #expect(
            answer
                == #"{"data":null,"errors":[{"message":"A resource needs a name that is not empty.","path":["b"]}]}"#
        )
        #expect(
            try endpoint.ask("{ resources(ids: [6, 7]) { name } }") == #"{"data":{"resources":[{"name":"a"},null]}}"#
        )
    }

    @Test func `of an id that fails is null where it may be`() throws {
        let answer = try Endpoint().ask(
            #"mutation { a: updateResource(id: "fail", input: {}) { id } b: updateResource(id: "broken", input: {}) { id } }"#
        )
        #expect(
            answer
                == #"{"data":{"a":null,"b":null},"errors":[{"message":"The resource 'fail' fails on purpose.","path":["a"]}]}"#
        )
    }
}
