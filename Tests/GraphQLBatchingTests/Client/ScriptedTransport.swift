// SPDX-License-Identifier: Apache-2.0
//
// A transport that answers as a test says, and remembers what it was asked: for faults that no server makes on demand.

import Foundation
import HTTPTransport
import Synchronization

final class ScriptedTransport: HTTPClientTransport {
    /// The parts of a request's body that tests look at.
    struct Sent: Decodable, Sendable {
        var query: String
    }

    private let requests = Mutex<[HTTPRequest]>([])
    private let respond: @Sendable (Sent, Int) async throws -> HTTPResponse

    /// Makes a transport.
    ///
    /// - Parameter respond: Called with each request's body and its number, from 0.
    init(_ respond: @escaping @Sendable (Sent, Int) async throws -> HTTPResponse) {
        self.respond = respond
    }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let number = requests.withLock { requests in
            requests.append(request)
            return requests.count - 1
        }
        return try await respond(try JSONDecoder().decode(Sent.self, from: Data(request.body)), number)
    }

    var all: [HTTPRequest] { requests.withLock { $0 } }

    var queries: [String] {
        all.compactMap { try? JSONDecoder().decode(Sent.self, from: Data($0.body)).query }
    }
}

extension HTTPResponse {
    static func json(
        _ body: String,
        status: Int = 200,
        contentType: String = "application/graphql-response+json; charset=utf-8"
    ) throws -> HTTPResponse {
        var headers = HTTPHeaders()
        try headers.append(name: "Content-Type", value: contentType)
        return HTTPResponse(status: status, headers: headers, body: Array(body.utf8))
    }
}
