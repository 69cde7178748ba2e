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
    /// It has none because another field failed that must not be null. A query may ask again; a mutation may have run.
    case abortedBySibling(GraphQLServerError)
}

extension GraphQLResponse {
    /// The outcome of every field of a coalesced document, in the fields' order.
    ///
    /// - Parameter fields: The fields as their callers made them; the document had them as `a0`, `a1`, …
    /// - Complexity: O(*n*) in the number of fields and of errors.
    func outcomes(of fields: [GraphQLField]) -> [FieldOutcome] {
        let (own, unattributed) = errorsByField(count: fields.count)
        switch data {
        case .absent:
            return fields.map { _ in .failure(rejection) }
        case .null:
            guard let culprit = own.min(by: { $0.key < $1.key })?.value.first else {
                let error = errors.allSatisfy(\.path.isEmpty) ? rejection : GraphQLClientError.unattributable(errors)
                return fields.map { _ in .failure(error) }
            }
            return fields.indices.map { index in
                guard let errors = own[index] else { return .abortedBySibling(culprit) }
                return .failure(GraphQLClientError.fieldFailed(fields[index], errors))
            }
        case .object:
            return fields.indices.map { index in
                guard let json = slice(for: .alias(index)) else {
                    return .failure(GraphQLClientError.missing(fields[index]))
                }
                let errors = own[index] ?? []
                if !errors.isEmpty, json.elementsEqual("null".utf8) {
                    return .failure(GraphQLClientError.fieldFailed(fields[index], errors))
                }
                let own = errors.map { $0.rewritten(for: fields[index]) }
                let payload = FieldPayload(
                    json: json,
                    errors: own,
                    requestErrors: unattributed,
                    extensions: extensions
                )
                return .value(payload)
            }
        }
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
                unattributed.append(error)
            }
        }
        return (own, unattributed)
    }

    private var rejection: GraphQLClientError {
        guard let first = errors.first else {
            return GraphQLClientError(.invalidResponse, "The response has neither data nor errors.")
        }
        return GraphQLClientError(
            .requestRejected,
            "The server did not run the request: \(first.message)",
            errors: errors.map { $0.withoutLocations() }
        )
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

    fileprivate static func unattributable(_ errors: [GraphQLServerError]) -> Self {
        Self(.invalidResponse, "There is no data, and the errors are those of fields not asked for.", errors: errors)
    }

    fileprivate static func missing(_ field: GraphQLField) -> Self {
        Self(.invalidResponse, "The response has no entry for the field '\(field.name)'.")
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
