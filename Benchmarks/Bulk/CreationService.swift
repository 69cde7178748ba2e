// SPDX-License-Identifier: Apache-2.0
//
// A server's side of creations that costs little, so that what is measured is the way there and back.

import Foundation
import LoopbackServer

/// A record that is created.
struct CreatedRecord: Codable, Sendable {
    var name: String
}

/// Creates records, one a request or many in an envelope.
enum CreationService {
    private struct Envelope: Decodable {
        struct Operation: Decodable {
            var id: String
            var body: CreatedRecord
        }

        var operations: [Operation]
    }

    private struct Results: Encodable {
        struct Result: Encodable {
            var id: String
            var status = 201
            var body: CreatedRecord
        }

        var results: [Result]
    }

    static func respond(to request: LoopbackRequest) -> LoopbackReply {
        do {
            let body = Data(request.body)
            if request.path == "/items" {
                return try created(JSONDecoder().decode(CreatedRecord.self, from: body))
            }
            let operations = try JSONDecoder().decode(Envelope.self, from: body).operations
            return try created(Results(results: operations.map { Results.Result(id: $0.id, body: $0.body) }))
        } catch {
            return LoopbackReply(status: 400, body: Array("\(error)".utf8))
        }
    }

    private static func created(_ answer: some Encodable) throws -> LoopbackReply {
        LoopbackReply(
            headers: [("Content-Type", "application/json")],
            body: Array(try JSONEncoder().encode(answer))
        )
    }
}
