// SPDX-License-Identifier: Apache-2.0
//
// The fields of an operation as they come in the response: fragments resolved, equal fields merged.

import GraphQLBatching

/// A field to execute, once for each response name of its level. A class, because runs pass it on at every step.
final class PlannedField: Sendable {
    let field: DemoSchema.Field
    /// The name in paths.
    let responseName: String
    /// The response name as JSON, with the colon.
    let key: [UInt8]
    let arguments: [String: GraphQLValue]
    let definition: DemoSchema.FieldDefinition
    let isNullable: Bool
    /// What is selected of its value.
    let fields: [PlannedField]

    init(
        _ field: GraphQLField,
        _ known: DemoSchema.Field,
        _ definition: DemoSchema.FieldDefinition,
        selecting fields: [PlannedField]
    ) {
        self.field = known
        responseName = field.responseName.text
        var key: [UInt8] = []
        key.appendJSON(responseName)
        key.append(UInt8(ascii: ":"))
        self.key = key
        arguments = field.arguments.literals
        self.definition = definition
        isNullable = !definition.type.isNonNull
        self.fields = fields
    }
}

/// Collects and merges fields ([GraphQL, section 6.3.2](https://spec.graphql.org/September2025/#sec-Field-Collection)).
///
/// A fragment that spreads others twice, and so on, makes few bytes into millions of fields: their number and their
/// depth are bounded.
struct ExecutionPlanner {
    struct Failure: Error {
        let message: String
    }

    static let maximumDepth = 16
    static let maximumFields = 100_000

    private let fragments: [GraphQLName: GraphQLFragment]
    private let variables: [String: GraphQLValue]
    private var fieldCount = 0
    /// Whether the plan depends on the variables.
    private(set) var isConditional = false

    init(fragments: [GraphQLName: GraphQLFragment], variables: [String: GraphQLValue]) {
        self.fragments = fragments
        self.variables = variables
    }

    /// The fields of some selection sets of one object, which the schema's check has passed.
    mutating func fields(
        of selectionSets: [GraphQLSelectionSet],
        in object: DemoSchema.Object,
        depth: Int = 1
    ) throws(Failure) -> [PlannedField] {
        guard depth <= Self.maximumDepth else {
            throw Failure(message: "Selections nest deeper than \(Self.maximumDepth) levels.")
        }
        var groups = Groups()
        for selectionSet in selectionSets { try collect(selectionSet, into: &groups) }
        var planned: [PlannedField] = []
        planned.reserveCapacity(groups.all.count)
        for group in groups.all {
            guard let known = DemoSchema.Field(rawValue: group[0].name.text),
                let definition = DemoSchema.definition(of: known, in: object)
            else { continue }
            var selected: [PlannedField] = []
            if let object = definition.object {
                selected = try fields(of: group.compactMap(\.selectionSet), in: object, depth: depth + 1)
            }
            planned.append(PlannedField(group[0], known, definition, selecting: selected))
        }
        return planned
    }

    /// Fields by response name, in the order of the first of each.
    private struct Groups {
        var all: [[GraphQLField]] = []
        var positions: [GraphQLName: Int] = [:]
        var visitedFragments: Set<GraphQLName> = []
    }

    private mutating func collect(_ selectionSet: GraphQLSelectionSet, into groups: inout Groups) throws(Failure) {
        for selection in selectionSet.selections {
            switch selection {
            case .field(let field):
                guard isIncluded(field.directives) else { continue }
                try add(field, to: &groups)
            case .inlineFragment(let fragment):
                guard isIncluded(fragment.directives) else { continue }
                try collect(fragment.selectionSet, into: &groups)
            case .fragmentSpread(let spread):
                guard isIncluded(spread.directives), let fragment = fragments[spread.name],
                    groups.visitedFragments.insert(spread.name).inserted
                else { continue }
                try collect(fragment.selectionSet, into: &groups)
            }
        }
    }

    private mutating func add(_ field: GraphQLField, to groups: inout Groups) throws(Failure) {
        fieldCount += 1
        guard fieldCount <= Self.maximumFields else {
            throw Failure(message: "More than \(Self.maximumFields) fields are selected.")
        }
        let name = field.responseName
        guard let position = groups.positions[name] else {
            groups.positions[name] = groups.all.count
            groups.all.append([field])
            return
        }
        let first = groups.all[position][0]
        guard first.name == field.name, first.arguments == field.arguments else {
            throw Failure(message: "Two different fields have the response name '\(name)'. Use aliases.")
        }
        groups.all[position].append(field)
    }

    private mutating func isIncluded(_ directives: [GraphQLDirective]) -> Bool {
        directives.allSatisfy { directive in
            var condition = directive.arguments["if"]?.wrapped
            if case .variable(let name) = condition {
                isConditional = true
                condition = variables[name.text]
            }
            return (condition == .boolean(true)) == (directive.name.text == "include")
        }
    }
}
