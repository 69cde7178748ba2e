// SPDX-License-Identifier: Apache-2.0
//
// One request over HTTP, and what its response, or the lack of one, means.

internal import HTTPTransport

/// Sends requests to one endpoint
/// ([GraphQL over HTTP](https://graphql.github.io/graphql-over-http/draft/)).
struct GraphQLExchange: Sendable {
    let endpoint: HTTPURL
    let transport: any HTTPClientTransport
    let configuration: GraphQLClientConfiguration

    /// Sends the body of a request and returns the response if it is GraphQL.
    ///
    /// - Throws: ``GraphQLClientError`` otherwise; `CancellationError`.
    func send(
        _ body: [UInt8],
        kind: GraphQLOperation.Kind
    ) async throws -> (response: GraphQLResponse, status: Int) {
        let httpRequest = try httpRequest(with: body, kind: kind)
        let response: HTTPResponse
        do {
            response = try await transport.send(httpRequest)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw Self.transportFailure(error, of: kind)
        }
        return (try Self.interpret(response, of: kind), response.status)
    }

    private func httpRequest(with body: [UInt8], kind: GraphQLOperation.Kind) throws -> HTTPRequest {
        var headers = configuration.headers
        try headers.set(name: "Accept", value: "application/graphql-response+json, application/json;q=0.9")
        try headers.set(name: "Content-Type", value: "application/json")
        return HTTPRequest(
            method: .post,
            url: endpoint,
            headers: headers,
            body: body,
            timeout: configuration.timeout,
            isIdempotent: kind == .query
        )
    }

    private static func transportFailure(_ error: any Error, of kind: GraphQLOperation.Kind) -> GraphQLClientError {
        let mayHaveRun = (error as? HTTPTransportError)?.mayHaveReachedServer ?? true
        guard kind == .mutation, mayHaveRun else {
            return GraphQLClientError(.transportFailed, "There is no response: \(error)", underlying: error)
        }
        return GraphQLClientError(
            .outcomeUnknown,
            "The mutation went out and may have run; there is no response: \(error)",
            underlying: error
        )
    }

    /// Reads a response.
    ///
    /// `application/graphql-response+json` is GraphQL whatever the status. Anything else is trusted at 2xx. At another
    /// status it may be an intermediary's: errors without data are believed, and of a mutation only those that show that
    /// nothing ran.
    static func interpret(_ response: HTTPResponse, of kind: GraphQLOperation.Kind) throws -> GraphQLResponse {
        let mediaType = response.headers["Content-Type"]?.prefix { $0 != ";" && $0 != " " } ?? ""
        let isTrusted =
            response.isSuccess || mediaType.isEqualIgnoringCase(to: "application/graphql-response+json")
        let body: GraphQLResponse
        do {
            body = try GraphQLResponse(parsing: response.body)
        } catch {
            guard isTrusted else { throw failure(.httpError, "has the status \(response.status)", response, kind) }
            throw failure(.invalidResponse, "is not a GraphQL response: \(error)", response, kind, underlying: error)
        }
        let isBelieved = kind == .mutation ? response.isClientError && body.isRefusal : body.isFailure
        guard isTrusted || isBelieved else {
            let mayHaveRun = kind == .mutation && !body.isRefusal
            var error = failure(.httpError, "has the status \(response.status)", response, kind, mayHaveRun: mayHaveRun)
            error.errors = body.errors
            throw error
        }
        return body
    }

    /// A failure after the request was answered. A mutation may have run, unless the server says that it is the client
    /// who erred.
    private static func failure(
        _ code: GraphQLClientError.Code,
        _ what: String,
        _ response: HTTPResponse,
        _ kind: GraphQLOperation.Kind,
        mayHaveRun: Bool = false,
        underlying: (any Error)? = nil
    ) -> GraphQLClientError {
        let mayHaveRun = mayHaveRun || (kind == .mutation && !response.isClientError)
        return GraphQLClientError(
            mayHaveRun ? .outcomeUnknown : code,
            mayHaveRun ? "The mutation may have run; the response \(what)." : "The response \(what).",
            status: response.status,
            bodyPrefix: String(decoding: response.body.prefix(512), as: UTF8.self),
            underlying: underlying
        )
    }
}

extension HTTPResponse {
    /// Whether the request was refused before anything ran. Of 408 and 499 that cannot be said: the server, or a proxy
    /// before it, gave up waiting.
    fileprivate var isClientError: Bool { (400..<500).contains(status) && status != 408 && status != 499 }
}

extension GraphQLResponse {
    /// Whether there are errors and no data.
    fileprivate var isFailure: Bool { data != .object && !errors.isEmpty }

    /// Whether the server says that nothing of the request ran.
    fileprivate var isRefusal: Bool { isFailure && errors.allSatisfy(\.path.isEmpty) }
}
