// SPDX-License-Identifier: Apache-2.0
//
// Who shares a request with whom, and who does not disturb whom.

import DataLoading
import GraphQLBatching
import HTTPTransport
import Testing

@Suite("Partitions of calls", .timeLimit(.minutes(5)))
struct PartitionTests {
    private func client(
        _ respond: @escaping @Sendable (HTTPRequest, Int) async throws -> HTTPResponse = { request, _ in
            let members = try request.variables.keys.indices.enumerated().map { "\"a\($0.offset)\":\($0.offset)" }
            return try .json("{\"data\":{\(members.joined(separator: ","))}}")
        }
    ) throws -> (GraphQLClient, ScriptedTransport) {
        let transport = ScriptedTransport.answering(respond)
        var headers = HTTPHeaders()
        try headers.append(name: "X-Tenant", value: "all")
        try headers.append(name: "X-Client", value: "tests")
        let configuration = try GraphQLClientConfiguration(headers: headers)
        let endpoint = try HTTPURL("http://127.0.0.1:9/")
        return (GraphQLClient(endpoint: endpoint, transport: transport, configuration: configuration), transport)
    }

    private func fields(_ ids: [Int]) -> [GraphQLField] {
        ids.map { GraphQLField("item", arguments: ["id": .id("\($0)")], selecting: GraphQLSelectionSet { "id" }) }
    }

    private func options(tenant: String) throws -> GraphQLCallOptions {
        var headers = HTTPHeaders()
        try headers.append(name: "x-tenant", value: tenant)
        return GraphQLCallOptions(headers: headers)
    }

    @Test func `calls with other headers never share a request, not even for the same field`() async throws {
        let (client, transport) = try client()
        let tenants = [try options(tenant: "one"), try options(tenant: "two")]
        _ = await client.together(fields([1, 1, 2, 2]), as: Int.self) { tenants[$0 % 2] }
        #expect(transport.all.count == 2)
        #expect(Set(transport.all.map { $0.headers.values(of: "X-Tenant") }) == [["one"], ["two"]])
        #expect(transport.all.allSatisfy { $0.headers["X-Client"] == "tests" })
        #expect(try transport.all.allSatisfy { try $0.variables.count == 2 })
    }

    @Test func `mutations with other headers go in a document of their own, in order`() async throws {
        let (client, transport) = try client()
        let tenants = [try options(tenant: "one"), try options(tenant: "two")]
        _ = await client.together(fields([1, 2, 3, 4]), .mutation, as: Int.self) { tenants[$0 / 2 % 2] }
        #expect(transport.all.map { $0.headers["X-Tenant"] } == ["one", "two"])
        #expect(try transport.all.map { try $0.variables.values.sorted() } == [["1", "2"], ["3", "4"]])
    }

    @Test func `queries and mutations of a tick do not mix`() async throws {
        let (client, transport) = try client()
        let field = fields([1])[0]
        try await withBatching {
            async let one = client.query(field, as: Int.self)
            async let two = client.mutate(field, as: Int.self)
            _ = try await (one, two)
        }
        #expect(Set(transport.queries.map { $0.hasPrefix("mutation") }) == [true, false])
    }

