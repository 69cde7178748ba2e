// SPDX-License-Identifier: Apache-2.0
//
// The result of one item, in the answer to a request with many.

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// `{id or index, status, body or error}`
///
/// A body that cannot be decoded is the matter of its item and of no other.
struct ItemResult<Output: Decodable>: Decodable {
    let id: String
    private let status: Int
    private let problem: ServerProblem?
    private let body: Result<Output, any Error>

    private enum CodingKeys: String, CodingKey {
        case id, index, status, error, body
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let index = try container.decodeIfPresent(Int.self, forKey: .index) {
            id = "\(index)"
        } else if let number = try? container.decode(Int.self, forKey: .id) {
            id = "\(number)"
        } else {
            id = try container.decode(String.self, forKey: .id)
        }
        status = try container.decodeIfPresent(Int.self, forKey: .status) ?? 200
        problem = try container.decodeIfPresent(ServerProblem.self, forKey: .error)
        body = Result {
            guard container.contains(.body) else {
                return try JSONDecoder().decode(Output.self, from: Data("null".utf8))
            }
            return try container.decode(Output.self, forKey: .body)
        }
    }

    func outcome(mayRepeat: Bool) -> BulkOutcome<Output> where Output: Sendable {
        if let problem { return problem.outcome(status: status, mayRepeat: mayRepeat) }
        guard (200..<300).contains(status) else {
            return ServerProblem().outcome(status: status, mayRepeat: mayRepeat)
        }
        do {
            return .success(try body.get())
        } catch {
            let message = "The item was done, and its body cannot be decoded as \(Output.self): \(error)"
            return .unknown(BulkError(.invalidResponse, message, underlying: error))
        }
    }
}
