// SPDX-License-Identifier: Apache-2.0
//
// One walk over a definition beside the types of a schema: selections, arguments, directives.

/// Looks for what does not fit a schema, and goes on after each find.
struct GraphQLSchemaCheck {
    /// A variable in a place that wants a type.
    struct VariableUse {
        var variable: GraphQLName
        var type: GraphQLType
        /// Whether the place has a default for an absent variable.
        var hasDefault: Bool
        var place: GraphQLPlace
    }

    /// What a definition uses.
    struct Uses {
        var variables: [VariableUse] = []
        var fragments: Set<GraphQLName> = []
    }

    static let maximumCount = 100

    let schema: GraphQLSchema
    let document: GraphQLDocument
    var violations: [GraphQLDocumentError] = []
    var uses = Uses()
    var place: GraphQLPlace
    /// Whether values are those of variables, which travel as JSON: cases of enums are strings there.
    var isJSON = false
    private let conditions: [GraphQLName: GraphQLName]

    init(_ schema: GraphQLSchema, of document: GraphQLDocument) {
        self.schema = schema
        self.document = document
        place = GraphQLPlace(document.operations[0])  // A document has an operation.
        conditions = Dictionary(document.fragments.map { ($0.name, $0.typeCondition) }) { first, _ in first }
    }

    mutating func begin(at place: GraphQLPlace) {
        self.place = place
        uses = Uses()
    }

    mutating func report(_ message: String) {
        guard violations.count < Self.maximumCount else { return }
        violations.append(place.error(message, code: .schemaMismatch))
    }

    // MARK: Selections

    mutating func check(_ set: GraphQLSelectionSet, on type: GraphQLName) {
        for selection in set.selections {
            switch selection {
            case .field(let field):
                place.path.append(field.responseName)
                check(field, on: type)
                place.path.removeLast()
            case .fragmentSpread(let spread):
                check(spread.directives, at: "FRAGMENT_SPREAD")
                uses.fragments.insert(spread.name)
                if let condition = conditions[spread.name] { checkOverlap(condition, type) }
            case .inlineFragment(let fragment):
                check(fragment.directives, at: "INLINE_FRAGMENT")
                let condition = fragment.typeCondition ?? type
                guard checkCondition(condition) else { continue }
                checkOverlap(condition, type)
                check(fragment.selectionSet, on: condition)
            }
        }
    }

    private mutating func check(_ field: GraphQLField, on type: GraphQLName) {
        check(field.directives, at: "FIELD")
        guard let definition = schema.types[type]?.fields[field.name] else {
            return report("the type '\(type.shown)' has no field '\(field.name.shown)'")
        }
        check(field.sortedArguments, are: definition.arguments, of: "the field '\(field.name.shown)'")
        let inner = definition.type.innermost
        let isComposite = schema.types[inner]?.kind.isComposite ?? false
        switch field.selectionSet {
        case let set? where isComposite: check(set, on: inner)
        case nil where !isComposite: break
        case nil: report("'\(field.name.shown)' is of the type '\(definition.type)'; say what to select of it")
        default: report("'\(field.name.shown)' is of the type '\(definition.type)', of which nothing can be selected")
        }
    }

    /// Refuses a type condition that is no composite type.
    mutating func checkCondition(_ condition: GraphQLName) -> Bool {
        guard let kind = schema.types[condition]?.kind else {
            report("the type '\(condition.shown)' is not defined")
            return false
        }
        guard kind.isComposite else {
            report("'\(condition.shown)' is no type of which fields can be selected")
            return false
        }
        return true
    }

    private mutating func checkOverlap(_ condition: GraphQLName, _ type: GraphQLName) {
        guard condition != type, schema.types[condition]?.kind.isComposite == true else { return }
        let (own, outer) = (schema.possibleTypes[condition] ?? [], schema.possibleTypes[type] ?? [])
        if own.isDisjoint(with: outer) {
            report("a value of the type '\(type.shown)' is never of the type '\(condition.shown)'")
        }
    }

    // MARK: Arguments

    mutating func check(_ directives: [GraphQLDirective], at location: String) {
        for (index, directive) in directives.enumerated() {
            let what = "the directive '@\(directive.name.shown)'"
            guard let definition = schema.directives[directive.name] else {
                report("\(what) is not defined")
                continue
            }
            if !definition.locations.contains(location) { report("\(what) may not stand at a \(location)") }
            if !definition.isRepeatable, directives[..<index].contains(where: { $0.name == directive.name }) {
                report("\(what) stands twice in one place")
            }
            check(directive.sortedArguments, are: definition.arguments, of: what)
        }
    }

    private mutating func check(
        _ arguments: [GraphQLNamedArgument],
        are inputs: [GraphQLName: GraphQLSchema.Input],
        of owner: String
    ) {
        for element in arguments {
            guard let input = inputs[element.name] else {
                report("\(owner) has no argument '\(element.name.shown)'")
                continue
            }
            let what = "the argument '\(element.name.shown)'"
            check(element.argument.wrapped, is: input.type, hasDefault: input.hasDefault, what: what)
        }
        guard inputs.contains(where: \.value.isRequired) else { return }
        let given = Set(arguments.map(\.name))
        for (name, input) in inputs.sorted(by: { $0.key < $1.key }) where input.isRequired && !given.contains(name) {
            report("\(owner) needs the argument '\(name.shown)' of the type '\(input.type)'")
        }
    }
}
