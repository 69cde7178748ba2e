// SPDX-License-Identifier: Apache-2.0
//
// The client: single fields in, aliased documents out, and to every caller its own result.

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif
internal import DataLoading
public import HTTPTransport

/// Sends operations to a GraphQL server, and coalesces single fields into aliased documents.
///
/// ```swift
/// import DataLoading
/// import GraphQLBatching
/// import HTTPTransport
///
/// struct Resource: Decodable, Sendable { var id: String; var name: String }
///
/// func resources(_ ids: [String], from client: GraphQLClient) async throws -> [String: Resource] {
///     try await withBatching {
///         try await withThrowingTaskGroup(of: (String, Resource?).self) { group in
///             for id in ids {
///                 let field = GraphQLField("resource", arguments: ["id": .id(id)]) { "id"; "name" }
///                 group.addTask { (id, try await client.query(field, as: Resource?.self)) }  // one request for all
///             }
///             return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
///         }
///     }
/// }
/// ```
///
/// Fields that are queried in one tick of `withBatching` (outside of one, as `DataLoader` does by default) travel in one
/// document, or in several of at most ``GraphQLClientConfiguration/maxAliases`` at the same time; equal ones are asked
/// once. Mutations of one tick travel in one document in the order of the calls; what is beyond the cap follows when the
/// document before it is done. Mutations are never shared, reordered or sent again.
///
/// A failure reaches the callers that it concerns: see ``GraphQLClientError/Code``. When a field that must not be null
/// takes its siblings down with it, those that are queries are sent again without it; those that are mutations may have
/// run, and say so. When the server refuses a whole document of queries, it is sent again in halves, until the fields
/// that are at fault stand alone: up to 2*n* - 1 requests for *n* fields, which ``GraphQLClientConfiguration/maxAliases``
/// bounds. That is not done if the status says that the halves would fare no better (401, 403, 429, 5xx and so on).
///
/// Share the transport, and make a client for each request or each principal that you serve: its headers are those of
/// all its requests. The mutations of one client go document by document, so one that hangs until its time-out holds up
/// those that come after it.
///
/// A cancelled caller returns at once. Its field is not sent if that has not happened yet and nobody else wants it; a
/// request is cancelled when its last caller has gone.
public struct GraphQLClient: Sendable {
    private let exchange: GraphQLExchange
    private let queries: DataLoader<GraphQLField, FieldPayload>
    private let mutations: DataLoader<GraphQLField, FieldPayload>

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - endpoint: Where the server is.
    ///   - transport: What moves the requests. The client does not shut it down. It must not wait for a mutation of this
    ///     client: documents of mutations go one after another.
    ///   - configuration: The options.
    public init(
        endpoint: HTTPURL,
        transport: any HTTPClientTransport,
        configuration: GraphQLClientConfiguration = GraphQLClientConfiguration()
    ) {
        let exchange = GraphQLExchange(endpoint: endpoint, transport: transport, configuration: configuration)
        self.exchange = exchange
        queries = .coalescing(.query, over: exchange)
        mutations = .coalescing(.mutation, over: exchange)
    }

    /// Sends one request as it is, by itself.
    ///
    /// - Parameter request: The request.
    /// - Returns: The response. It may hold errors: a well-formed response is not thrown, whatever it says.
    /// - Throws: ``GraphQLClientError`` if there is no GraphQL response, ``GraphQLDocumentError`` if a variable cannot be
    ///   written as JSON, or `CancellationError`.
    public func execute(_ request: GraphQLRequest) async throws -> GraphQLResponse {
        try await exchange.send(request.body(), kind: request.kind).response
    }

    /// Queries a field, together with others of the tick.
    ///
    /// - Parameters:
    ///   - field: The field. It stands for itself: it uses neither variables nor named fragments of a document.
    ///   - type: What to decode its value as; an optional if the field may be null.
    /// - Returns: The value.
    /// - Throws: ``GraphQLClientError``, also for a value with errors inside (see ``queryResult(_:as:)``);
    ///   ``GraphQLDocumentError`` if the field is not valid; `CancellationError`.
    public func query<Value: Decodable & Sendable>(
        _ field: GraphQLField,
        as type: Value.Type = Value.self
    ) async throws -> Value {
        try await queryResult(field, as: type).valueWithoutErrors()
    }

    /// Queries a field, together with others of the tick, and returns its value even if there are errors inside.
    ///
    /// Otherwise as ``query(_:as:)``.
    public func queryResult<Value: Decodable & Sendable>(
        _ field: GraphQLField,
        as type: Value.Type = Value.self
    ) async throws -> GraphQLResult<Value> {
        try field.checkSelfContained()
        return try await queries.load(field).decode(type, with: exchange.configuration.decoder)
    }

    /// Runs a mutation, together with others of the tick and in the order of the calls.
    ///
    /// - Parameters:
    ///   - field: The field. It stands for itself: it uses neither variables nor named fragments of a document.
    ///   - type: What to decode its value as; an optional if the field may be null.
    /// - Returns: The value.
    /// - Throws: As ``query(_:as:)``; with ``GraphQLClientError/Code/outcomeUnknown`` if nobody can say whether it ran. A
    ///   mutation whose caller is cancelled may run.
    public func mutate<Value: Decodable & Sendable>(
        _ field: GraphQLField,
        as type: Value.Type = Value.self
    ) async throws -> Value {
        try await mutateResult(field, as: type).valueWithoutErrors()
    }

    /// Runs a mutation and returns its value even if there are errors inside; otherwise as ``mutate(_:as:)``.
    public func mutateResult<Value: Decodable & Sendable>(
        _ field: GraphQLField,
        as type: Value.Type = Value.self
    ) async throws -> GraphQLResult<Value> {
        try field.checkSelfContained()
        return try await mutations.load(field).decode(type, with: exchange.configuration.decoder)
    }
}

extension GraphQLResult {
    fileprivate func valueWithoutErrors() throws(GraphQLClientError) -> Value {
        guard let first = errors.first else { return value }
        throw GraphQLClientError(
            .partialData,
            "The value has errors inside; queryResult and mutateResult return both. The first error: \(first.message)",
            errors: errors
        )
    }
}
