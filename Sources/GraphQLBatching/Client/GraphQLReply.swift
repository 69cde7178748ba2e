// SPDX-License-Identifier: Apache-2.0
//
// What came back, as far as it is GraphQL.

internal import HTTPTransport

/// The answer to a message.
struct GraphQLReply: Sendable {
    enum Content: Sendable {
        /// One response, to a message of any kind: a refusal of several requests is one too.
        case one(GraphQLResponse)
        /// A response to each request or set of variables, in their order.
        case many([Result<GraphQLResponse, GraphQLResponseError>])
    }

    let content: Content
    let status: Int

    /// Reads a response.
    ///
    /// `application/graphql-response+json` is GraphQL whatever the status. Anything else is trusted at 2xx. At another
    /// status it may be an intermediary's: errors without data are believed, and of a mutation only those that show that
    /// nothing ran.
    ///
    /// - Throws: ``GraphQLClientError``.
    init(_ response: HTTPResponse, to message: GraphQLMessage) throws(GraphQLClientError) {
        status = response.status
        let kind = message.kind
        let isTrusted = response.isSuccess || response.hasMediaType("application/graphql-response+json")
        let body: GraphQLResponse
        do throws(GraphQLResponseError) {
            if isTrusted, let count = message.count, let parts = try Self.parts(of: response.body, count: count) {
                content = .many(parts)
                return
            }
            body = try GraphQLResponse(parsing: response.body)
        } catch {
            guard isTrusted else { throw .failure(.httpError, "has the status \(status)", response, kind) }
            throw .failure(.invalidResponse, "is not a GraphQL response: \(error)", response, kind, underlying: error)
        }
        let isBelieved = kind == .mutation ? response.isClientError && body.isRefusal : body.isFailure
        guard isTrusted || isBelieved else {
            let mayHaveRun = kind == .mutation && !body.isRefusal
            var error = GraphQLClientError.failure(.httpError, "has the status \(status)", response, kind, mayHaveRun)
            error.errors = body.errors
            throw error
        }
        content = .one(body)
    }

    /// The responses to several requests: a list, or lines as for variables, each with its number or in order; `nil` for
    /// a single response, which is a refusal of all.
    private static func parts(
        of body: [UInt8],
        count: Int
    ) throws(GraphQLResponseError) -> [Result<GraphQLResponse, GraphQLResponseError>]? {
        let isList = body.first { $0 != " " && !$0.isLineTerminator && $0 != "\t" } == "["
        let slices = isList ? try body[...].jsonElements() : try body[...].jsonLines()
        let numbers = slices.map { slice -> Int? in
            (try? slice.jsonMember("variableIndex")).flatMap(\.self)?.jsonID.flatMap { Int($0) }
        }
        guard isList || slices.count > 1 || numbers.contains(where: { $0 != nil }) else { return nil }
        guard slices.count == count else {
            throw GraphQLResponseError(.notAResponse, "it has \(slices.count) results for \(count) requests")
        }
        let order = numbers.allSatisfy { $0 == nil } ? Array(0..<count) : numbers.compactMap(\.self)
        guard Set(order) == Set(0..<count) else {
            throw GraphQLResponseError(.notAResponse, "its results do not have the numbers 0 to \(count - 1)")
        }
        return zip(order, slices).sorted { $0.0 < $1.0 }.map { _, slice in
            Result { () throws(GraphQLResponseError) in try GraphQLResponse(parsing: Array(slice)) }
        }
    }
}

extension GraphQLMessage {
    /// How many responses there are to be; `nil` if the message has but one request.
    fileprivate var count: Int? {
        switch content {
        case .request: nil
        case .array(let requests): requests.count
        case .variables(let sets, of: _): sets.count
        }
    }
}

extension GraphQLClientError {
    /// A failure after the request was answered. A mutation may have run, unless the server says that it is the client
    /// who erred.
    fileprivate static func failure(
        _ code: Code,
        _ what: String,
        _ response: HTTPResponse,
        _ kind: GraphQLOperation.Kind,
        _ mayHaveRun: Bool = false,
        underlying: (any Error)? = nil
    ) -> Self {
        let mayHaveRun = mayHaveRun || (kind == .mutation && !response.isClientError)
        return Self(
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

    fileprivate func hasMediaType(_ type: String) -> Bool {
        (headers["Content-Type"]?.prefix { $0 != ";" && $0 != " " } ?? "").isEqualIgnoringCase(to: type)
    }
}

extension GraphQLResponse {
    /// Whether there are errors and no data.
    fileprivate var isFailure: Bool { data != .object && !errors.isEmpty }

    /// Whether the server says that nothing of the request ran.
    fileprivate var isRefusal: Bool { isFailure && errors.allSatisfy(\.path.isEmpty) }

    /// What the server says of the hash of a persisted query.
    var persistedQueryRefusal: PersistedQueryRefusal? {
        guard isRefusal else { return nil }
        if errors.contains(where: { $0.says("PersistedQueryNotSupported", code: "PERSISTED_QUERY_NOT_SUPPORTED") }) {
            return .notSupported
        }
        let isNotFound = errors.contains { $0.says("PersistedQueryNotFound", code: "PERSISTED_QUERY_NOT_FOUND") }
        return isNotFound ? .notFound : nil
    }
}

/// Why a server does not take a hash.
enum PersistedQueryRefusal: Sendable {
    case notFound, notSupported
}

extension GraphQLServerError {
    /// The `code` among the extensions.
    var code: String? {
        if case .string(let code)? = extensions["code"] { code } else { nil }
    }

    fileprivate func says(_ message: String, code: String) -> Bool { self.code == code || self.message == message }
}
