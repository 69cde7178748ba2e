// SPDX-License-Identifier: Apache-2.0
//
// The same rows in each of the shapes that an API may have.

import BulkOperations
import Foundation
import GraphQLBatching
import HTTPTransport

/// What an API tells of a record that it has made.
struct Created: Codable, Sendable {
    var id: String
}

/// An API that says it cannot work.
struct UnwellError: Error, CustomStringConvertible {
    let url: HTTPURL
    let status: Int

    var description: String { "\(url) answers \(status); the run begins when it answers 200" }
}

/// An API that rows are sent to.
struct API: Sendable {
    private let endpoint: HTTPURL
    private let transport: any HTTPClientTransport
    private let headers: HTTPHeaders
    /// The path of an operation in an envelope.
    private let path: String

    init(endpoint: HTTPURL, transport: any HTTPClientTransport, key: APIKey?, path: String) throws {
        self.endpoint = endpoint
        self.transport = transport
        self.path = path
        var headers = HTTPHeaders()
        if let key { try headers.set(name: "X-API-Key", value: key.value) }
        self.headers = headers
    }

    /// Asks whether the API is well.
    ///
    /// - Throws: ``UnwellError`` if it says that it is not; what the transport throws.
    func check(_ url: HTTPURL) async throws {
        let response = try await transport.send(HTTPRequest(method: .get, url: url, headers: headers))
        guard (200..<300).contains(response.status) else { throw UnwellError(url: url, status: response.status) }
    }

    /// Nothing is sent.
    static let checking = BulkClosure<ImportRow, Created> { chunk in chunk.items.map { _ in .success(Created(id: "")) }
    }

    /// A request for each row.
    var requests: BulkRequests<ImportRow, Created> {
        BulkRequests(over: transport) { [endpoint, headers] item in
            var headers = headers
            try headers.set(name: "Content-Type", value: "application/json")
            return HTTPRequest(url: endpoint, headers: headers, body: try item.input.json)
        }
    }

    /// Many rows in an envelope of operations.
    var envelopes: BulkEnvelope<ImportRow, Created> {
        var envelopes = BulkEnvelope<ImportRow, Created>(to: endpoint, over: transport) { [path] item in
            BulkEnvelopeOperation(.post, path, body: try item.input.input.get())
        }
        envelopes.headers = headers
        return envelopes
    }

    /// Many rows as aliases of one mutation. The field is that of Tests/Interop/schema.graphql.
    var mutations: BulkMutation<ImportRow, Created> {
        get throws {
            BulkMutation(
                at: GraphQLEndpoint(endpoint),
                over: transport,
                configuration: try GraphQLClientConfiguration(headers: headers)
            ) { item in
                let input = GraphQLValue.object(try item.input.input.get())
                return GraphQLField(
                    "createResource",
                    arguments: ["input": .value(input, type: "CreateResourceInput!")]
                ) { "id" }
            }
        }
    }

    /// Many rows as a job.
    var jobs: BulkJobs<ImportRow, Created> {
        var jobs = BulkJobs<ImportRow, Created>(at: BulkJobRoutes(below: endpoint), over: transport) { chunk in
            let items = try chunk.inputs.map { try $0.input.get() }
            return Array(try JSONEncoder().encode(["items": items]))
        }
        jobs.headers = headers
        return jobs
    }
}

extension ImportRow {
    fileprivate var json: [UInt8] {
        get throws { Array(try JSONEncoder().encode(try input.get())) }
    }
}
