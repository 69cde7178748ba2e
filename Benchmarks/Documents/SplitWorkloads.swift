// SPDX-License-Identifier: Apache-2.0
//
// Responses that are split, against Foundation's decoder on the same bytes.

import Foundation
import GraphQLBatching

extension Workload {
    /// A response of a batch: an operation is a member of some 250 bytes.
    static let split = responses("split", of: DecodedResource.self) { .members($0) { ResponseSample.resource($0) } }

    /// Members of one to three bytes, such as counts: what a member costs by itself.
    static let splitTiny = responses("split-tiny", of: Int.self) { .members($0) { "\($0 % 1_000)" } }

    /// Texts full of escapes, as a server writes them that escapes all but ASCII.
    static let splitEscaped = responses("split-escaped", of: DecodedText.self) {
        .members($0) { #"{"id":"\#($0)","text":"\#(String(repeating: #"\u00e9\n\"x\" "#, count: 20))"}"# }
    }

    /// The floor decodes the same bytes into the types that a program would have.
    private static func responses<Member: Decodable & Sendable>(
        _ name: String,
        of type: Member.Type,
        sample: @escaping @Sendable (_ n: Int) -> ResponseSample
    ) -> Workload {
        let floor = Job(name: "JSONDecoder") { n in
            let data = Data(sample(n).body)
            let decoder = JSONDecoder()
            return {
                try expect(decoder.decode(DecodedResponse<Member>.self, from: data).data.count, atLeast: n)
                return 0
            }
        }
        return .time(name, upTo: 100_000, floor: floor, batches: .exactly { _ in 1 }) { n in
            let body = sample(n).body
            let names = try [0, n / 2, n - 1].map { try GraphQLName("a\($0)") }
            return {
                let response = try GraphQLResponse(parsing: body)
                for name in names { try expect(response.slice(for: name)?.count ?? 0, atLeast: 1) }
                return 1
            }
        }
    }
}

/// The body of a response.
struct ResponseSample {
    var body: [UInt8]

    /// A response whose members are `a0`, `a1` and so on.
    static func members(_ n: Int, value: (Int) -> String) -> ResponseSample {
        let members = (0..<n).map { "\"a\($0)\":\(value($0))" }
        return ResponseSample(body: Array("{\"data\":{\(members.joined(separator: ","))}}".utf8))
    }

    static func resource(_ number: Int) -> String {
        """
        {"id":"\(number)","name":"Resource \(number)","type":"DOCUMENT","status":"active",\
        "metadata":{"size":\(1_024 * number),"tags":["even","a longer text with \\"quotes\\""],"owner":null},\
        "createdAt":"2026-01-01T00:01:00Z","related":[{"id":"\(number + 1)"},{"id":"\(number + 2)"}]}
        """
    }
}

/// What Foundation's decoder builds of a response.
private struct DecodedResponse<Member: Decodable>: Decodable {
    var data: [String: Member]
}

private struct DecodedResource: Decodable {
    var id: String
    var name: String
    var type: String
    var status: String
    var metadata: Metadata
    var createdAt: String
    var related: [Reference]

    struct Metadata: Decodable {
        var size: Int
        var tags: [String]
        var owner: String?
    }

    struct Reference: Decodable {
        var id: String
    }
}

private struct DecodedText: Decodable {
    var id: String
    var text: String
}