    @Test(arguments: [GraphQLOperation.Kind.query, .mutation])
    func `a call that opts out is sent by itself`(kind: GraphQLOperation.Kind) async throws {
        let (client, transport) = try client()
        let results = await client.together(fields([1, 2, 3]), kind, as: Int.self) {
            GraphQLCallOptions(coalesces: $0 != 1)
        }
        #expect(try results.map { try $0.get().value } == [0, 0, 1])
        #expect(
            try transport.all.map { try $0.variables.values.sorted() }.sorted { $0.count < $1.count } == [
                ["2"], ["1", "3"],
            ]
        )
    }

    @Test(arguments: [GraphQLOperation.Kind.query, .mutation])
    func `a slow document holds up no caller of another`(kind: GraphQLOperation.Kind) async throws {
        let gate = AsyncStream.makeStream(of: Void.self)
        let (client, transport) = try client { request, _ in
            if request.text.contains("slow") { for await _ in gate.stream {} }
            return try .json(#"{"data":{"a0":1}}"#)
        }
        let slow = kind == .query ? GraphQLCallOptions() : GraphQLCallOptions(coalesces: false)
        let results = await withBatching {
            async let one = client.together([GraphQLField("slow")], kind, as: Int.self) { _ in slow }
            let quick = await client.together([GraphQLField("quick")], kind, as: Int.self)
            gate.continuation.finish()
            return await quick + one
        }
        #expect(try results.map { try $0.get().value } == [1, 1])
        #expect(transport.all.count == 2)
    }

    @Test func `cancelling a caller of a request in flight disturbs no other of it`() async throws {
        let arrived = AsyncStream.makeStream(of: Void.self)
        let gate = AsyncStream.makeStream(of: Void.self)
        let (client, transport) = try client { _, _ in
            arrived.continuation.finish()
            for await _ in gate.stream {}
            try Task.checkCancellation()
            return try .json(#"{"data":{"a0":1,"a1":2}}"#)
        }
        let fields = fields([1, 2])
        let both = Task {
            try await withBatching {
                async let kept = client.query(fields[0], as: Int.self)
                let left = await withTaskGroup(of: Result<Int, any Error>.self) { group in
                    group.addTask {
                        do { return .success(try await client.query(fields[1], as: Int.self)) } catch {
                            return .failure(error)
                        }
                    }
                    for await _ in arrived.stream {}
                    group.cancelAll()
                    return await group.next()
                }
                #expect(throws: CancellationError.self) { try left?.get() }
                gate.continuation.finish()
                return try await kept
            }
        }
        #expect([1, 2].contains(try await both.value))
        #expect(transport.all.count == 1)
    }

    @Test func `a call that opts out is cancelled with its caller`() async throws {
        let arrived = AsyncStream.makeStream(of: Void.self)
        let (client, _) = try client { _, _ in
            arrived.continuation.finish()
            try await Task.sleep(for: .seconds(600))
            return try .json(#"{"data":{"a0":1}}"#)
        }
        let field = fields([1])[0]
        let call = Task { try await client.query(field, as: Int.self, options: GraphQLCallOptions(coalesces: false)) }
        for await _ in arrived.stream {}
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
    }
}

@Suite("Mutations that may be lost", .timeLimit(.minutes(5)))
struct IdempotentMutationTests {
    private func client(
        _ respond: @escaping @Sendable (ScriptedTransport.Sent, Int) async throws -> HTTPResponse
    ) throws -> (GraphQLClient, ScriptedTransport) {
        let transport = ScriptedTransport(respond)
        return (GraphQLClient(endpoint: try HTTPURL("http://127.0.0.1:9/"), transport: transport), transport)
    }

    private let fields = (0..<4).map { GraphQLField("set", arguments: ["n": .int($0)]) }

    @Test func `only those that are declared idempotent are sent again after a sibling failed`() async throws {
        let (client, transport) = try client { _, number in
            number == 0
                ? try .json(#"{"data":null,"errors":[{"message":"no","path":["a1"]}]}"#)
                : try .json(#"{"data":{"a0":20,"a1":30}}"#)
        }
        let results = await client.together(fields, .mutation, as: Int.self) {
            GraphQLCallOptions(isIdempotent: $0 > 1)
        }
        #expect(results[0].clientError?.code == .outcomeUnknown)
        #expect(results[1].clientError?.code == .fieldFailed)
        #expect(try results[2...].map { try $0.get().value } == [20, 30])
        #expect(transport.all.count == 2)
    }

    @Test(arguments: [(true, true), (false, false)])
    func `the transport may repeat a request only if all of its mutations are idempotent`(
        isLastIdempotent: Bool,
        mayRepeat: Bool
    ) async throws {
        let (client, transport) = try client { _, _ in try .json(#"{"data":{"a0":1,"a1":1,"a2":1,"a3":1}}"#) }
        _ = await client.together(fields, .mutation, as: Int.self) {
            GraphQLCallOptions(isIdempotent: $0 < 3 || isLastIdempotent)
        }
        #expect(transport.all.map(\.isIdempotent) == [mayRepeat])
    }

    @Test func `errors without a path reach who failed and who was aborted, and so do the extensions`() async throws {
        let (client, _) = try client { _, _ in
            try .json(
                #"{"data":null,"errors":[{"message":"no","path":["a1"]},{"message":"quota nearly used"}],"extensions":{"cost":7}}"#
            )
        }
        let results = await client.together(Array(fields.prefix(2)), .mutation, as: Int.self)
        for error in results.map(\.clientError) {
            #expect(error?.requestErrors.map(\.message) == ["quota nearly used"])
            #expect(try error?.extensions(as: [String: Int].self) == ["cost": 7])
        }
        #expect(results[1].clientError?.errors.map(\.message) == ["no"])
        #expect((results[0].clientError?.underlying as? GraphQLServerError)?.path == [.key("set")])
    }
}
