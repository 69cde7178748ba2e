// SPDX-License-Identifier: Apache-2.0
//
// Reads the body of a GraphQL request.

import Foundation
import GraphQLBatching

/// What a client asks, as it stands in the body of a POST
/// ([GraphQL over HTTP, section 5](https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters)).
struct JSONRequest {
    /// What is wrong with a body.
    struct Failure: Error {
        let message: String
    }

    let query: String
    let operationName: String?
    let variables: [String: GraphQLValue]

    init(_ body: [UInt8]) throws(Failure) {
        guard let json = try? JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed) else {
            throw Failure(message: "The body is not JSON.")
        }
        guard let members = json as? [String: Any] else { throw Failure(message: "The body is not a JSON object.") }
        guard let query = members["query"] as? String else {
            throw Failure(message: "The body has no 'query' that is a string.")
        }
        self.query = query
        switch members["operationName"] {
        case nil, is NSNull: operationName = nil
        case let name as String: operationName = name
        default: throw Failure(message: "'operationName' is not a string.")
        }
        switch members["variables"] {
        case nil, is NSNull: variables = [:]
        case let variables as [String: Any]: self.variables = variables.mapValues { GraphQLValue(json: $0) }
        default: throw Failure(message: "'variables' is not an object.")
        }
    }
}

extension GraphQLValue {
    /// What `JSONSerialization` read.
    init(json: Any) {
        switch json {
        case let text as String: self = .string(text)
        case let number as NSNumber: self = Self.number(number)
        case let elements as [Any]: self = .list(elements.map { GraphQLValue(json: $0) })
        case let members as [String: Any]: self = .object(members.mapValues { GraphQLValue(json: $0) })
        default: self = .null
        }
    }

    private static func number(_ number: NSNumber) -> GraphQLValue {
        switch UInt8(bitPattern: number.objCType.pointee) {
        // Booleans, and nothing else that JSON can hold.
        case UInt8(ascii: "c"), UInt8(ascii: "B"): .boolean(number.boolValue)
        case UInt8(ascii: "d"), UInt8(ascii: "f"): .float(number.doubleValue)
        default: .int(number.intValue)
        }
    }
}
