// SPDX-License-Identifier: Apache-2.0
//
// One message over HTTP: method, headers, the negotiation of persisted queries.

internal import HTTPTransport

/// Sends messages to one endpoint
/// ([GraphQL over HTTP](https://graphql.github.io/graphql-over-http/draft/)).
struct GraphQLExchange: Sendable {
    let endpoint: GraphQLEndpoint
    let transport: any HTTPClientTransport
    let configuration: GraphQLClientConfiguration

    /// Sends a message and returns the answer if it is GraphQL.
    ///
    /// With persisted queries the hash goes first. A server that does not know it has run nothing, so that the text may
    /// follow for a mutation too.
    ///
    /// - Throws: ``GraphQLClientError`` if it is not; ``GraphQLDocumentError`` if a value has no JSON;
    ///   `CancellationError`.
    func send(_ message: GraphQLMessage, headers: HTTPHeaders, isIdempotent: Bool) async throws -> GraphQLReply {
        func send(_ form: GraphQLMessage.TextForm) async throws -> GraphQLReply {
            let response = try await response(to: message, form, headers: headers, isIdempotent: isIdempotent)
            return try GraphQLReply(response, to: message)
        }
        guard configuration.persistsQueries, endpoint.persistsQueries, message.request != nil else {
            return try await send(.text)
        }
        for form in [GraphQLMessage.TextForm.hash, .textAndHash] {
            let reply = try await send(form)
            guard case .one(let response) = reply.content, let refusal = response.persistedQueryRefusal else {
                return reply
            }
            if refusal == .notSupported { break }
        }
        endpoint.persistsQueries = false
        return try await send(.text)
    }

    private func response(
        to message: GraphQLMessage,
        _ form: GraphQLMessage.TextForm,
        headers: HTTPHeaders,
        isIdempotent: Bool
    ) async throws -> HTTPResponse {
        var fields = try configuration.headers.replacing(with: headers)
        try fields.set(name: "Accept", value: message.acceptedTypes)
        if let url = try getURL(of: message, form) {
            let get = HTTPRequest(method: .get, url: url, headers: fields, timeout: configuration.timeout)
            let response = try await transmit(get, of: message.kind)
            guard response.status == 414 else { return response }
            endpoint.refusedURL(ofLength: url.string.utf8.count)
        }
        try fields.set(name: "Content-Type", value: "application/json")
        let post = HTTPRequest(
            method: .post,
            url: endpoint.url,
            headers: fields,
            body: try message.body(form),
            timeout: configuration.timeout,
            isIdempotent: isIdempotent
        )
        return try await transmit(post, of: message.kind)
    }

    /// The URL of a query that goes by GET; `nil` if it does not.
    private func getURL(of message: GraphQLMessage, _ form: GraphQLMessage.TextForm) throws -> HTTPURL? {
        guard message.kind == .query, let maximum = configuration.maxQueryURLLength, let request = message.request
        else {
            return nil
        }
        var text = endpoint.url.string
        var separator = text.contains("?") ? "&" : "?"
        for (name, json) in try request.parameters(form) {
            let value =
                switch name {
                case "query": request.query
                case "operationName": request.operationName?.text ?? ""
                default: String(decoding: json, as: UTF8.self)
                }
            text += separator + name + "=" + value.percentEncoded
            separator = "&"
        }
        guard text.utf8.count <= min(maximum, endpoint.maxURLLength) else { return nil }
        return try HTTPURL(text)
    }

    private func transmit(_ request: HTTPRequest, of kind: GraphQLOperation.Kind) async throws -> HTTPResponse {
        do {
            return try await transport.send(request)
        } catch let error as CancellationError {
            throw error
        } catch {
            let mayHaveRun = (error as? HTTPTransportError)?.mayHaveReachedServer ?? true
            guard kind == .mutation, mayHaveRun else {
                throw GraphQLClientError(.transportFailed, "There is no response: \(error)", underlying: error)
            }
            throw GraphQLClientError(
                .outcomeUnknown,
                "The mutation went out and may have run; there is no response: \(error)",
                underlying: error
            )
        }
    }
}

extension HTTPHeaders {
    /// These fields, with those of the names that the others have replaced by them.
    fileprivate func replacing(with others: HTTPHeaders) throws(HTTPTransportError) -> HTTPHeaders {
        var result = self
        var replaced: Set<String> = []
        for field in others.fields {
            if replaced.insert(field.name.lowercased()).inserted {
                try result.set(name: field.name, value: field.value)
            } else {
                try result.append(name: field.name, value: field.value)
            }
        }
        return result
    }
}

extension GraphQLMessage {
    fileprivate var acceptedTypes: String {
        let types = "application/graphql-response+json, application/json;q=0.9"
        if case .variables = content { return "\(types), application/jsonl;q=0.8" }
        return types
    }
}

extension String {
    /// The text for the query of a URL: everything but what is unreserved is encoded
    /// ([RFC 3986, section 2.3](https://www.rfc-editor.org/rfc/rfc3986#section-2.3)).
    fileprivate var percentEncoded: String {
        var bytes: [UInt8] = []
        for byte in utf8 {
            if byte.isNameStart || byte.isDigit || "-.~".utf8.contains(byte) {
                bytes.append(byte)
            } else {
                bytes.append(UInt8(ascii: "%"))
                bytes += ((byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)).utf8
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
