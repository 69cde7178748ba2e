// SPDX-License-Identifier: Apache-2.0
//
// What a response means for each of the fields that were sent together.

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// The value of a field as it came, to be decoded by whoever asked.
struct FieldPayload: Sendable {
    /// What most fields have nothing of. Apart, because a payload is copied often on its way to a caller.
    private final class Remarks: Sendable {
        let errors: [GraphQLServerError]
        let requestErrors: [GraphQLServerError]
        let extensions: ArraySlice<UInt8>?

        init(errors: [GraphQLServerError], requestErrors: [GraphQLServerError], extensions: ArraySlice<UInt8>?) {
            self.errors = errors
            self.requestErrors = requestErrors
            self.extensions = extensions
        }
    }

    /// The value's JSON: a part of the response's body.
    let json: ArraySlice<UInt8>
    private let remarks: Remarks?

    init(
        json: ArraySlice<UInt8>,
        errors: [GraphQLServerError],
        requestErrors: [GraphQLServerError],
        extensions: ArraySlice<UInt8>?
    ) {
        self.json = json
        let hasRemarks = !errors.isEmpty || !requestErrors.isEmpty || extensions != nil
        remarks =
            hasRemarks ? Remarks(errors: errors, requestErrors: requestErrors, extensions: extensions) : nil
    }

    var errors: [GraphQLServerError] { remarks?.errors ?? [] }
    var requestErrors: [GraphQLServerError] { remarks?.requestErrors ?? [] }
    var extensions: ArraySlice<UInt8>? { remarks?.extensions }

    var isNull: Bool { json.isJSONNull }

    /// The value, if there are no errors inside.
    func value<Value: Decodable>(as type: Value.Type, with decoder: JSONDecoder) throws(GraphQLClientError) -> Value {
        guard let first = errors.first else { return try decode(type, with: decoder) }
        throw error(
            .partialData,
            "The value has errors inside; queryResult and mutateResult return both. The first error: \(first.message)"
        )
    }

    /// The value with the errors inside.
    func result<Value: Decodable & Sendable>(
        as type: Value.Type,
        with decoder: JSONDecoder
    ) throws(GraphQLClientError) -> GraphQLResult<Value> {
        GraphQLResult(
            value: try decode(type, with: decoder),
            errors: errors,
            requestErrors: requestErrors,
            extensions: extensions
        )
    }

    private func decode<Value: Decodable>(
        _ type: Value.Type,
        with decoder: JSONDecoder
    ) throws(GraphQLClientError) -> Value {
        do {
            return try decoder.decode(type, from: Data(json))
        } catch let fault {
            throw error(.decodingFailed, "The value cannot be decoded as \(type): \(fault)", underlying: fault)
        }
    }

    private func error(
        _ code: GraphQLClientError.Code,
        _ message: String,
        underlying: (any Error)? = nil
    ) -> GraphQLClientError {
        GraphQLClientError(
            code,
            message,
            errors: errors,
            requestErrors: requestErrors,
            extensions: extensions,
            underlying: underlying
        )
    }
}

/// What became of one field.
enum FieldOutcome: Sendable {
    /// It has a value, which may be null, and may have errors inside.
    case value(FieldPayload)
    /// It has none, or nothing can be said of it.
    case failure(any Error)
    /// It was not sent, because a field beside it is not valid.
    case notSent
    /// It was refused together with all others of its document, and nothing ran.
    case rejected(GraphQLClientError)
    /// It has none because another field failed that must not be null: the error says so for a mutation, which may have
    /// run. A query may ask again.
    case abortedBySibling(GraphQLClientError)
}

extension GraphQLResponse {
    /// The outcome of every field of a coalesced document, in the fields' order.
    ///
    /// An error with a path comes from a field that ran. So a mutation without a value of its own was not run for sure
    /// only if there are errors and none of them has a path.
    ///
    /// - Parameters:
    ///   - fields: The fields as their callers made them; the document had them as `a0`, `a1`, …
    ///   - kind: What the document did.
    /// - Complexity: O(*n*) in the number of fields and of errors.
    func outcomes(of fields: [GraphQLField], kind: GraphQLOperation.Kind) -> [FieldOutcome] {
        let (own, unattributed) = errorsByField(count: fields.count)
        if data == .object {
            return fields.indices.map { index in
                outcome(of: fields[index], at: index, kind: kind, errors: own[index] ?? [], requestErrors: unattributed)
            }
        }
        if let (culprit, errors) = own.min(by: { $0.key < $1.key }), let first = errors.first {
            let cause = first.moved(to: fields[culprit], from: 1)
            return fields.indices.map { index in
                if let errors = own[index], let first = errors.first {
                    let errors = errors.map { $0.moved(to: fields[index], from: 1) }
                    return failure(.fieldFailed(fields[index], because: first, errors, unattributed))
                }
                return .abortedBySibling(adding(unattributed, to: .mayHaveRun(fields[index], because: cause)))
            }
        }
        if let first = errors.first, errors.allSatisfy(\.path.isEmpty) {
            var error = GraphQLClientError.rejected(because: first, errors)
            error.isBeforeExecution = data == .absent || errors.allSatisfy(\.isOfText)
            return fields.map { _ in .rejected(adding([], to: error)) }
        }
        let error = GraphQLClientError.invalidResponse("has no data and does not say why", of: kind)
        return fields.map { _ in failure(adding(unattributed, to: error)) }
    }

