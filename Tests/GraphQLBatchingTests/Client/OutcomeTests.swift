// SPDX-License-Identifier: Apache-2.0
//
// Each row of the outcome table: what a caller is told, for queries and for mutations.

import DataLoading
import GraphQLBatching
import HTTPTransport
import Testing

@Suite("Outcomes", .timeLimit(.minutes(5)))
struct OutcomeTests {
    private static let endpoint = "http://127.0.0.1:9/graphql"

    private func client(
        _ respond: @escaping @Sendable (ScriptedTransport.Sent, Int) async throws -> HTTPResponse
    ) throws -> (GraphQLClient, ScriptedTransport) {
        let transport = ScriptedTransport(respond)
        var configuration = GraphQLClientConfiguration()
        configuration.strategy = .mixedAliases
        let endpoint = try HTTPURL(Self.endpoint)
        return (GraphQLClient(endpoint: endpoint, transport: transport, configuration: configuration), transport)
    }

    /// Sends the fields `n0`, `n1`, … together and returns what each caller was told.
    private func outcomes(
        _ kind: GraphQLOperation.Kind = .query,
        count: Int = 2,
        from client: GraphQLClient
    ) async -> [Result<Int?, any Error>] {
        await withBatching {
            await withTaskGroup(of: (Int, Result<Int?, any Error>).self) { group in
                for index in 0..<count {
                    group.addTask {
                        do {
                            let field = GraphQLField(try GraphQLName("n\(index)"))
                            let value =
                                kind == .query
                                ? try await client.query(field, as: Int?.self)
                                : try await client.mutate(field, as: Int?.self)
                            return (index, .success(value))
                        } catch {
                            return (index, .failure(error))
                        }
                    }
                }
                var results: [Result<Int?, any Error>?] = Array(repeating: nil, count: count)
                for await (index, result) in group { results[index] = result }
                return results.compactMap { $0 }
            }
        }
    }

    private func error(_ result: Result<Int?, any Error>) throws -> GraphQLClientError {
        do {
            let value = try result.get()
            Issue.record("a value came: \(String(describing: value))")
            throw CancellationError()
        } catch let error as GraphQLClientError {
            return error
        }
    }

