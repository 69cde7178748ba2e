// SPDX-License-Identifier: Apache-2.0
//
// Random documents that keep every rule of a document: what a program could build. Equal seeds make equal documents.

import GraphQLBatching

/// Makes one document.
///
/// No two different fields get one response name, each fragment spreads only those made before it, and an operation
/// declares the variables that it and its fragments turned out to use.
struct RandomDocument {
    var values: RandomValue
    /// Whether some arguments are values that are still to become variables.
    private let isHoisting: Bool
    private var responseNameCount = 0
    /// How many selections the document may still get.
    private var rest = 0
    private var fragments: [GraphQLFragment] = []
    /// The fragments that some definition spreads.
    private var spread: Set<GraphQLName> = []
    /// The variables that a fragment uses, itself or through others.
    private var variablesOfFragment: [GraphQLName: Set<GraphQLName>] = [:]

    init(seed: UInt64, isHoisting: Bool = false) {
        values = RandomValue(random: SplitMix64(state: seed))
        self.isHoisting = isHoisting
    }

    // MARK: Definitions

    /// A document of one to three operations.
    mutating func document() throws -> GraphQLDocument {
        let (operations, fragments) = try definitions(upTo: 3)
        return try GraphQLDocument(operations: operations, fragments: fragments)
    }

    /// Operations and the fragments that they use, not yet checked.
    mutating func definitions(
        upTo count: Int
    ) throws -> (operations: [GraphQLOperation], fragments: [GraphQLFragment]) {
        rest = values.number(in: 1...24)
        for _ in 0..<values.number(in: 0...3) { fragments.append(try fragment()) }
        let count = values.chance(4) ? values.number(in: 1...count) : 1
        var operations: [GraphQLOperation] = []
        for index in 1...count {
            operations.append(try operation(isOnly: count == 1, isLast: index == count))
        }
        return (operations, fragments.shuffled(using: &values.random))
    }

    private mutating func operation(isOnly: Bool, isLast: Bool) throws -> GraphQLOperation {
        values.usedVariables = []
        let directives = directives()
        var selections = try selections(depth: 0)
        if isLast {
            for fragment in fragments where !spread.contains(fragment.name) {
                selections.append(.fragmentSpread(use(of: fragment.name)))
            }
        }
        var name: GraphQLName?
        if !isOnly || values.chance(2) { name = try uniqueName() }
        return GraphQLOperation(
            values.element(of: [.query, .query, .mutation, .subscription]),
            name: name,
            variables: variableDefinitions(),
            directives: directives
        ) {
            selections
        }
    }

    private mutating func fragment() throws -> GraphQLFragment {
        values.usedVariables = []
        let fragment = GraphQLFragment(
            try uniqueName(),
            on: values.name(),
            directives: directives(),
            selecting: GraphQLSelectionSet(try selections(depth: 1))
        )
        variablesOfFragment[fragment.name] = values.usedVariables
        return fragment
    }

    private mutating func variableDefinitions() -> [GraphQLVariableDefinition] {
        values.usedVariables.sorted().map { name in
            let type = type()
            var value = values.chance(2) ? values.constant() : nil
            if case .nonNull = type, value == .null { value = nil }
            return GraphQLVariableDefinition(
                name,
                type,
                default: value,
                directives: directives(areConstant: true)
            )
        }
    }

    private mutating func type(depth: Int = 0) -> GraphQLType {
        let nullable: GraphQLType =
            depth < 3 && values.chance(3) ? .list(type(depth: depth + 1)) : .named(values.name())
        return values.chance(3) ? .nonNull(nullable) : nullable
    }

    // MARK: Selections

    private mutating func selections(depth: Int) throws -> [GraphQLSelection] {
        var selections: [GraphQLSelection] = []
        repeat {
            rest -= 1
            let selection = try selection(depth: depth)
            selections.append(selection)
            if values.chance(16) { selections.append(selection) }
        } while rest > 0 && !values.chance(4)
        return selections
    }

    private mutating func selection(depth: Int) throws -> GraphQLSelection {
        let isLeaf = depth > 8 || rest <= 0
        switch values.number(in: 0...9) {
        case 0 where !isLeaf:
            let condition = values.chance(2) ? values.name() : nil
            let directives = directives()
            let inner = try selections(depth: depth + 1)
            return .inlineFragment(GraphQLInlineFragment(on: condition, directives: directives) { inner })
        case 1 where !fragments.isEmpty:
            return .fragmentSpread(use(of: values.element(of: fragments).name))
        case 2...5 where !isLeaf:
            return .field(try field(selecting: try selections(depth: depth + 1)))
        default:
            return .field(try field(selecting: nil))
        }
    }

    private mutating func field(selecting selections: [GraphQLSelection]?) throws -> GraphQLField {
        var field = GraphQLField(
            alias: try uniqueName(),
            values.chance(16) ? "__typename" : values.name(),
            arguments: arguments(),
            directives: directives()
        )
        if values.chance(2), let alias = field.alias {
            field.name = alias
            field.alias = nil
        }
        field.selectionSet = selections.map { GraphQLSelectionSet($0) }
        return field
    }

    private mutating func use(of fragment: GraphQLName) -> GraphQLFragmentSpread {
        spread.insert(fragment)
        values.usedVariables.formUnion(variablesOfFragment[fragment] ?? [])
        return GraphQLFragmentSpread(fragment, directives: directives())
    }

    // MARK: Arguments and names

    private mutating func directives(areConstant: Bool = false) -> [GraphQLDirective] {
        guard values.chance(6) else { return [] }
        return (0..<values.number(in: 1...2)).map { _ in
            GraphQLDirective(values.name(), arguments: arguments(areConstant: areConstant))
        }
    }

    private mutating func arguments(areConstant: Bool = false) -> [GraphQLName: GraphQLArgument] {
        guard values.chance(3) else { return [:] }
        var arguments: [GraphQLName: GraphQLArgument] = [:]
        for _ in 0..<values.number(in: 1...4) {
            let name = values.name()
            guard arguments[name] == nil else { continue }
            let isHoisted = isHoisting && !areConstant && values.chance(2)
            arguments[name] =
                isHoisted
                ? .value(values.constant(), type: .named(values.name()))
                : .literal(areConstant ? values.constant() : values.value())
        }
        return arguments
    }

    /// A name that nothing else in the document has, and that the language does not keep for itself.
    private mutating func uniqueName() throws -> GraphQLName {
        responseNameCount += 1
        return try GraphQLName(
            "\(values.element(of: ["a", "on", "true", "query", "fragment", "a_", "Z"]))\(responseNameCount)"
        )
    }
}
