// SPDX-License-Identifier: Apache-2.0
//
// GraphQL over HTTP: what goes out for a query and for a mutation, and what is made of statuses and media types.

import Foundation
import GraphQLBatching
import HTTPTransport
import Synchronization
import Testing

@Suite("GraphQL over HTTP", .timeLimit(.minutes(5)))
struct ProtocolTests {
    private func client(
        _ configure: (inout GraphQLClientConfiguration) -> Void = { _ in },
        endpoint: GraphQLEndpoint? = nil,
        _ respond: @escaping @Sendable (HTTPRequest, Int) async throws -> HTTPResponse
    ) throws -> (GraphQLClient, ScriptedTransport) {
        let transport = ScriptedTransport.answering(respond)
        var configuration = GraphQLClientConfiguration()
        configure(&configuration)
        let endpoint = try endpoint ?? GraphQLEndpoint(HTTPURL("http://127.0.0.1:9/graphql"))
        return (GraphQLClient(endpoint: endpoint, transport: transport, configuration: configuration), transport)
    }

    private let field = GraphQLField("n", arguments: ["x": .string("ä b&c=d")])
    private static let one = #"{"data":{"a0":1}}"#

    /// The parameters of a URL's query.
    private func parameters(of request: HTTPRequest) throws -> [String: String] {
        let components = try #require(URLComponents(string: request.url.string))
        return Dictionary(uniqueKeysWithValues: (components.queryItems ?? []).map { ($0.name, $0.value ?? "") })
    }

    private struct Persisted: Decodable {
        struct Extensions: Decodable {
            struct Query: Decodable {
                var version: Int
                var sha256Hash: String
            }
            var persistedQuery: Query
        }
        var query: String?
        var extensions: Extensions?

        init(_ request: HTTPRequest) throws {
            self = try JSONDecoder().decode(Persisted.self, from: Data(request.body))
        }
    }

    @Test func `a request says what it takes and what it is`() async throws {
        let (client, transport) = try client { _, _ in try .json(Self.one) }
        _ = try await client.query(field, as: Int.self)
        let request = transport.all[0]
        #expect(request.method == .post)
        #expect(request.headers["Accept"] == "application/graphql-response+json, application/json;q=0.9")
        #expect(request.headers["Content-Type"] == "application/json")
        let body = try #require(try JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any])
        #expect(Set(body.keys) == ["query", "variables"])
    }

    @Test(arguments: [200, 294, 400, 422, 500, 503])
    func `a response of the GraphQL type is GraphQL whatever the status`(status: Int) async throws {
        let (client, _) = try client { _, _ in try .json(Self.one, status: status) }
        #expect(try await client.query(field, as: Int.self) == 1)
    }

    @Test(arguments: [
        (200, "application/json", true), (299, "application/json; charset=utf-8", true),
        (500, "application/json", false),
        (404, "text/plain", false), (301, "text/html", false),
    ])
    func `data of another type is trusted if the status is that of a success`(
        status: Int,
        type: String,
        isTrusted: Bool
    ) async throws {
        let (client, _) = try client { _, _ in try .json(Self.one, status: status, contentType: type) }
        let value = try? await client.query(field, as: Int.self)
        #expect((value == 1) == isTrusted)
    }

    @Test(arguments: [400, 405, 406, 413, 415, 422, 429, 431, 500, 503], [true, false])
    func `a bad status tells itself, with or without errors in the body`(status: Int, hasErrors: Bool) async throws {
        let body =
            hasErrors
            ? #"{"errors":[{"message":"no"}],"extensions":{"wait":7}}"# : "no " + String(repeating: "x", count: 999)
        let (client, transport) = try client { _, _ in
            try .json(body, status: status, contentType: "application/json")
        }
        let error = await #expect(throws: GraphQLClientError.self) { try await client.query(field, as: Int.self) }
        #expect(error?.code == (hasErrors ? .requestRejected : .httpError))
        #expect(error?.status == status)
        #expect(hasErrors ? error?.errors.count == 1 : error?.bodyPrefix?.count == 512)
        #expect(try error?.extensions(as: [String: Int].self) == (hasErrors ? ["wait": 7] : nil))
        #expect(transport.all.count == 1)
    }

