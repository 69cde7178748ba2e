// SPDX-License-Identifier: Apache-2.0
//
// The decisions a user can make about a client.

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif
public import HTTPTransport

/// The options of a ``GraphQLClient``. They are checked when they are made.
///
/// ```swift
/// import GraphQLBatching
///
/// func configuration() throws -> GraphQLClientConfiguration {
///     var configuration = try GraphQLClientConfiguration(timeout: .seconds(10))
///     configuration.budget = try GraphQLBudget(aliases: 100, bytes: 64_000)
///     configuration.strategies["resource"] = .list("resources")
///     configuration.persistsQueries = true
///     return configuration
/// }
/// ```
public struct GraphQLClientConfiguration: Sendable {
    /// The most that travels in one request; at most 50 aliases or 250 ids by default.
    public var budget: GraphQLBudget

    /// How queried fields travel together, by the name of the field; ``strategy`` for all others.
    public var strategies: [GraphQLName: GraphQLStrategy] = [:]

    /// How fields travel together of which ``strategies`` says nothing; ``GraphQLStrategy/aliases`` by default.
    public var strategy = GraphQLStrategy.aliases

    /// Whether the hash of a text is sent in its place, and the text only when the server asks for it (automatic persisted
    /// queries). Off by default. It ends for an endpoint that says it does not support them.
    public var persistsQueries = false

    /// The longest URL, in bytes, with which a query is sent by GET, so that caches on the way can answer; `nil`, the
    /// default, for POST always. A longer one goes by POST, and so does one that the server refuses with the status 414.
    public var maxQueryURLLength: Int?

    /// Header fields of every request, such as an authorization; none by default. `Accept` and `Content-Type` are set
    /// by the client.
    public let headers: HTTPHeaders

    /// The longest time for a request, time in the transport's queue included; `nil`, the default, for the transport's
    /// own limit.
    public let timeout: Duration?

    /// Decodes the results. It must not be changed once the client is in use.
    public let decoder: JSONDecoder

    /// The defaults.
    public init() {
        budget = GraphQLBudget(unchecked: 50, listLength: 250)
        headers = HTTPHeaders()
        timeout = nil
        decoder = JSONDecoder()
    }

    /// Chooses options.
    ///
    /// - Parameters:
    ///   - maxAliases: The largest number of fields in a document, at least 1: the one limit of ``budget`` that most
    ///     users want to choose.
    ///   - headers: Header fields of every request.
    ///   - timeout: The longest time for a request, more than zero.
    ///   - decoder: Decodes the results.
    /// - Throws: ``GraphQLClientError`` with ``GraphQLClientError/Code/invalidOption`` that names the option.
    public init(
        maxAliases: Int = 50,
        headers: HTTPHeaders = HTTPHeaders(),
        timeout: Duration? = nil,
        decoder: JSONDecoder = JSONDecoder()
    ) throws(GraphQLClientError) {
        guard maxAliases >= 1 else {
            throw GraphQLClientError(.invalidOption, "maxAliases is \(maxAliases); it must be at least 1.")
        }
        if let timeout, timeout <= .zero {
            throw GraphQLClientError(.invalidOption, "timeout is \(timeout); it must be more than zero.")
        }
        budget = GraphQLBudget(unchecked: maxAliases, listLength: 250)
        self.headers = headers
        self.timeout = timeout
        self.decoder = decoder
    }
}
