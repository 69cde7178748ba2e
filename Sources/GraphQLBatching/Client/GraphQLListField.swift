// SPDX-License-Identifier: Apache-2.0
//
// Many ids in one field, and every row back to whoever asked for it.

/// A declared list field: see ``GraphQLStrategy/list(_:ids:type:by:key:)``.
struct GraphQLListField: Hashable, Sendable {
    /// The name that the key has in the response if the caller does not select it.
    static let keyAlias = GraphQLName(unchecked: "batchKey")

    let field: GraphQLName
    let ids: GraphQLName
    let type: GraphQLType
    let argument: GraphQLName
    let key: GraphQLName

    /// The id that a field asks for, as text; `nil` if it has none.
    func id(of field: GraphQLField) -> String? {
        guard case .hoisted(let value, type: _)? = field.argument(named: argument)?.storage else { return nil }
        switch value {
        case .string(let text): return text
        case .int(let number): return String(number)
        default: return nil
        }
    }

    /// The field that asks for the ids of several fields, which are equal in all else.
    func field(for calls: [FieldCall]) -> GraphQLField? {
        guard var field = calls.first?.field else { return nil }
        var values: [GraphQLValue] = []
        var seen: Set<GraphQLValue> = []
        for call in calls {
            guard let value = call.field.argument(named: argument)?.wrapped else { continue }
            if seen.insert(value).inserted { values.append(value) }
        }
        field.alias = nil
        field.name = self.field
        field.arguments[argument] = nil
        field.arguments[ids] = .value(.list(values), type: type)
        var selectionSet = field.selectionSet ?? GraphQLSelectionSet([])
        if responseKey(in: selectionSet) == Self.keyAlias {
            selectionSet.selections.append(.field(GraphQLField(alias: Self.keyAlias, key)))
        }
        field.selectionSet = selectionSet
        return field
    }

    /// The name under which the key is in a row.
    private func responseKey(in set: GraphQLSelectionSet?) -> GraphQLName {
        for case .field(let field) in set?.selections ?? []
        where field.name == key && field.sortedArguments.isEmpty && field.directives.isEmpty {
            return field.responseName
        }
        return Self.keyAlias
    }

    /// The outcome of every call, from that of the list.
    ///
    /// A list that failed as a whole may have done so because of one id, so it counts as refused: queries ask again in
    /// parts.
    func outcomes(of calls: [FieldCall], from list: FieldOutcome) -> [FieldOutcome] {
        switch list {
        case .value(let payload):
            do throws(GraphQLResponseError) {
                let key = responseKey(in: calls.first?.field.selectionSet)
                let rows = try GraphQLRows(payload, key: key, ids: calls.map { id(of: $0.field) ?? "" })
                return calls.map { rows.outcome(of: $0.field, id: id(of: $0.field) ?? "") }
            } catch {
                let error = GraphQLClientError(
                    .invalidResponse,
                    "The value of '\(field)' is not a list of objects: \(error)",
                    underlying: error
                )
                return calls.map { _ in .failure(error) }
            }
        case .failure(var error as GraphQLClientError) where error.code == .fieldFailed:
            let errors = error.errors
            return calls.map { call in
                error.errors = errors.map { $0.moved(to: call.field, from: 1) }
                return .rejected(error)
            }
        case .failure, .rejected, .notSent, .abortedBySibling:
            return calls.map { _ in list }
        }
    }
}
