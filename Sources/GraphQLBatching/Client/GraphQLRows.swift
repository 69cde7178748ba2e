// SPDX-License-Identifier: Apache-2.0
//
// The rows of a list field, found by their key.

/// What a list says of each id that was asked for.
struct GraphQLRows {
    private let payload: FieldPayload
    private var rowsByKey: [String: Int] = [:]
    private var rows: [ArraySlice<UInt8>] = []
    private var errors: [Int: [GraphQLServerError]] = [:]
    /// Where each id has its row if the list has one for each, null for those that are missing; `nil` if it has not.
    private var places: [String: Int]?
    /// What makes it impossible to say that an id has no row.
    private var doubt: GraphQLClientError?

    /// Reads the rows.
    ///
    /// - Throws: ``GraphQLResponseError`` if the value is neither null nor a list of objects.
    init(_ payload: FieldPayload, key: GraphQLName, ids: [String]) throws(GraphQLResponseError) {
        self.payload = payload
        guard !payload.isNull else { return }
        rows = try payload.json.jsonElements()
        var places: [String: Int] = [:]
        for id in ids where places[id] == nil { places[id] = places.count }
        var isAligned = rows.count == places.count
        var strangers: [String] = []
        for (index, row) in rows.enumerated() where !row.isJSONNull {
            guard let id = try row.jsonMember(key.text)?.jsonID else {
                strangers.append("a row without '\(key)'")
                continue
            }
            if rowsByKey[id] == nil { rowsByKey[id] = index }
            if places[id] != index { isAligned = false }
            if places[id] == nil { strangers.append("the row '\(id.prefix(64))'") }
        }
        if isAligned && strangers.isEmpty { self.places = places }
        sort(payload.errors)
        doubt = strangers.first.map { stranger in
            GraphQLClientError(
                .invalidResponse,
                "The list has no row for this id, but \(stranger), for which nobody asked."
            )
        }
        if let doubt = doubtOfErrors() { self.doubt = doubt }
    }

    private mutating func sort(_ found: [GraphQLServerError]) {
        for error in found {
            // Behind the list's own name. -1 is for errors of no row.
            let row = if case .index(let row)? = error.path.dropFirst().first { row } else { -1 }
            errors[row, default: []].append(error)
        }
    }

    /// A null that is an error and has no place is somebody's, and nobody knows whose.
    private func doubtOfErrors() -> GraphQLClientError? {
        guard places == nil else { return nil }
        let homeless = errors.filter { !rows.indices.contains($0.key) || rows[$0.key].isJSONNull }
        guard let first = homeless.min(by: { $0.key < $1.key })?.value.first else { return nil }
        return GraphQLClientError(
            .fieldFailed,
            "The list has no row for this id, and a row that failed: \(first.message)",
            errors: homeless.sorted { $0.key < $1.key }.flatMap(\.value)
        )
    }

    /// What became of the field that asked for an id.
    func outcome(of field: GraphQLField, id: String) -> FieldOutcome {
        guard !payload.isNull else { return .value(payload) }
        guard let row = rowsByKey[id] ?? places?[id] else {
            guard var doubt else { return .value(payload(of: GraphQLRows.null, errors: [])) }
            doubt.errors = doubt.errors.map { $0.moved(to: field, from: 2) }
            return .failure(doubt)
        }
        let errors = (errors[row] ?? []).map { $0.moved(to: field, from: 2) }
        if let first = errors.first, rows[row].isJSONNull {
            return .failure(GraphQLClientError.fieldFailed(field, because: first, errors, payload.requestErrors))
        }
        return .value(payload(of: rows[row], errors: errors))
    }

    private static let null = Array("null".utf8)[...]

    private func payload(of json: ArraySlice<UInt8>, errors: [GraphQLServerError]) -> FieldPayload {
        FieldPayload(
            json: json,
            errors: errors,
            requestErrors: payload.requestErrors,
            extensions: payload.extensions
        )
    }
}