    @Test func `a value without errors is a success`() async throws {
        let (client, transport) = try client { _, _ in try .json(#"{"data":{"a0":1,"a1":2}}"#) }
        let results = await outcomes(from: client)
        #expect(try results.map { try $0.get() } == [1, 2])
        #expect(transport.queries == ["{a0:n0 a1:n1}"])
    }

    @Test func `null without an error is a success with nil`() async throws {
        let (client, _) = try client { _, _ in try .json(#"{"data":{"a0":null,"a1":2}}"#) }
        let results = await outcomes(from: client)
        #expect(try results.map { try $0.get() } == [nil, 2])
    }

    @Test func `null with an error is a failure of its own caller, with the path of the caller's own field`()
        async throws
    {
        let (client, _) = try client { _, _ in
            try .json(
                #"{"data":{"a0":null,"a1":2},"errors":[{"message":"no","path":["a0","x",3],"locations":[{"line":1,"column":2}],"extensions":{"code":"GONE"}}]}"#
            )
        }
        let results = await outcomes(from: client)
        let error = try error(results[0])
        #expect(error.code == .fieldFailed)
        #expect(error.errors.first?.path == [.key("n0"), .key("x"), .index(3)])
        #expect(error.errors.first?.locations.isEmpty == true)
        #expect(error.errors.first?.extensions == ["code": "GONE"])
        #expect(try results[1].get() == 2)
    }

    @Test func `a value with errors inside is partial: thrown, or returned with its errors`() async throws {
        let (client, _) = try client { _, _ in
            try .json(#"{"data":{"a0":[1,null]},"errors":[{"message":"no","path":["a0",1]},{"message":"all"}]}"#)
        }
        let field = GraphQLField(alias: "mine", "list")
        let result = try await client.queryResult(field, as: [Int?].self)
        #expect(result.value == [1, nil])
        #expect(result.errors.map(\.path) == [[.key("mine"), .index(1)]])
        #expect(result.requestErrors.map(\.message) == ["all"])
        let error = await #expect(throws: GraphQLClientError.self) { try await client.query(field, as: [Int?].self) }
        #expect(error?.code == .partialData)
        #expect(error?.errors.count == 1)
    }

    @Test func `a missing entry is an invalid response, never nil`() async throws {
        let (client, _) = try client { _, _ in try .json(#"{"data":{"a0":1}}"#) }
        let results = await outcomes(from: client)
        #expect(try results[0].get() == 1)
        #expect(try error(results[1]).code == .invalidResponse)
    }

    @Test func `an error without a path leaves successes successes`() async throws {
        let (client, _) = try client { _, _ in
            try .json(#"{"data":{"a0":1,"a1":2},"errors":[{"message":"careful"}],"extensions":{"cost":7}}"#)
        }
        let result = try await client.queryResult(GraphQLField("n0"), as: Int.self)
        #expect(result.value == 1)
        #expect(result.errors.isEmpty)
        #expect(result.requestErrors.map(\.message) == ["careful"])
        #expect(try result.extensions(as: [String: Int].self) == ["cost": 7])
    }

    @Test func `queries that a sibling took down are sent again without it`() async throws {
        let (client, transport) = try client { sent, number in
            number == 0
                ? try .json(#"{"data":null,"errors":[{"message":"must not be null","path":["a1","id"]}]}"#)
                : try .json(#"{"data":{"a0":10,"a1":30}}"#)
        }
        let results = await outcomes(count: 3, from: client)
        #expect(try results[0].get() == 10)
        #expect(try error(results[1]).code == .fieldFailed)
        #expect(try results[2].get() == 30)
        #expect(transport.queries == ["{a0:n0 a1:n1 a2:n2}", "{a0:n0 a1:n2}"])
    }

    @Test func `mutations that a sibling took down have an unknown outcome and are not sent again`() async throws {
        let (client, transport) = try client { _, _ in
            try .json(#"{"data":null,"errors":[{"message":"must not be null","path":["a1"]}]}"#)
        }
        let results = await outcomes(.mutation, count: 3, from: client)
        #expect(try results.map { try error($0).code } == [.outcomeUnknown, .fieldFailed, .outcomeUnknown])
        #expect(transport.queries == ["mutation{a0:n0 a1:n1 a2:n2}"])
    }

    @Test(arguments: [GraphQLOperation.Kind.query, .mutation])
    func `a request error reaches all: nothing ran`(kind: GraphQLOperation.Kind) async throws {
        for body in [#"{"errors":[{"message":"bad"}]}"#, #"{"data":null,"errors":[{"message":"bad"}]}"#] {
            let (client, transport) = try client { _, _ in try .json(body, status: 400) }
            let results = await outcomes(kind, from: client)
            #expect(try results.map { try error($0).code } == [.requestRejected, .requestRejected])
            #expect(try error(results[0]).errors.map(\.message) == ["bad"])
            #expect(transport.all.count == (kind == .query ? 3 : 1), "queries are sent again in halves")
        }
    }

    @Test func `no data and the error of a field that was not asked for is an invalid response`() async throws {
        let (client, transport) = try client { _, _ in
            try .json(#"{"data":null,"errors":[{"message":"no","path":["other"]}]}"#)
        }
        let results = await outcomes(from: client)
        #expect(try results.map { try error($0).code } == [.invalidResponse, .invalidResponse])
        #expect(transport.all.count == 1)
    }

    @Test func `an HTTP error without a GraphQL body tells its status and the start of the body`() async throws {
        let (client, _) = try client { _, _ in
            try .json("<html>nothing here</html>", status: 404, contentType: "text/html")
        }
        let error = try error(await outcomes(from: client)[0])
        #expect(error.code == .httpError)
        #expect(error.status == 404)
        #expect(error.bodyPrefix == "<html>nothing here</html>")
    }

    @Test func `a refusal in plain JSON is understood at any status`() async throws {
        let (client, _) = try client { _, _ in
            try .json(#"{"errors":[{"message":"slow down"}]}"#, status: 429, contentType: "application/json")
        }
        let error = try error(await outcomes(from: client)[0])
        #expect(error.code == .requestRejected)
        #expect(error.message.contains("slow down"))
    }

    @Test func `data with a bad status is believed only from a server that speaks GraphQL over HTTP`() async throws {
        let body = #"{"data":{"a0":1,"a1":2}}"#
        let (plain, _) = try client { _, _ in try .json(body, status: 500, contentType: "application/json") }
        #expect(try error(await outcomes(from: plain)[0]).code == .httpError)
        let (modern, _) = try client { _, _ in try .json(body, status: 500) }
        #expect(try await outcomes(from: modern).map { try $0.get() } == [1, 2])
    }

    @Test(arguments: [(502, GraphQLClientError.Code.outcomeUnknown), (403, .httpError), (200, .outcomeUnknown)])
    func `a mutation answered by a stranger may have run, unless the client erred`(
        status: Int,
        code: GraphQLClientError.Code
    ) async throws {
        let (client, transport) = try client { _, _ in try .json("oops", status: status, contentType: "text/plain") }
        #expect(try error(await outcomes(.mutation, from: client)[0]).code == code)
        #expect(transport.all.count == 1)
    }

    @Test(arguments: [(true, GraphQLClientError.Code.outcomeUnknown), (false, .transportFailed)])
    func `a mutation whose connection broke may have run if a byte left`(
        hasLeft: Bool,
        code: GraphQLClientError.Code
    ) async throws {
        let (client, _) = try client { _, _ in
            throw HTTPTransportError(.connectionLost, "gone", mayHaveReachedServer: hasLeft)
        }
        let error = try error(await outcomes(.mutation, from: client)[0])
        #expect(error.code == code)
        #expect((error.underlying as? HTTPTransportError)?.code == .connectionLost)
    }

    @Test(arguments: [
        #"{"data":{}}"#, #"{"data":null}"#, #"{"data":null,"errors":[{"message":"no","path":["other"]}]}"#,
        #"{"errors":[{"message":"no","path":["other"]}]}"#,
    ])
    func `a mutation may have run unless the response shows that it did not`(body: String) async throws {
        let (client, transport) = try client { _, _ in try .json(body) }
        let results = await outcomes(.mutation, from: client)
        #expect(try results.map { try error($0).code } == [.outcomeUnknown, .outcomeUnknown])
        #expect(transport.all.count == 1)
    }

    @Test func `without data, the error of a mutation is its owner's, and its siblings may have run`() async throws {
        let (client, _) = try client { _, _ in try .json(#"{"errors":[{"message":"no","path":["a0"]}]}"#) }
        let results = await outcomes(.mutation, from: client)
        #expect(try results.map { try error($0).code } == [.fieldFailed, .outcomeUnknown])
    }

    @Test(arguments: [(303, #"{"data":{"a0":1,"a1":2}}"#), (400, #"{"data":{"a0":1,"a1":2}}"#), (303, "")])
    func `a mutation that was redirected, or answered with data and a bad status, may have run`(
        status: Int,
        body: String
    ) async throws {
        let (client, _) = try client { _, _ in try .json(body, status: status, contentType: "application/json") }
        let results = await outcomes(.mutation, from: client)
        #expect(try results.map { try error($0).code } == [.outcomeUnknown, .outcomeUnknown])
    }

    @Test func `errors beside null data in plain JSON are not lost at a bad status`() async throws {
        let (client, _) = try client { _, number in
            number == 0
                ? try .json(
                    #"{"data":null,"errors":[{"message":"no","path":["a0"]}]}"#,
                    status: 500,
                    contentType: "application/json"
                )
                : try .json(#"{"data":{"a0":2}}"#)
        }
        let results = await outcomes(from: client)
        #expect(try error(results[0]).errors.map(\.message) == ["no"])
        #expect(try results[1].get() == 2)
    }

    /// A server that refuses a document with any of some fields, and answers others.
    private func refusing(_ names: Set<String>, status: Int = 400) throws -> (GraphQLClient, ScriptedTransport) {
        try client { sent, _ in
            let fields = try GraphQLDocument(parsing: sent.query).operations[0].selectionSet.selections
            let found = fields.compactMap { if case .field(let field) = $0 { field } else { nil } }
            if let bad = found.first(where: { names.contains($0.name.text) }) {
                return try .json(#"{"errors":[{"message":"no field \#(bad.name)"}]}"#, status: status)
            }
            return try .json("{\"data\":{\(found.map { "\"\($0.responseName)\":1" }.joined(separator: ","))}}")
        }
    }

    @Test func `a field that the server refuses costs itself alone`() async throws {
        let (client, transport) = try refusing(["n3", "n17"])
        let results = await outcomes(count: 32, from: client)
        for (index, result) in results.enumerated() where index != 3 && index != 17 {
            #expect(try result.get() == 1)
        }
        #expect(try error(results[3]).message.contains("n3"))
        #expect(try error(results[17]).message.contains("n17"))
        #expect(transport.all.count < 25)
    }

    @Test(arguments: [401, 403, 429, 503])
    func `a refusal that is not of a field is not asked for again`(status: Int) async throws {
        let (client, transport) = try refusing(["n0"], status: status)
        let results = await outcomes(count: 8, from: client)
        #expect(try results.map { try error($0).code } == Array(repeating: .requestRejected, count: 8))
        #expect(transport.all.count == 1)
    }

    @Test func `many fields that fail one at a time are found in few rounds`() async throws {
        let (client, transport) = try client { sent, _ in
            let count = sent.query.split(separator: ":").count - 1
            return try .json(#"{"data":null,"errors":[{"message":"no","path":["a\#(count - 1)"]}]}"#)
        }
        let results = await outcomes(count: 40, from: client)
        #expect(try results.allSatisfy { try error($0).code == .fieldFailed })
        #expect(transport.all.count <= 80)
    }

    @Test func `a query may be repeated by the transport, a mutation may not`() async throws {
        let (client, transport) = try client { _, _ in try .json(#"{"data":{"a0":1}}"#) }
        _ = await outcomes(.query, count: 1, from: client)
        _ = await outcomes(.mutation, count: 1, from: client)
        #expect(transport.all.map(\.isIdempotent) == [true, false])
    }

    @Test func `a value that does not decode is an error of its own caller`() async throws {
        let (client, _) = try client { _, _ in try .json(#"{"data":{"a0":"text","a1":2}}"#) }
        let results = await outcomes(from: client)
        #expect(try error(results[0]).code == .decodingFailed)
        #expect(try results[1].get() == 2)
    }
}
