// SPDX-License-Identifier: Apache-2.0
//
// Replies as the bulk endpoints make them: JSON, more header fields, later than at once, or only half.

import Foundation
import GraphQLBatching

extension LoopbackReply {
    static func json(_ status: Int, _ value: GraphQLValue) -> Self {
        var body: [UInt8] = []
        body.appendJSON(value)
        return LoopbackReply(status: status, headers: [("Content-Type", "application/json")], body: body)
    }

    static func problem(_ status: Int, _ code: String, _ message: String) -> Self {
        ItemOutcome.refusal(status, code, message).reply
    }

    /// The reply with more header fields; a script stays as it is.
    func adding(_ headers: [(name: String, value: String)]) -> Self {
        guard let message else { return self }
        return LoopbackReply(status: message.status, headers: message.headers + headers, body: message.body)
    }

    /// The reply after some time.
    func delayed(by duration: Duration, for request: LoopbackRequest) -> Self {
        guard duration > .zero else { return self }
        switch content {
        case .script(let steps): return .script([.wait(duration)] + steps)
        case .message(let message):
            let closes = !request.head.keepsAlive
            var bytes: [UInt8] = []
            message.append(to: &bytes, withBody: !request.head.isHEAD, closes: closes)
            return .script([.wait(duration), .bytes(bytes)] + (closes ? [.close] : []))
        }
    }

    /// The reply up to the middle of its body, or of its head if it has no body; then the connection ends.
    func cutInHalf(for request: LoopbackRequest) -> Self {
        guard case .message(let message) = content else { return .script([.reset]) }
        var bytes: [UInt8] = []
        message.append(to: &bytes, withBody: true, closes: false)
        let sent = message.body.isEmpty ? bytes.count / 2 : bytes.count - message.body.count + message.body.count / 2
        return .script([.bytes(Array(bytes[..<sent])), .close])
    }
}

extension LoopbackRequest {
    /// The body as JSON; `nil` if it is none.
    var json: GraphQLValue? {
        (try? JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed)).map { GraphQLValue(json: $0) }
    }

    /// The value of a member of the query, as it was sent.
    func query(_ name: String) -> Substring? {
        guard let query = target.split(separator: "?", maxSplits: 1).dropFirst().first else { return nil }
        return query.split(separator: "&").first { $0.hasPrefix(name + "=") }?.dropFirst(name.count + 1)
    }
}

extension GraphQLValue {
    /// A member of an object; `nil` if there is none, or if this is no object.
    subscript(member: String) -> GraphQLValue? {
        if case .object(let members) = self { members[member] } else { nil }
    }

    var wholeNumber: Int? {
        if case .int(let number) = self { number } else { nil }
    }

    var elements: [GraphQLValue]? {
        if case .list(let elements) = self { elements } else { nil }
    }
}
