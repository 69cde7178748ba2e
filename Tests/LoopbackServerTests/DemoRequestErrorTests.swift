// SPDX-License-Identifier: Apache-2.0
//
// Requests that the demo's endpoint refuses before anything runs, and how HTTP shows it.

import LoopbackServer
import Testing

@Suite(.timeLimit(.minutes(1)))
struct `The demo's endpoint refuses` {
    /// A request, and what the message must name.
    static let requests = [
        Exchange("{ resource(id: 1 }", "expected"),
        Exchange("{ nothing }", "'nothing'"),
        Exchange("{ resource(id: 1) { owner } }", "'owner'"),
        Exchange("{ resource(id: 1, x: 2) { id } }", "'x'"),
        Exchange("{ resource { id } }", "'id': a value of the type 'ID!' is required"),
        Exchange("{ resource(id: null) { id } }", "'ID!'"),
        Exchange("{ resource(id: true) { id } }", "a boolean"),
        Exchange("{ resource(id: 1.5) { id } }", "a number"),
        Exchange("{ resources(ids: [1, null]) { id } }", "element 1"),
        Exchange("{ resource(id: 1) }", "'resource' needs a selection"),
        Exchange("{ resource(id: 1) { id { x } } }", "'id' is a leaf"),
        Exchange("{ resource(id: 1) { ...F } }", "F"),
        Exchange("{ resource(id: 1) { ...F } } fragment F on Query { __typename }", "'Query'"),
        Exchange("{ resource(id: 1) { ... on Mutation { __typename } } }", "'Mutation'"),
        Exchange("{ resource(id: 1) { id @defer } }", "'@defer'"),
        Exchange("{ resource(id: 1) { id @include } }", "'if'"),
        Exchange("{ resource(id: 1) { id @include(if: 1) } }", "'@include'"),
        Exchange("subscription { resource(id: 1) { id } }", "subscription"),
        Exchange("mutation { resource(id: 1) { id } }", "'Mutation'"),
        Exchange(#"mutation { createResource(input: {name: "a", type: "IMAGE"}) { id } }"#, "'type'"),
        Exchange(#"mutation { createResource(input: {name: "a", type: SOUND}) { id } }"#, "SOUND"),
        Exchange(#"mutation { createResource(input: {name: "a", type: IMAGE, x: 1}) { id } }"#, "'x'"),
        Exchange(#"mutation { createResource(input: {name: "a", type: IMAGE, status: null}) { id } }"#, "'status'"),
        Exchange("{ a: resource(id: 1) { id } a: resource(id: 2) { id } }", "a"),
        Exchange("{ resource(id: $id) { id } }", "id"),
        Exchange("query($id: ID!) { resource(id: $id) { id } }", "'$id'"),
        Exchange("query($id: ID!) { resource(id: $id) { id } }", #"{"id": null}"#, "'$id'"),
        Exchange("query($id: ID!) { resource(id: $id) { id } }", #"{"id": true}"#, "'$id'"),
        Exchange("query($id: ID!) { resource(id: $id) { id } }", #"{"id": ["1"]}"#, "a list"),
        Exchange("query($id: ID) { resource(id: $id) { id } }", #"{"id": "1"}"#, "'$id' of the type 'ID'"),
        Exchange("query($id: String!) { resource(id: $id) { id } }", #"{"id": "1"}"#, "'String!'"),
        Exchange("query($ids: [ID]!) { resources(ids: $ids) { id } }", #"{"ids": []}"#, "'[ID]!'"),
        Exchange("query($id: Id!) { resource(id: $id) { id } }", #"{"id": "1"}"#, "'Id!'"),
        Exchange("query($id: ID! = true) { resource(id: $id) { id } }", "The default"),
        Exchange("query($ids: [ID!]!) { resources(ids: $ids) { id } }", #"{"ids": ["1", null]}"#, "element 1"),
        Exchange("query($b: Boolean!) { __typename @include(if: $b) }", #"{"b": "true"}"#, "a string"),
        Exchange("query($b: Boolean!) { __typename @include(if: $b) }", #"{"b": 1}"#, "a whole number"),
        Exchange(
            "mutation($i: CreateResourceInput!) { createResource(input: $i) { id } }",
            #"{"i": {"name": "a", "type": "SOUND"}}"#,
            "'type'"
        ),
        Exchange(
            "mutation($i: CreateResourceInput!) { createResource(input: $i) { id } }",
            #"{"i": {"type": "IMAGE"}}"#,
            "'name'"
        ),
        Exchange("{ resource(id: 1) { \(nested("related", 20)) } }", "16 levels"),
    ]

    private static func nested(_ field: String, _ depth: Int) -> String {
        depth == 0 ? "id" : "\(field) { \(nested(field, depth - 1)) }"
    }

    @Test(arguments: requests)
    func `a request that is not valid, and names what is wrong`(exchange: Exchange) throws {
        let answer = try Endpoint().ask(exchange.query, exchange.variables)
        #expect(answer.hasPrefix(#"{"errors":[{"message":""#))
        #expect(answer.contains(exchange.response))
    }

    @Test func `a mutation of which one variable is bad, as a whole`() throws {
        let endpoint = Endpoint()
        let answer = try endpoint.ask(
            """
            mutation($a: String!, $b: String!) {
              a: createResource(input: {name: $a, type: IMAGE}) { id }
              b: createResource(input: {name: $b, type: IMAGE}) { id }
            }
            """,
            #"{"a": "a"}"#
        )
        #expect(answer.hasPrefix(#"{"errors":"#))
        #expect(try endpoint.ask("{ resource(id: 6) { id } }") == #"{"data":{"resource":null}}"#)
    }

    @Test func `fragments that multiply`() throws {
        let fragments = (0..<15).map { level in
            let spread =
                level == 14 ? "id" : (0..<9).map { "f\($0): related { ...F\(level + 1) }" }.joined(separator: " ")
            return "fragment F\(level) on Resource { \(spread) }"
        }
        let answer = try Endpoint().ask("{ resource(id: 1) { ...F0 } } " + fragments.joined(separator: " "))
        #expect(answer.hasPrefix(#"{"errors":[{"message":""#))
    }
}

@Suite(.timeLimit(.minutes(1)))
struct `Over HTTP the demo's endpoint` {
    static let modern = "application/graphql-response+json"

    @Test(arguments: [
        ("{\"query\":\"{ __typename }\"}", 200, 200),
        ("{\"query\":\"{ resources(ids: abort) { id } }\"}", 200, 400),
        ("{\"query\":\"{ resources(ids: \\\"abort\\\") { id } }\"}", 200, 200),
        ("{\"query\":\"{\"}", 200, 400),
        ("{\"query\":\"{ x }\"}", 200, 400),
        ("{\"query\":1}", 400, 400),
        ("{}", 400, 400),
        ("[]", 400, 400),
        ("nonsense", 400, 400),
        ("", 400, 400),
        ("{\"query\":\"{ __typename }\",\"variables\":[]}", 400, 400),
        ("{\"query\":\"{ __typename }\",\"operationName\":1}", 400, 400),
        ("{\"query\":\"{ __typename }\",\"operationName\":null,\"variables\":null,\"extensions\":{}}", 200, 200),
    ])
    func `chooses status and type by what the client accepts`(body: String, older: Int, newer: Int) throws {
        let json = (name: "Content-Type", value: "application/json; charset=utf-8")
        let plain = try Endpoint().post(body, [json])
        #expect(plain.status == older)
        #expect(plain.type == "application/json; charset=utf-8")
        let modern = try Endpoint().post(body, [json, ("Accept", "\(Self.modern), application/json;q=0.9")])
        #expect(modern.status == newer)
        #expect(modern.type == "\(Self.modern); charset=utf-8")
        #expect(plain.body == modern.body)
    }

    @Test(arguments: [
        ("POST", "/graphql?x=1", "application/json", 200),
        ("POST", "/", "application/json", 404),
        ("POST", "/graphql/", "application/json", 404),
        ("GET", "/graphql", "application/json", 405),
        ("POST", "/graphql", "text/plain", 415),
        ("POST", "/graphql", "", 415),
    ])
    func `answers only where and how it is meant to`(method: String, target: String, type: String, status: Int) throws {
        let request = try LoopbackRequest(
            method: method,
            target: target,
            headers: [("Content-Type", type)],
            body: Array(#"{"query":"{ __typename }"}"#.utf8)
        )
        #expect(DemoGraphQLService(resources: 1).respond(to: request).message?.status == status)
    }

    @Test(arguments: [
        ("A", #"{"data":{"a":"Query"}}"#), ("B", #"{"data":{"b":"Mutation"}}"#), ("C", "operationName"),
        (nil, "operationName"),
    ])
    func `runs the operation that is asked for`(name: String?, answer: String) throws {
        let name = name.map { #""\#($0)""# } ?? "null"
        let body = #"{"query":"query A { a: __typename } mutation B { b: __typename }","operationName":\#(name)}"#
        #expect(try Endpoint().post(body).body.contains(answer))
    }

    @Test func `serves over a socket`() throws {
        let service = DemoGraphQLService(resources: 1)
        let server = try LoopbackHTTPServer(handler: service.respond)
        defer { server.stop() }
        var client = try RawClient(port: server.port)
        client.send(
            request(
                "POST",
                DemoGraphQLService.path,
                headers: "Content-Type: application/json\r\n",
                body: #"{"query":"{ resource(id: 1) { name } }"}"#
            )
        )
        #expect(try client.readResponse().body == #"{"data":{"resource":{"name":"Resource 1"}}}"#)
    }

    @Test func `keeps answering when it meets more documents than it keeps`() throws {
        let endpoint = Endpoint()
        for number in 0..<1000 {
            #expect(try endpoint.ask("{ a\(number): __typename }") == #"{"data":{"a\#(number)":"Query"}}"#)
        }
    }
}