    private func failure(_ error: GraphQLClientError) -> FieldOutcome { .failure(adding([], to: error)) }

    /// The error with what the response says of the request as a whole.
    private func adding(_ errors: [GraphQLServerError], to error: GraphQLClientError) -> GraphQLClientError {
        var error = error
        error.requestErrors += errors
        error.extensions = extensions
        return error
    }

    private func outcome(
        of field: GraphQLField,
        at index: Int,
        kind: GraphQLOperation.Kind,
        errors: [GraphQLServerError],
        requestErrors: [GraphQLServerError]
    ) -> FieldOutcome {
        guard let json = slice(for: .alias(index)) else {
            let error = GraphQLClientError.invalidResponse("has no entry for the field '\(field.name)'", of: kind)
            return failure(adding(requestErrors, to: error))
        }
        let errors = errors.map { $0.moved(to: field, from: 1) }
        if let first = errors.first, json.isJSONNull {
            return failure(.fieldFailed(field, because: first, errors, requestErrors))
        }
        let payload = FieldPayload(
            json: json,
            errors: errors,
            requestErrors: requestErrors,
            extensions: extensions
        )
        return .value(payload)
    }

    /// The errors below each field, and those that name none of them.
    private func errorsByField(count: Int) -> (own: [Int: [GraphQLServerError]], unattributed: [GraphQLServerError]) {
        guard !errors.isEmpty else { return ([:], []) }
        let indices = Dictionary(uniqueKeysWithValues: (0..<count).map { (GraphQLName.alias($0).text, $0) })
        var own: [Int: [GraphQLServerError]] = [:]
        var unattributed: [GraphQLServerError] = []
        for error in errors {
            if case .key(let alias)? = error.path.first, let index = indices[alias] {
                own[index, default: []].append(error)
            } else {
                unattributed.append(error.withoutLocations())
            }
        }
        return (own, unattributed)
    }
}

extension GraphQLClientError {
    static func fieldFailed(
        _ field: GraphQLField,
        because first: GraphQLServerError,
        _ errors: [GraphQLServerError],
        _ requestErrors: [GraphQLServerError]
    ) -> Self {
        Self(
            .fieldFailed,
            "The field '\(field.name)' failed: \(first.message)",
            errors: errors,
            requestErrors: requestErrors
        )
    }

    fileprivate static func rejected(because first: GraphQLServerError, _ errors: [GraphQLServerError]) -> Self {
        Self(
            .requestRejected,
            "The server did not run the request: \(first.message)",
            errors: errors.map { $0.withoutLocations() }
        )
    }

    fileprivate static func mayHaveRun(_ field: GraphQLField, because culprit: GraphQLServerError) -> Self {
        Self(
            .outcomeUnknown,
            """
            The mutation '\(field.name)' may have run: the server withheld its result because of an error \
            in another mutation of the same request: \(culprit.message)
            """,
            underlying: culprit
        )
    }

    /// A response that leaves open what became of a field; a mutation may have run.
    static func invalidResponse(_ fault: String, of kind: GraphQLOperation.Kind) -> Self {
        kind == .mutation
            ? Self(.outcomeUnknown, "The mutation may have run; the response \(fault).")
            : Self(.invalidResponse, "The response \(fault).")
    }
}

extension GraphQLServerError {
    /// The error as if the field had been sent alone, as its caller made it. Locations are those of a text that the
    /// caller never saw.
    ///
    /// - Parameter count: How many steps of the path stand for the field.
    func moved(to field: GraphQLField, from count: Int) -> Self {
        var error = withoutLocations()
        error.path = [.key(field.responseName.text)] + path.dropFirst(count)
        return error
    }

    /// Whether it is about the text or the variables, which are checked before execution.
    fileprivate var isOfText: Bool {
        !locations.isEmpty || ["GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"].contains(code)
    }

    fileprivate func withoutLocations() -> Self {
        var error = self
        error.locations = []
        return error
    }
}
