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
    private let respond: @Sendable (HTTPRequest, Int) async throws -> HTTPResponse

    private init(answering respond: @escaping @Sendable (HTTPRequest, Int) async throws -> HTTPResponse) {
        self.respond = respond
    }

    /// Makes a transport.
    ///
    /// - Parameter respond: Called with each request's body and its number, from 0.
    convenience init(_ respond: @escaping @Sendable (Sent, Int) async throws -> HTTPResponse) {
        self.init(answering: { request, number in
            try await respond(try JSONDecoder().decode(Sent.self, from: Data(request.body)), number)
        })
    }

    /// A transport for requests that need not be a POST with a text.
    ///
    /// - Parameter respond: Called with each request and its number, from 0.
    static func answering(
        _ respond: @escaping @Sendable (HTTPRequest, Int) async throws -> HTTPResponse
    ) -> ScriptedTransport {
        ScriptedTransport(answering: respond)
    }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let number = requests.withLock { requests in
            requests.append(request)
            return requests.count - 1
        }
        return try await respond(request, number)
    }

    var all: [HTTPRequest] { requests.withLock { $0 } }

    var queries: [String] {
        all.compactMap { try? JSONDecoder().decode(Sent.self, from: Data($0.body)).query }
    }
}

extension HTTPRequest {
    /// The variables of a GraphQL request whose values are all strings.
    var variables: [String: String] {
        get throws {
            struct Body: Decodable { var variables: [String: String] }
            return try JSONDecoder().decode(Body.self, from: Data(body)).variables
        }
    }

    /// The body as text.
    var text: String { String(decoding: body, as: UTF8.self) }
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
