// SPDX-License-Identifier: Apache-2.0
//
// Values leave the document: each becomes a variable with a short name that depends on its place.

extension GraphQLOperation {
    /// This operation and its fragments with every value that is to travel as a variable turned into one.
    ///
    /// A variable is named after the top-level field around it, by its response name: the first value in or below the
    /// field `a0` is `$a0`, the next ones `$a0_1`, `$a0_2` and so on, in the order of the text. Values in a fragment and
    /// in a directive of the operation are named after these. A name that is taken is passed over. So equal shapes have
    /// equal text, whatever their values are, and no shorter text would tell whose value it is.
    ///
    /// One value that is given twice in one place of the response is one variable, so that fields which merge still do.
    ///
    /// New variables stand behind the declared ones, in the order of the text.
    ///
    /// - Throws: ``GraphQLDocumentError`` if a literal names a variable that is not declared, which must not meet a value
    ///   by chance; or if a value holds a null that its type does not allow.
    /// - Complexity: O(*n*) in the size of the operation and its fragments.
    func hoisted(
        fragments: [GraphQLFragment]
    ) throws(GraphQLDocumentError) -> GraphQLHoisted {
        var hoister = GraphQLHoister(declared: variables, expectedCount: selectionSet.selections.count)
        var operation = self
        if let directives = hoister.hoist(directives) { operation.directives = directives }
        if let set = hoister.hoist(selectionSet) { operation.selectionSet = set }
        let fragments = fragments.map { fragment in
            var result = fragment
            hoister.way = [fragment.name]
            if let directives = hoister.hoist(fragment.directives) { result.directives = directives }
            if let set = hoister.hoist(fragment.selectionSet) { result.selectionSet = set }
            return result
        }
        let (definitions, values) = (hoister.variables.definitions, hoister.variables.values)
        if let name = hoister.referenced.filter({ values[$0.text] != nil }).min() {
            throw GraphQLPlace(self).error("the variable '$\(name.shown)' is not defined")
        }
        if let invalid = hoister.variables.firstInvalid { throw .nullNotAllowed(in: invalid) }
        operation.variables = variables.isEmpty ? definitions : variables + definitions
        return GraphQLHoisted(operation: operation, fragments: fragments, definitions: definitions, values: values)
    }
}

/// An operation without values, and the values.
struct GraphQLHoisted {
    var operation: GraphQLOperation
    var fragments: [GraphQLFragment]
    /// The declarations of the variables that were values, in order.
    var definitions: [GraphQLVariableDefinition]
    var values: [String: GraphQLValue]
}

/// The walk that takes values out of a document.
private struct GraphQLHoister {
    /// The response names from the top to the current place, or from the fragment.
    var way: [GraphQLName] = []
    private(set) var variables: GraphQLHoistedVariables
    /// The variables that literals name.
    private(set) var referenced: Set<GraphQLName> = []

    init(declared: [GraphQLVariableDefinition], expectedCount: Int) {
        variables = GraphQLHoistedVariables(declared: declared, expectedCount: expectedCount)
    }

    /// The set without values; `nil` if it holds none. So it is everywhere here: what holds no value is not copied.
    mutating func hoist(_ set: GraphQLSelectionSet) -> GraphQLSelectionSet? {
        var selections: [GraphQLSelection]?
        for (index, selection) in set.selections.enumerated() {
            guard let hoisted = hoist(selection) else { continue }
            if selections == nil { selections = set.selections }
            selections?[index] = hoisted
        }
        return selections.map { GraphQLSelectionSet(on: set.type, $0) }
    }

    private mutating func hoist(_ selection: GraphQLSelection) -> GraphQLSelection? {
        switch selection {
        case .field(let field):
            return hoist(field).map { .field($0) }
        case .fragmentSpread(var spread):
            guard !spread.directives.isEmpty else { return nil }
            way.append(spread.name)
            defer { way.removeLast() }
            guard let directives = hoist(spread.directives) else { return nil }
            spread.directives = directives
            return .fragmentSpread(spread)
        case .inlineFragment(var fragment):
            let directives = hoist(fragment.directives)
            let set = hoist(fragment.selectionSet)
            guard directives != nil || set != nil else { return nil }
            if let directives { fragment.directives = directives }
            if let set { fragment.selectionSet = set }
            return .inlineFragment(fragment)
        }
    }

    private mutating func hoist(_ field: GraphQLField) -> GraphQLField? {
        let (oldArguments, oldDirectives, oldSet) = (field.sortedArguments, field.directives, field.selectionSet)
        guard oldSet != nil || !oldArguments.isEmpty || !oldDirectives.isEmpty else { return nil }
        way.append(field.responseName)
        defer { way.removeLast() }
        let arguments = hoist(oldArguments)
        let directives = hoist(oldDirectives)
        let set = oldSet.flatMap { hoist($0) }
        guard arguments != nil || directives != nil || set != nil else { return nil }
        return GraphQLField(
            alias: field.alias,
            field.name,
            sortedArguments: arguments ?? oldArguments,
            directives: directives ?? oldDirectives,
            selecting: set ?? oldSet
        )
    }

    mutating func hoist(_ directives: [GraphQLDirective]) -> [GraphQLDirective]? {
        var result: [GraphQLDirective]?
        for (index, directive) in directives.enumerated() {
            way.append(directive.name)
            defer { way.removeLast() }
            guard let arguments = hoist(directive.sortedArguments) else { continue }
            if result == nil { result = directives }
            result?[index].sortedArguments = arguments
        }
        return result
    }

    private mutating func hoist(_ arguments: [GraphQLNamedArgument]) -> [GraphQLNamedArgument]? {
        var result: [GraphQLNamedArgument]?
        for (index, element) in arguments.enumerated() {
            guard let variable = hoist(element.argument, of: element.name) else { continue }
            if result == nil { result = arguments }
            result?[index].argument = variable
        }
        return result
    }

    private mutating func hoist(_ argument: GraphQLArgument, of name: GraphQLName) -> GraphQLArgument? {
        switch argument.storage {
        case .hoisted(let value, let type):
            return .variable(variables.variable(for: name, on: way, value: value, type: type))
        case .literal(let value):
            value.forEachVariable { referenced.insert($0) }
            return nil
        }
    }
}

extension GraphQLValue {
    /// Visits the variables that a literal names.
    fileprivate func forEachVariable(_ body: (GraphQLName) -> Void) {
        switch self {
        case .variable(let name): body(name)
        case .list(let elements): for element in elements { element.forEachVariable(body) }
        case .object(let members): for member in members.values { member.forEachVariable(body) }
        case .null, .boolean, .int, .float, .string, .enumCase: break
        }
    }
}
