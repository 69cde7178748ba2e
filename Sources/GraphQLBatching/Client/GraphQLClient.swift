// SPDX-License-Identifier: Apache-2.0
//
// The client: single fields in, aliased documents out, and to every caller its own result.

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
/// Fields that are queried in one tick of `withBatching` (outside of one, as `DataLoader` does by default) travel
/// together, as ``GraphQLClientConfiguration/strategies`` say: fields of one shape in one document unless declared
/// otherwise, or in several at the same time where ``GraphQLClientConfiguration/budget`` asks for it. Equal ones are
/// asked once. Mutations of one tick travel in one document in the order of the calls; what is beyond the budget follows
/// when the document before it is done. Mutations are never shared or reordered. See <doc:Coalescing>.
///
/// A failure reaches the callers that it concerns: see <doc:Outcomes>. When a field that must not be null takes its
/// siblings down with it, those that are queries are sent again without it; those that are mutations may have run, and
/// say so. When the server refuses a whole document of queries, it is sent again in halves, until the fields that are at
/// fault stand alone: up to 2*n* - 1 requests for *n* fields, which the budget bounds. That is not done if the status or
/// the server's code says that the halves would fare no better (401, 403, 429, 5xx and so on). When a refusal is about
/// how much was sent, less is sent from then on: see <doc:Limits>.
///
/// Share the transport and the ``GraphQLEndpoint``, and make a client for each request or each principal that you serve:
/// its headers are those of all its requests. The mutations of one client go document by document, so one that hangs
/// until its time-out holds up those that come after it.
///
/// A cancelled caller returns at once. Its field is not sent if that has not happened yet and nobody else wants it; a
/// request is cancelled when its last caller has gone.
public struct GraphQLClient: Sendable {
    /// All there is: every task that calls has a copy of the client.
    private let loaders: FieldLoaders

    /// Makes a client of an endpoint of which nothing is known yet.
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
        self.init(endpoint: GraphQLEndpoint(endpoint), transport: transport, configuration: configuration)
    }

    /// Makes a client of an endpoint that it shares, with all that is known of it, with other clients.
    ///
    /// Otherwise as ``init(endpoint:transport:configuration:)-(HTTPURL,_,_)``.
    public init(
        endpoint: GraphQLEndpoint,
        transport: any HTTPClientTransport,
        configuration: GraphQLClientConfiguration = GraphQLClientConfiguration()
    ) {
        loaders = FieldLoaders(
            GraphQLExchange(endpoint: endpoint, transport: transport, configuration: configuration)
        )
    }

    /// Sends one request as it is, by itself.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - options: Header fields, and whether a mutation may be repeated by the transport.
    /// - Returns: The response. It may hold errors: a well-formed response is not thrown, whatever it says.
    /// - Throws: ``GraphQLClientError`` if there is no GraphQL response, ``GraphQLDocumentError`` if a variable cannot be
    ///   written as JSON, or `CancellationError`.
    public func execute(
        _ request: GraphQLRequest,
        options: GraphQLCallOptions = GraphQLCallOptions()
    ) async throws -> GraphQLResponse {
        let message = try GraphQLMessage(.request(request), kind: request.kind)
        let isIdempotent = request.kind == .query || options.isIdempotent
        let reply = try await loaders.exchange.send(message, headers: options.headers, isIdempotent: isIdempotent)
        guard case .one(let response) = reply.content else {
            throw GraphQLClientError.invalidResponse("has several results for one request", of: request.kind)
        }
        return response
    }

    /// Queries a field, together with others of the tick.
    ///
    /// - Parameters:
    ///   - field: The field. It stands for itself: it uses neither variables nor named fragments of a document.
    ///   - type: What to decode its value as; an optional if the field may be null.
    ///   - options: What this call decides for itself.
    /// - Returns: The value.
    /// - Throws: ``GraphQLClientError``, also for a value with errors inside (see ``queryResult(_:as:options:)``);
    ///   ``GraphQLDocumentError`` if the field is not valid; `CancellationError`.
    public func query<Value: Decodable & Sendable>(
        _ field: GraphQLField,
        as type: Value.Type = Value.self,
        options: GraphQLCallOptions = GraphQLCallOptions()
    ) async throws -> Value {
        let call = FieldCall(field, options: options)
        let payload = try await loaders.loader(for: call, .query).load(call)
        return try payload.value(as: type, with: loaders.exchange.configuration.decoder)
    }

    /// Queries a field, together with others of the tick, and returns its value even if there are errors inside.
    ///
    /// Otherwise as ``query(_:as:options:)``.
    public func queryResult<Value: Decodable & Sendable>(
        _ field: GraphQLField,
        as type: Value.Type = Value.self,
        options: GraphQLCallOptions = GraphQLCallOptions()
    ) async throws -> GraphQLResult<Value> {
        let call = FieldCall(field, options: options)
        let payload = try await loaders.loader(for: call, .query).load(call)
        return try payload.result(as: type, with: loaders.exchange.configuration.decoder)
    }

    /// Runs a mutation, together with others of the tick and in the order of the calls.
    ///
    /// - Parameters:
    ///   - field: The field. It stands for itself: it uses neither variables nor named fragments of a document.
    ///   - type: What to decode its value as; an optional if the field may be null.
    ///   - options: What this call decides for itself.
    /// - Returns: The value.
    /// - Throws: As ``query(_:as:options:)``; with ``GraphQLClientError/Code/outcomeUnknown`` if nobody can say whether it ran. A
    ///   mutation whose caller is cancelled may run.
    public func mutate<Value: Decodable & Sendable>(
        _ field: GraphQLField,
        as type: Value.Type = Value.self,
        options: GraphQLCallOptions = GraphQLCallOptions()
    ) async throws -> Value {
        let call = FieldCall(field, options: options)
        let payload = try await loaders.loader(for: call, .mutation).load(call)
        return try payload.value(as: type, with: loaders.exchange.configuration.decoder)
    }

    /// Runs a mutation and returns its value even if there are errors inside; otherwise as ``mutate(_:as:options:)``.
    public func mutateResult<Value: Decodable & Sendable>(
        _ field: GraphQLField,
        as type: Value.Type = Value.self,
        options: GraphQLCallOptions = GraphQLCallOptions()
    ) async throws -> GraphQLResult<Value> {
        let call = FieldCall(field, options: options)
        let payload = try await loaders.loader(for: call, .mutation).load(call)
        return try payload.result(as: type, with: loaders.exchange.configuration.decoder)
    }
}
