// SPDX-License-Identifier: Apache-2.0
//
// What single fields cost that a client sends together, from the call to the decoded value.

import DataLoading
import Foundation
import GraphQLBatching
import HTTPTransport
import Synchronization

extension Workload {
    /// An operation is a call of the client by a task of its own, over a transport that answers at once. The floor is a
    /// loader that does nothing, and the decoding of the same bytes.
    static let coalesced = Workload.time(
        "coalesced",
        upTo: 100_000,
        floor: Job(name: "load-and-decode") { n in
            let record = Record.json(0)
            return {
                let loader = DataLoader<Int, Int> { keys in Dictionary(uniqueKeysWithValues: keys.map { ($0, 0) }) }
                let decoder = JSONDecoder()
                try await withBatching {
                    try await each(n) { number in
                        let place = try await loader.load(number)
                        try expect(decoder.decode(Record.self, from: Data(record)).size, for: place)
                    }
                }
                return 0
            }
        },
        batches: .exactly { $0 / FixedAnswer.aliases }
    ) { n in
        let selection = try GraphQLSelectionSet(on: "Resource", parsing: "id name type status createdAt size owner")
        let fields = (0..<n).map { GraphQLField("resource", arguments: ["id": .id("\($0)")], selecting: selection) }
        let transport = try FixedAnswer()
        let configuration = try GraphQLClientConfiguration(maxAliases: FixedAnswer.aliases)
        let endpoint = try HTTPURL("http://127.0.0.1/graphql")
        return {
            let client = GraphQLClient(endpoint: endpoint, transport: transport, configuration: configuration)
            let sent = transport.count
            try await withBatching {
                try await each(n) { number in
                    let record = try await client.query(fields[number], as: Record.self)
                    try expect(record.size, for: number % FixedAnswer.aliases)
                }
            }
            return transport.count - sent
        }
    }

    private static func each(_ n: Int, _ body: @escaping @Sendable (Int) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<n { group.addTask { try await body(number) } }
            for try await _ in group {}
        }
    }
}

private struct Record: Decodable, Sendable {
    var id: String
    var name: String
    var type: String
    var status: String
    var createdAt: String
    var size: Int
    var owner: String?

    static func json(_ number: Int) -> [UInt8] {
        Array(
            """
            {"id":"\(number)","name":"Resource \(number)","type":"DOCUMENT","status":"active",\
            "createdAt":"2026-01-01T00:01:00Z","size":\(value(for: number)),"owner":null}
            """.utf8
        )
    }
}

/// Answers every document with the same hundred records.
private final class FixedAnswer: HTTPClientTransport {
    static let aliases = 100

    private let response: HTTPResponse
    private let requests = Atomic(0)

    /// How many requests there have been.
    var count: Int { requests.load(ordering: .relaxed) }

    init() throws {
        var headers = HTTPHeaders()
        try headers.append(name: "Content-Type", value: "application/graphql-response+json")
        let members = (0..<Self.aliases).map { Array("\"a\($0)\":".utf8) + Record.json($0) }
        let body = Array("{\"data\":{".utf8) + members.joined(separator: Array(",".utf8)) + Array("}}".utf8)
        response = HTTPResponse(status: 200, headers: headers, body: body)
    }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        requests.add(1, ordering: .relaxed)
        return response
    }
}
