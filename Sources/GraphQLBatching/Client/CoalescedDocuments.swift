// SPDX-License-Identifier: Apache-2.0
//
// The texts of coalesced documents, kept: fields of one shape in equal numbers differ in the values alone.

internal import Synchronization

/// Makes the requests of coalesced fields. The text for a number of fields of one shape is written and checked once.
final class CoalescedDocuments: Sendable {
    /// Texts beyond so many: a program with more of them gains nothing from the old ones.
    private static let maximumCount = 512

    private struct Key: Hashable {
        let shape: FieldShape
        let count: Int
        let kind: GraphQLOperation.Kind
    }

    private let templates = Mutex<[Key: CoalescedTemplate]>([:])

    /// The request that asks for all of the fields.
    ///
    /// - Parameter areOfOneShape: Whether the fields are known to have one shape; otherwise it is looked for.
    /// - Throws: ``GraphQLDocumentError`` if one of the fields is not valid.
    /// - Complexity: O(*n*) in the number of fields if the text is known.
    func request(
        coalescing calls: [FieldCall],
        kind: GraphQLOperation.Kind,
        areOfOneShape: Bool
    ) throws(GraphQLDocumentError) -> GraphQLRequest {
        guard let shape = calls.first.map({ FieldShape(call: $0) }),
            areOfOneShape || calls.dropFirst().allSatisfy({ FieldShape(call: $0) == shape }),
            calls.allSatisfy(\.field.fitsAnyTypes)
        else { return try GraphQLRequest(coalescing: calls.map(\.field), kind: kind) }
        let key = Key(shape: shape, count: calls.count, kind: kind)
        if let template = templates.withLock({ $0[key] }) { return template.request(with: calls, kind: kind) }
        let request = try GraphQLRequest(coalescing: calls.map(\.field), kind: kind)
        if let template = CoalescedTemplate(of: request, coalescing: calls) {
            templates.withLock { templates in
                if templates.count >= Self.maximumCount { templates.removeAll() }
                templates[key] = template
            }
        }
        return request
    }
}

/// A coalesced document with room for values.
private struct CoalescedTemplate: Sendable {
    private struct Slot {
        let variable: String
        let call: Int
        /// The index of the argument among those of the field.
        let argument: Int
    }

    private let query: String
    /// The names of the variables in the order of their declarations.
    private let variableNames: [GraphQLName]
    private let slots: [Slot]
    /// The values inside of selections, which the shape fixes.
    private let constants: [String: GraphQLValue]

    /// Finds out which variable of a request stands for which argument, from the text, which is what the server goes by;
    /// `nil` if that is not plain.
    init?(of request: GraphQLRequest, coalescing calls: [FieldCall]) {
        guard let document = try? GraphQLDocument(parsing: request.query),
            let selections = document.operations.first?.selectionSet.selections, selections.count == calls.count
        else { return nil }
        var slots: [Slot] = []
        for (index, selection) in selections.enumerated() {
            guard case .field(let field) = selection else { return nil }
            let asked = calls[index].field.sortedArguments
            guard field.sortedArguments.map(\.name) == asked.map(\.name) else { return nil }
            for (number, printed) in field.sortedArguments.enumerated() {
                guard case .hoisted = asked[number].argument.storage else { continue }
                guard case .literal(.variable(let variable)) = printed.argument.storage else { return nil }
                slots.append(Slot(variable: variable.text, call: index, argument: number))
            }
        }
        let variables = Set(slots.map(\.variable))
        guard variables.count == slots.count, variables.allSatisfy({ request.variables[$0] != nil }) else { return nil }
        query = request.query
        variableNames = request.variableNames
        self.slots = slots
        constants = request.variables.filter { !variables.contains($0.key) }
    }

    func request(with calls: [FieldCall], kind: GraphQLOperation.Kind) -> GraphQLRequest {
        var variables = constants
        variables.reserveCapacity(constants.count + slots.count)
        for slot in slots {
            variables[slot.variable] = calls[slot.call].field.sortedArguments[slot.argument].argument.wrapped
        }
        return GraphQLRequest(checked: query, kind: kind, variables: variables, inOrder: variableNames)
    }
}

extension GraphQLRequest {
    /// A request of a text that was checked, with values that fit it.
    fileprivate init(
        checked query: String,
        kind: GraphQLOperation.Kind,
        variables: [String: GraphQLValue],
        inOrder names: [GraphQLName]
    ) {
        self.query = query
        operationName = nil
        self.kind = kind
        variableNames = names
        self.variables = variables
    }
}

extension GraphQLField {
    /// Whether no value of an argument has a null, which is all that can be wrong with one whose type is known by name.
    fileprivate var fitsAnyTypes: Bool { sortedArguments.allSatisfy { $0.argument.wrapped.hasNoNull } }
}

extension GraphQLValue {
    fileprivate var hasNoNull: Bool {
        switch self {
        case .null: false
        case .list(let elements): elements.allSatisfy(\.hasNoNull)
        case .object, .boolean, .int, .float, .string, .enumCase, .variable: true
        }
    }
}
