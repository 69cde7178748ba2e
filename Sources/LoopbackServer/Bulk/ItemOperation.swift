// SPDX-License-Identifier: Apache-2.0
//
// One operation on the records, whichever shape of request it came in, and what it came to.

import GraphQLBatching

/// A request for one record.
struct ItemOperation: Hashable, Sendable {
    var method: String
    var path: String
    var body: GraphQLValue?
    var idempotencyKey: String?
}

/// What an operation came to.
struct ItemOutcome: Sendable {
    struct Problem: Sendable {
        var code: String
        var message: String
        /// The field that is at fault, if it is one.
        var field: String?

        /// `{code, message, details}`.
        var json: GraphQLValue {
            var members: [String: GraphQLValue] = ["code": .string(code), "message": .string(message)]
            if let field {
                members["details"] = [["field": .string(field), "message": .string(message)]]
            }
            return .object(members)
        }
    }

    var status: Int
    var body: GraphQLValue?
    var problem: Problem?

    var isSuccess: Bool { problem == nil }

    static func success(_ status: Int, _ body: GraphQLValue?) -> Self { Self(status: status, body: body) }

    static func refusal(_ status: Int, _ code: String, _ message: String) -> Self {
        Self(status: status, problem: Problem(code: code, message: message))
    }

    static func invalid(field: String, _ message: String) -> Self {
        Self(status: 422, problem: Problem(code: "invalid", message: message, field: field))
    }

    /// The outcome as a member of a list of results.
    func json(named name: String, _ value: GraphQLValue, withBody: Bool = true) -> GraphQLValue {
        var members: [String: GraphQLValue] = [name: value, "status": .int(status)]
        if let problem {
            members["error"] = problem.json
        } else if withBody, let body {
            members["body"] = body
        }
        return .object(members)
    }

    /// The outcome as a reply of its own.
    var reply: LoopbackReply {
        problem.map { .json(status, ["error": $0.json]) } ?? body.map { .json(status, $0) }
            ?? LoopbackReply(status: status)
    }
}
