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
    /// The value's JSON: a part of the response's body.
    let json: ArraySlice<UInt8>
    let errors: [GraphQLServerError]
    let requestErrors: [GraphQLServerError]
    let extensions: ArraySlice<UInt8>?

    func decode<Value: Decodable & Sendable>(_ type: Value.Type, with decoder: JSONDecoder) throws -> GraphQLResult<
        Value
    > {
        do {
            return GraphQLResult(
                value: try decoder.decode(type, from: Data(json)),
                errors: errors,
                requestErrors: requestErrors,
                extensions: extensions
            )
        } catch {
            throw GraphQLClientError(
                .decodingFailed,
                "The value cannot be decoded as \(type): \(error)",
                errors: errors,
                underlying: error
            )
        }
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
    /// It has none because another field failed that must not be null. A query may ask again; a mutation may have run.
    case abortedBySibling(GraphQLServerError)
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
        if let culprit = own.min(by: { $0.key < $1.key })?.value.first {
            return fields.indices.map { index in
                guard let errors = own[index] else { return .abortedBySibling(culprit) }
                return .failure(GraphQLClientError.fieldFailed(fields[index], errors))
            }
        }
        if let first = errors.first, errors.allSatisfy(\.path.isEmpty) {
            return fields.map { _ in .rejected(.rejected(because: first, errors)) }
        }
        let error = GraphQLClientError.invalidResponse(
            "has no data and does not say why",
            of: kind,
            errors: unattributed
        )
        return fields.map { _ in .failure(error) }
    }

    private func outcome(
        of field: GraphQLField,
        at index: Int,
        kind: GraphQLOperation.Kind,
        errors: [GraphQLServerError],
        requestErrors: [GraphQLServerError]
    ) -> FieldOutcome {
        guard let json = slice(for: .alias(index)) else {
            return .failure(
                GraphQLClientError.invalidResponse("has no entry for the field '\(field.name)'", of: kind, errors: [])
            )
        }
        if !errors.isEmpty, json.elementsEqual("null".utf8) {
            return .failure(GraphQLClientError.fieldFailed(field, errors))
        }
        let payload = FieldPayload(
            json: json,
            errors: errors.map { $0.rewritten(for: field) },
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
    fileprivate static func fieldFailed(_ field: GraphQLField, _ errors: [GraphQLServerError]) -> Self {
        Self(
            .fieldFailed,
            "The field '\(field.name)' failed: \(errors.first?.message ?? "no reason given")",
            errors: errors.map { $0.rewritten(for: field) }
        )
    }

    fileprivate static func rejected(because first: GraphQLServerError, _ errors: [GraphQLServerError]) -> Self {
        Self(
            .requestRejected,
            "The server did not run the request: \(first.message)",
            errors: errors.map { $0.withoutLocations() }
        )
    }

    /// A response that leaves open what became of a field; a mutation may have run.
    fileprivate static func invalidResponse(
        _ fault: String,
        of kind: GraphQLOperation.Kind,
        errors: [GraphQLServerError]
    ) -> Self {
        kind == .mutation
            ? Self(.outcomeUnknown, "The mutation may have run; the response \(fault).", errors: errors)
            : Self(.invalidResponse, "The response \(fault).", errors: errors)
    }
}

extension GraphQLServerError {
    /// The error as if the field had been sent alone, as its caller made it. Locations are those of a text that the
    /// caller never saw.
    fileprivate func rewritten(for field: GraphQLField) -> Self {
        var error = withoutLocations()
        error.path = [.key(field.responseName.text)] + path.dropFirst()
        return error
    }

    fileprivate func withoutLocations() -> Self {
        var error = self
        error.locations = []
        return error
    }
}
