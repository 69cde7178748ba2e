// SPDX-License-Identifier: Apache-2.0
//
// What a refusal teaches: whether it is of the fields at all, and how much is too much.

/// A message with what it weighs, in the units of a budget.
struct SizedMessage: Sendable {
    let message: GraphQLMessage
    /// The fields, and the unit that they count as.
    let count: Int
    let countUnit: GraphQLBudget.Unit
    let cost: Int

    subscript(unit: GraphQLBudget.Unit) -> Int {
        switch unit {
        case .aliases, .listLength: count
        case .tokens: message.tokenCount
        case .bytes: message.text.count
        case .cost: cost
        }
    }

    /// The number of parts of about equal size that a budget asks for.
    func partCount(in budget: GraphQLBudget) -> Int {
        let counts = [GraphQLBudget.Unit.tokens, .bytes].map { unit in
            budget[unit].map { (self[unit] + $0 - 1) / $0 } ?? 1
        }
        return min(counts.max() ?? 1, count)
    }
}

extension GraphQLClientError {
    private static let statusesOfAllFields: Set = [401, 402, 403, 404, 405, 406, 408, 415, 429]
    private static let codesOfAllFields: Set = [
        "UNAUTHENTICATED", "UNAUTHORIZED", "FORBIDDEN", "AUTH_NOT_AUTHENTICATED", "AUTH_NOT_AUTHORIZED",
        "THROTTLED", "RATE_LIMITED", "RATE_LIMIT_EXCEEDED", "TOO_MANY_REQUESTS",
        "INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE", "TIMEOUT",
        "PERSISTED_QUERY_NOT_FOUND", "PERSISTED_QUERY_NOT_SUPPORTED",
    ]

    /// Whether a request was refused for who sent it, where, how or how often, and not for a field in it: so that other
    /// requests of the same fields would fare no better.
    package var isOfAllFields: Bool {
        if let status, Self.statusesOfAllFields.contains(status) || status >= 500 { return true }
        return errors.contains { $0.code.map(Self.codesOfAllFields.contains) ?? false }
    }

    /// The limit that a refusal is about, and its value if it says so or it can be guessed: half of what was too much.
    ///
    /// Servers say this in their own words, so that words are what there is to go by. What is found is below what was
    /// sent; if it is wrong, it makes requests smaller and nothing else.
    func limit(refusing size: SizedMessage) -> (unit: GraphQLBudget.Unit, value: Int)? {
        guard size.count > 1, !isOfAllFields else { return nil }
        if status == 413 { return (.bytes, size[.bytes] / 2) }
        guard code == .requestRejected || code == .fieldFailed else { return nil }
        for error in errors where error.code != "BAD_USER_INPUT" {
            let text = "\(error.message) \(error.code ?? "")".lowercased()
            guard Self.wordsOfExcess.contains(where: text.contains),
                let unit = Self.units(of: size).first(where: { $0.words.contains(where: text.contains) })?.unit
            else { continue }
            // A number that even one field exceeds is a limit of something else.
            let named = error.message.wholeNumbers.filter { (size[unit] / size.count..<size[unit]).contains($0) }.max()
            guard named != nil || error.message.wholeNumbers.isEmpty || unit == .cost else { continue }
            switch unit {
            // A server may count in a unit of its own.
            case .cost: return (unit, max(size.cost / 2, 1))
            // Servers differ by a few in what they count as a token.
            case .tokens: return (unit, max((named ?? size[.tokens] / 2) * 99 / 100, 1))
            default: return (unit, named ?? max(size[unit] / 2, 1))
            }
        }
        return nil
    }

    private static let wordsOfExcess = ["limit", "exceed", "more than", "more that", "max", "too ", "allowed"]

    private static func units(of message: SizedMessage) -> [(unit: GraphQLBudget.Unit, words: [String])] {
        let counted =
            switch message.message.content {
            case .request: message.countUnit == .listLength ? ["ids", "array", "list", "items"] : ["alias"]
            case .array, .variables: ["batch"]
            }
        return [
            (message.countUnit, counted),
            (.tokens, ["token"]),
            (.bytes, ["character", "byte", "payload", "too large"]),
            (.cost, ["cost", "complex", "points"]),
        ]
    }
}

extension String {
    fileprivate var wholeNumbers: [Int] {
        split { !$0.isASCII || !$0.isNumber }.compactMap { Int($0) }
    }
}
