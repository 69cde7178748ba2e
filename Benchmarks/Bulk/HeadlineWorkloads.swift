// SPDX-License-Identifier: Apache-2.0
//
// What bulk is for: records created on a server 5 ms away, against one by one. A ratio of 0.01 is a hundred times faster.

import BulkOperations
import CurlTransport
import GraphQLBatching
import HTTPTransport
import LoopbackServer

extension Workload {
    /// A request a record, ten at a time.
    static let concurrentCreations = creations("ten-at-a-time", n: 100, floor: .requests) { desk in
        try desk.creating(desk.requests, chunkSize: 1, chunks: 10)
    }

    /// Envelopes of a thousand operations.
    static let envelopedCreations = creations("envelopes", n: 10_000, floor: .requests) { desk in
        try desk.creating(desk.envelopes, chunkSize: 1_000, chunks: 5)
    }

    /// Documents of fifty mutations, the most that many servers take.
    static let aliasedCreations = creations("aliases", n: 10_000, floor: .mutations) { desk in
        try desk.creating(desk.mutations, chunkSize: 50, chunks: 10)
    }

    private static func creations(
        _ name: String,
        n: Int,
        floor: Job,
        _ creating: @escaping @Sendable (Desk) throws -> Desk.Creating
    ) -> Workload {
        let job = Job(name: name) { n in try creating(Desk())(n) }
        return Workload(name: name, sizes: [n], quickSizes: [n], measure: .time(job, floor: floor, batches: .varying))
    }
}

extension Job {
    /// A request a record, one after another; a hundred of them are timed.
    fileprivate static let requests = Job(name: "one-by-one of 100", part: 100) { n in
        let desk = try Desk()
        return try desk.creating(desk.requests, chunkSize: 1, chunks: 1)(n)
    }

    /// A document a record, likewise.
    fileprivate static let mutations = Job(name: "one-by-one of 100", part: 100) { n in
        let desk = try Desk()
        return try desk.creating(desk.mutations, chunkSize: 1, chunks: 1)(n)
    }
}

/// A server of this process, a transport to it, and three ways to create records there.
private final class Desk: Sendable {
    typealias Creating = (_ n: Int) -> Run

    typealias Record = CreatedRecord

    private let server: LoopbackHTTPServer
    private let transport: CurlHTTPTransport

    init() throws {
        let resources = DemoGraphQLService(resources: 0)
        server = try LoopbackHTTPServer(latency: .milliseconds(5)) { request in
            request.path == DemoGraphQLService.path
                ? resources.respond(to: request) : CreationService.respond(to: request)
        }
        transport = try CurlHTTPTransport()
    }

    deinit { server.stop() }

    func requests() throws -> BulkRequests<Record, Record> {
        let url = try HTTPURL(server.url + "/items")
        return BulkRequests(over: transport) { item in
            HTTPRequest(url: url, body: Array(#"{"name":"\#(item.input.name)"}"#.utf8))
        }
    }

    func envelopes() throws -> BulkEnvelope<Record, Record> {
        BulkEnvelope(to: try HTTPURL(server.url + "/bulk"), over: transport) { item in
            BulkEnvelopeOperation(.post, "/items", body: item.input)
        }
    }

    func mutations() throws -> BulkMutation<Record, Record> {
        let endpoint = GraphQLEndpoint(try HTTPURL(server.url + DemoGraphQLService.path))
        let selection = try GraphQLSelectionSet(on: "Resource", parsing: "name")
        return BulkMutation(at: endpoint, over: transport) { item in
            let input: GraphQLValue = ["name": .string(item.input.name), "type": .enumCase("IMAGE")]
            let arguments: [GraphQLName: GraphQLArgument] = ["input": .value(input, type: "CreateResourceInput!")]
            return GraphQLField("createResource", arguments: arguments, selecting: selection)
        }
    }

    /// Creates so many records, and checks each.
    func creating<Operation: BulkOperation<Record, Record>>(
        _ operation: () throws -> Operation,
        chunkSize: Int,
        chunks: Int
    ) throws -> Creating {
        var options = BulkOptions()
        options.chunking = .fixed(chunkSize)
        options.maxConcurrentChunks = chunks
        let runner = try BulkRunner(try operation(), options: options)
        return { n in
            let records = (0..<n).map { Record(name: "record \($0)") }
            return { [self] in
                defer { withExtendedLifetime(self) {} }
                let created = try await runner.run(records).get()
                guard zip(created, records).allSatisfy({ $0.name == $1.name }), created.count == n else {
                    throw MeasurementError(message: "a record was not created as it was asked for")
                }
                return n
            }
        }
    }
}
