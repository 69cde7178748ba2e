// SPDX-License-Identifier: Apache-2.0
//
// How much may travel in one request.

/// The most that a client puts into one request. What is beyond goes in further ones.
///
/// ```swift
/// import GraphQLBatching
///
/// func configuration() throws -> GraphQLClientConfiguration {
///     var configuration = GraphQLClientConfiguration()
///     configuration.budget = try GraphQLBudget(aliases: 15, tokens: 1_000)
///     return configuration
/// }
/// ```
///
/// A budget is about fields that travel together: one that exceeds it by itself is sent alone, and it is for the server
/// to judge. What a server's refusals say of its limits is kept in ``GraphQLEndpoint/limits`` and obeyed as well.
public struct GraphQLBudget: Hashable, Sendable {
    /// The largest number of fields: aliases of a document, requests of an array or sets of variables.
    public internal(set) var aliases: Int?
    /// The largest number of ids in a list field, see ``GraphQLStrategy/list(_:ids:type:by:key:)``.
    public internal(set) var listLength: Int?
    /// The largest number of tokens in the text of a document. An alias takes about 18.
    public internal(set) var tokens: Int?
    /// The largest number of bytes in the body of a request, its text counted also where a persisted query leaves it out.
    public internal(set) var bytes: Int?
    /// The largest sum of the fields' costs, see ``GraphQLCallOptions/cost``.
    public internal(set) var cost: Int?

    /// No limit at all.
    static let unlimited = GraphQLBudget(unchecked: nil)

    init(unchecked aliases: Int?, listLength: Int? = nil) {
        self.aliases = aliases
        self.listLength = listLength
    }

    /// Chooses limits; `nil` is for none.
    ///
    /// - Parameters:
    ///   - aliases: Fields in a request. 50 by default: many servers refuse documents with more aliases than some limit
    ///     of theirs, a few as low as 10.
    ///   - listLength: Ids in a list field; 250 by default.
    ///   - tokens: Tokens in a document; no limit by default.
    ///   - bytes: Bytes in a body; no limit by default.
    ///   - cost: The sum of the costs; no limit by default.
    /// - Throws: ``GraphQLClientError`` with ``GraphQLClientError/Code/invalidOption`` that names the limit that is
    ///   below 1.
    public init(
        aliases: Int? = 50,
        listLength: Int? = 250,
        tokens: Int? = nil,
        bytes: Int? = nil,
        cost: Int? = nil
    ) throws(GraphQLClientError) {
        self.init(unchecked: aliases, listLength: listLength)
        self.tokens = tokens
        self.bytes = bytes
        self.cost = cost
        for unit in Unit.allCases {
            guard let limit = self[unit], limit < 1 else { continue }
            throw GraphQLClientError(.invalidOption, "\(unit) is \(limit); it must be at least 1, or nil for no limit.")
        }
    }
}

extension GraphQLBudget {
    /// What is limited.
    enum Unit: String, CaseIterable {
        case aliases, listLength, tokens, bytes, cost
    }

    subscript(unit: Unit) -> Int? {
        get {
            switch unit {
            case .aliases: aliases
            case .listLength: listLength
            case .tokens: tokens
            case .bytes: bytes
            case .cost: cost
            }
        }
        set {
            switch unit {
            case .aliases: aliases = newValue
            case .listLength: listLength = newValue
            case .tokens: tokens = newValue
            case .bytes: bytes = newValue
            case .cost: cost = newValue
            }
        }
    }

    /// The stricter of two budgets, unit by unit.
    func limited(to other: GraphQLBudget) -> GraphQLBudget {
        var result = self
        for unit in Unit.allCases {
            result[unit] = [self[unit], other[unit]].lazy.compactMap(\.self).min()
        }
        return result
    }

    /// Cuts calls, in their order, so that no part has more fields or costs more than allowed.
    ///
    /// - Complexity: O(*n*).
    func parts(of calls: [FieldCall], unit: Unit) -> [[FieldCall]] {
        let maxCount = self[unit] ?? .max
        let maxCost = cost ?? .max
        guard calls.count > maxCount || maxCost < .max else { return [calls] }
        var parts: [[FieldCall]] = []
        var sum = 0
        for call in calls {
            let cost = call.options.cost
            if let last = parts.last, last.count < maxCount, cost <= maxCost - min(sum, maxCost) {
                parts[parts.count - 1].append(call)
                sum += cost
            } else {
                parts.append([call])
                sum = cost
            }
        }
        return parts
    }
}