    @Test(arguments: ["UNAUTHENTICATED", "FORBIDDEN", "THROTTLED", "INTERNAL_SERVER_ERROR"])
    func `a refusal of the caller at the status of a success is not asked for again in halves`(code: String)
        async throws
    {
        let (client, transport) = try client { _, _ in
            try .json("{\"errors\":[{\"message\":\"no\",\"extensions\":{\"code\":\"\(code)\"}}]}")
        }
        let fields = (0..<8).map { GraphQLField("n", arguments: ["x": .int($0)]) }
        let results = await client.together(fields, as: Int.self)
        #expect(results.allSatisfy { $0.clientError?.code == .requestRejected })
        #expect(transport.all.count == 1)
    }

    // MARK: GET

    @Test func `a query goes by GET if it is chosen, encoded so that nothing of it is a part of the URL`() async throws
    {
        let (client, transport) = try client({ $0.maxQueryURLLength = 2_000 }) { _, _ in try .json(Self.one) }
        _ = try await client.query(field, as: Int.self)
        let request = transport.all[0]
        #expect(request.method == .get)
        #expect(request.body.isEmpty)
        #expect(request.headers["Content-Type"] == nil)
        let parameters = try parameters(of: request)
        #expect(Set(parameters.keys) == ["query", "variables"])
        _ = try GraphQLDocument(parsing: try #require(parameters["query"]))
        #expect(parameters["variables"]?.contains("ä b&c=d") == true)
    }

    @Test func `an endpoint with a query string keeps it`() async throws {
        let endpoint = GraphQLEndpoint(try HTTPURL("http://127.0.0.1:9/graphql?tenant=7"))
        let (client, transport) = try client({ $0.maxQueryURLLength = 2_000 }, endpoint: endpoint) { _, _ in
            try .json(Self.one)
        }
        _ = try await client.query(field, as: Int.self)
        #expect(try parameters(of: transport.all[0])["tenant"] == "7")
    }

    @Test func `a mutation never goes by GET, a long query neither`() async throws {
        let (client, transport) = try client({ $0.maxQueryURLLength = 120 }) { _, _ in try .json(Self.one) }
        _ = try await client.mutate(GraphQLField("n"), as: Int.self)
        _ = try await client.query(GraphQLField("n"), as: Int.self)
        _ = try await client.query(
            GraphQLField("n", arguments: ["x": .string(String(repeating: "x", count: 90))]),
            as: Int.self
        )
        #expect(transport.all.map(\.method) == [.post, .get, .post])
    }

    @Test func `a URL that is too long for the server goes by POST, and so do others as long`() async throws {
        let endpoint = GraphQLEndpoint(try HTTPURL("http://127.0.0.1:9/graphql"))
        for _ in 0..<2 {
            let (client, transport) = try client({ $0.maxQueryURLLength = 2_000 }, endpoint: endpoint) { request, _ in
                request.method == .get && request.url.string.utf8.count > 100
                    ? try .json("", status: 414, contentType: "text/plain") : try .json(Self.one)
            }
            #expect(try await client.query(field, as: Int.self) == 1)
            _ = try await client.query(GraphQLField("n"), as: Int.self)
            #expect(transport.all.last?.method == .get)
            #expect(transport.all.first?.method == (transport.all.count == 3 ? .get : .post))
            #expect((2...3).contains(transport.all.count))
        }
    }

    // MARK: Persisted queries

    /// A server that knows the texts that it was sent with their hash.
    private func persisting(
        notFound: String = #"{"errors":[{"message":"x","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}"#,
        status: Int = 200
    ) -> @Sendable (HTTPRequest, Int) async throws -> HTTPResponse {
        let known = Known()
        return { request, _ in
            let sent = try Persisted(request)
            let hash = try #require(sent.extensions?.persistedQuery.sha256Hash)
            if sent.query != nil { known.insert(hash) }
            return known.contains(hash)
                ? try .json(Self.one) : try .json(notFound, status: status, contentType: "application/json")
        }
    }

    @Test(arguments: [
        (#"{"errors":[{"message":"x","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}"#, 200),
        (#"{"data":null,"errors":[{"message":"PersistedQueryNotFound"}]}"#, 200),
        (#"{"errors":[{"message":"PersistedQueryNotFound"}]}"#, 404),
    ])
    func `the hash goes first, the text when it is asked for, and from then on the hash alone`(
        notFound: String,
        status: Int
    ) async throws {
        for kind in [GraphQLOperation.Kind.query, .mutation] {
            let (client, transport) = try client(
                { $0.persistsQueries = true },
                persisting(notFound: notFound, status: status)
            )
            for _ in 0..<3 {
                let results = await client.together([field], kind, as: Int.self)
                #expect(try results[0].get().value == 1)
            }
            let sent = try transport.all.map { try Persisted($0) }
            #expect(sent.map { $0.query == nil } == [true, false, true, true])
            #expect(Set(sent.map(\.extensions?.persistedQuery.version)) == [1])
            #expect(transport.all.allSatisfy { $0.method == .post })
        }
    }

    @Test func `the hash is that of the very bytes of the text`() async throws {
        let (client, transport) = try client({ $0.persistsQueries = true }, persisting())
        _ = try await client.query(GraphQLField("n"), as: Int.self)
        let sent = try Persisted(transport.all[1])
        #expect(sent.query == "{a0:n}")
        // printf '{a0:n}' | sha256sum
        #expect(
            sent.extensions?.persistedQuery.sha256Hash
                == "5ae2b2f5f1d824a1d4e016b058fffd66a3bb18088ad7f3d74773b3f3f54cbbf8"
        )
    }

    @Test(arguments: [
        #"{"errors":[{"message":"x","extensions":{"code":"PERSISTED_QUERY_NOT_SUPPORTED"}}]}"#,
        #"{"errors":[{"message":"PersistedQueryNotSupported"}]}"#,
    ])
    func `a server that does not support it is asked once for the endpoint`(body: String) async throws {
        let endpoint = GraphQLEndpoint(try HTTPURL("http://127.0.0.1:9/graphql"))
        for round in 0..<2 {
            let (client, transport) = try client({ $0.persistsQueries = true }, endpoint: endpoint) { request, _ in
                try Persisted(request).extensions == nil ? try .json(Self.one) : try .json(body, status: 400)
            }
            #expect(try await client.query(field, as: Int.self) == 1)
            #expect(transport.all.count == (round == 0 ? 2 : 1))
        }
    }

    @Test func `a refusal for another reason is not an answer to the hash`() async throws {
        let (client, transport) = try client({ $0.persistsQueries = true }) { _, _ in
            try .json(#"{"errors":[{"message":"bad value"}]}"#, status: 400)
        }
        let results = await client.together([field], .mutation, as: Int.self)
        #expect(results[0].clientError?.code == .requestRejected)
        #expect(transport.all.count == 1)
    }

    @Test func `a hash by GET makes a short URL`() async throws {
        let (client, transport) = try client({
            $0.persistsQueries = true
            $0.maxQueryURLLength = 400
        }) { _, _ in try .json(Self.one) }
        let long = GraphQLSelectionSet(on: "Item", (0..<100).map { _ in .field(GraphQLField("aFieldOfSomeLength")) })
        _ = try await client.query(GraphQLField("n", selecting: long), as: Int.self)
        #expect(transport.all.map(\.method) == [.get])
        let parameters = try parameters(of: transport.all[0])
        #expect(Set(parameters.keys) == ["extensions"])
    }
}

/// The hashes that a server knows.
private final class Known: Sendable {
    private let hashes = Mutex<Set<String>>([])

    func insert(_ hash: String) { hashes.withLock { _ = $0.insert(hash) } }

    func contains(_ hash: String) -> Bool { hashes.withLock { $0.contains(hash) } }
}
