// SPDX-License-Identifier: Apache-2.0
//
// Whether an operation fits the schema. What can be told without one has been checked when the document was made.

import GraphQLBatching

/// Validates one operation with the fragments that it uses
/// ([GraphQL, section 5](https://spec.graphql.org/September2025/#sec-Validation)), and collects what is wrong.
struct SchemaCheck {
    private let fragments: [GraphQLName: GraphQLFragment]
    private let variables: [GraphQLName: GraphQLVariableDefinition]
    private var checkedFragments: Set<GraphQLName> = []
    private(set) var messages: [String] = []

    init(_ operation: GraphQLOperation, fragments: [GraphQLName: GraphQLFragment]) {
        self.fragments = fragments
        variables = Dictionary(operation.variables.map { ($0.name, $0) }) { first, _ in first }
        guard let root = DemoSchema.Object(operation.kind) else {
            messages.append("This server has no operations of the kind '\(operation.kind.rawValue)'.")
            return
        }
        for definition in operation.variables { check(definition) }
        check(operation.directives)
        check(operation.selectionSet, of: root)
    }

    private mutating func check(_ definition: GraphQLVariableDefinition) {
        guard DemoSchema.inputType(definition.type.innermost) != nil else {
            messages.append(
                "The variable '$\(definition.name)' has the type '\(definition.type)', which is none for input."
            )
            return
        }
        guard let value = definition.defaultValue else { return }
        collect("The default of the variable '$\(definition.name)'") { coercion throws(InputError) in
            _ = try coercion.coerce(value, to: definition.type)
        }
    }

    private mutating func check(_ selectionSet: GraphQLSelectionSet, of object: DemoSchema.Object) {
        for selection in selectionSet.selections {
            switch selection {
            case .field(let field):
                check(field.directives)
                check(field, of: object)
            case .inlineFragment(let fragment):
                check(fragment.directives)
                check(fragment.selectionSet, on: fragment.typeCondition, within: object)
            case .fragmentSpread(let spread):
                check(spread.directives)
                guard let fragment = fragments[spread.name] else {
                    messages.append("There is no fragment '\(spread.name)'.")
                    continue
                }
                guard checkedFragments.insert(spread.name).inserted else {
                    check(condition: fragment.typeCondition, within: object)
                    continue
                }
                check(fragment.selectionSet, on: fragment.typeCondition, within: object)
            }
        }
    }

    private mutating func check(
        _ selectionSet: GraphQLSelectionSet,
        on condition: GraphQLName?,
        within object: DemoSchema.Object
    ) {
        if check(condition: condition, within: object) { check(selectionSet, of: object) }
    }

    /// Every type here is an object, so that a fragment applies to its own type and no other.
    @discardableResult
    private mutating func check(condition: GraphQLName?, within object: DemoSchema.Object) -> Bool {
        guard let condition, condition.text != object.rawValue else { return true }
        messages.append("A fragment on '\(condition)' cannot stand where the type is '\(object.rawValue)'.")
        return false
    }

    private mutating func check(_ field: GraphQLField, of object: DemoSchema.Object) {
        guard let known = DemoSchema.Field(rawValue: field.name.text),
            let definition = DemoSchema.definition(of: known, in: object)
        else {
            messages.append("There is no field '\(field.name)' on the type '\(object.rawValue)'.")
            return
        }
        collect("The arguments of '\(field.name)'") { coercion throws(InputError) in
            _ = try coercion.coerce(field.arguments.literals, to: definition.arguments)
        }
        switch (definition.object, field.selectionSet) {
        case (let object?, let selectionSet?): check(selectionSet, of: object)
        case (.some, nil): messages.append("The field '\(field.name)' needs a selection of its fields.")
        case (nil, .some): messages.append("The field '\(field.name)' is a leaf: nothing can be selected of it.")
        case (nil, nil): break
        }
    }

    private mutating func check(_ directives: [GraphQLDirective]) {
        for directive in directives {
            guard ["include", "skip"].contains(directive.name.text) else {
                messages.append("There is no directive '@\(directive.name)' here.")
                continue
            }
            collect("The arguments of '@\(directive.name)'") { coercion throws(InputError) in
                _ = try coercion.coerce(directive.arguments.literals, to: DemoSchema.conditionArguments)
            }
        }
    }

    /// Coerces literals as the execution will do, with variables that may stand where they stand and have no value yet.
    private mutating func collect(_ place: String, _ body: (InputCoercion) throws(InputError) -> Void) {
        let variables = variables
        let coercion = InputCoercion { name, type, hasDefault throws(InputError) in
            guard let variable = variables[name] else { throw InputError("there is no variable '$\(name)'") }
            guard variable.mayStand(where: type, hasDefault: hasDefault) else {
                throw InputError("'$\(name)' of the type '\(variable.type)' cannot stand for '\(type)'")
            }
            return .variable(name)
        }
        do throws(InputError) {
            try body(coercion)
        } catch {
            messages.append("\(place): \(error.message).")
        }
    }
}

extension DemoSchema.Object {
    /// The type of an operation's top-level fields.
    init?(_ kind: GraphQLOperation.Kind) {
        switch kind {
        case .query: self = .query
        case .mutation: self = .mutation
        case .subscription: return nil
        }
    }
}

extension GraphQLVariableDefinition {
    /// Whether every value that the variable may have fits
    /// ([GraphQL, section 5.8.5](https://spec.graphql.org/September2025/#sec-All-Variable-Usages-Are-Allowed)).
    fileprivate func mayStand(where location: GraphQLType, hasDefault: Bool) -> Bool {
        guard location.isNonNull, !type.isNonNull else { return type.fits(location) }
        let hasValue = defaultValue != nil && defaultValue != .null
        return (hasValue || hasDefault) && type.fits(location.nullable)
    }
}

extension GraphQLType {
    fileprivate func fits(_ location: GraphQLType) -> Bool {
        switch (self, location) {
        case (.nonNull(let own), .nonNull(let other)): own.fits(other)
        case (.nonNull(let own), _): own.fits(location)
        case (.list(let own), .list(let other)): own.fits(other)
        case (.named(let own), .named(let other)): own == other
        default: false
        }
    }
}

extension [GraphQLName: GraphQLArgument] {
    /// The values as they stand in a parsed document.
    var literals: [String: GraphQLValue] {
        [String: GraphQLValue](uniqueKeysWithValues: map { ($0.key.text, $0.value.wrapped) })
    }
}
