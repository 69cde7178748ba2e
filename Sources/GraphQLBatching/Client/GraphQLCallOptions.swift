// SPDX-License-Identifier: Apache-2.0
//
// What one call may decide for itself.

public import HTTPTransport

/// The options of a call of ``GraphQLClient``.
///
/// ```swift
/// import GraphQLBatching
///
/// func report(_ client: GraphQLClient) async throws -> Int {
///     // Slow: nobody else is to wait for it.
///     try await client.query(GraphQLField("expensiveReport"), as: Int.self, options: GraphQLCallOptions(coalesces: false))
/// }
/// ```
public struct GraphQLCallOptions: Hashable, Sendable {
    /// Whether the field travels together with others. If not, it is sent by itself, and once for each call; a mutation
    /// then does not wait for those before it.
    public var coalesces: Bool

    /// Header fields of the request besides ``GraphQLClientConfiguration/headers``, in whose place they come if the names
    /// are equal. Calls with different ones never share a request.
    public var headers: HTTPHeaders

    /// What the field costs, in the unit of ``GraphQLBudget/cost``. At least 1; less counts as 1.
    public var cost: Int

    /// Whether a mutation does no harm if it runs twice. Only then is it sent again after its outcome was lost, because
    /// another mutation of the document failed or, by the transport, because a connection broke. Queries always are.
    public var isIdempotent: Bool

    /// Chooses options.
    public init(
        coalesces: Bool = true,
        headers: HTTPHeaders = HTTPHeaders(),
        cost: Int = 1,
        isIdempotent: Bool = false
    ) {
        self.coalesces = coalesces
        self.headers = headers
        self.cost = max(cost, 1)
        self.isIdempotent = isIdempotent
    }
}
