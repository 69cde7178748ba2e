// SPDX-License-Identifier: Apache-2.0
//
// One walk over one definition: names, values, depth; and which variables and fragments it uses.

/// What a definition uses.
struct GraphQLDefinitionUses {
    /// Variables as often as it names them, without those of the fragments that it spreads.
    var variables: [GraphQLName] = []
    /// Positions of the fragments that it spreads.
    var fragments: Set<Int> = []
}

/// The walk over a definition.
struct GraphQLDefinitionCheck {
    private let fragmentIndices: [GraphQLName: Int]
    private var place: GraphQLPlace
    private var uses = GraphQLDefinitionUses()
    private var depth = 0
    /// The fragment that was spread last: the aliases of a batch all spread the same.
    private var lastFragment: GraphQLName?

    static func uses(
        of operation: GraphQLOperation,
        fragmentIndices: [GraphQLName: Int]
    ) throws(GraphQLDocumentError) -> GraphQLDefinitionUses {
        var check = Self(fragmentIndices: fragmentIndices, place: GraphQLPlace(operation))
        try check.check(operation.variables)
        try check.check(operation.directives)
        try check.check(operation.selectionSet)
        return check.uses
    }

    static func uses(
        of fragment: GraphQLFragment,
        fragmentIndices: [GraphQLName: Int]
    ) throws(GraphQLDocumentError) -> GraphQLDefinitionUses {
        var check = Self(fragmentIndices: fragmentIndices, place: GraphQLPlace(fragment))
        try check.check(fragment.directives)
        try check.check(fragment.selectionSet)
        return check.uses
    }

    private init(fragmentIndices: [GraphQLName: Int], place: GraphQLPlace) {
        self.fragmentIndices = fragmentIndices
        self.place = place
    }

    // MARK: Selections

    private mutating func check(_ set: GraphQLSelectionSet) throws(GraphQLDocumentError) {
        guard !set.selections.isEmpty else { throw place.error("nothing is selected") }
        try enter()
        defer { depth -= 1 }
        for selection in set.selections {
            switch selection {
            case .field(let field):
                try check(field)
            case .fragmentSpread(let spread):
                try use(spread.name)
                try check(spread.directives)
            case .inlineFragment(let fragment):
                try check(fragment.directives)
                try check(fragment.selectionSet)
            }
        }
    }

    private mutating func use(_ fragment: GraphQLName) throws(GraphQLDocumentError) {
        guard fragment != lastFragment else { return }
        guard let index = fragmentIndices[fragment] else {
            throw place.error("the fragment '\(fragment.shown)' is not defined")
        }
        uses.fragments.insert(index)
        lastFragment = fragment
    }

    private mutating func check(_ field: GraphQLField) throws(GraphQLDocumentError) {
        place.path.append(field.responseName)
        defer { place.path.removeLast() }
        try field.alias?.checkIsNotReserved(in: place)
        if field.name.isReserved, !Self.introspectionFields.contains(field.name) {
            try field.name.checkIsNotReserved(in: place)
        }
        try check(field.sortedArguments)
        try check(field.directives)
        if let set = field.selectionSet { try check(set) }
    }

    private static let introspectionFields: Set<GraphQLName> = ["__typename", "__schema", "__type"]

    private mutating func check(
        _ directives: [GraphQLDirective],
        areConstant: Bool = false
    ) throws(GraphQLDocumentError) {
        for directive in directives { try check(directive.sortedArguments, areConstant: areConstant) }
    }

    private mutating func check(
        _ arguments: [GraphQLNamedArgument],
        areConstant: Bool = false
    ) throws(GraphQLDocumentError) {
        for element in arguments {
            guard case .literal(let value) = element.argument.storage else {
                throw place.error(
                    "the value of '\(element.name.shown)' is to travel as a variable; make a GraphQLRequest"
                )
            }
            try check(value, of: element.name, isConstant: areConstant)
        }
    }

    // MARK: Variables and values

    private mutating func check(_ variables: [GraphQLVariableDefinition]) throws(GraphQLDocumentError) {
        for variable in variables {
            try variable.name.checkIsNotReserved(in: place)
            try check(variable.type, of: variable.name)
            if let value = variable.defaultValue {
                if value == .null, case .nonNull = variable.type {
                    throw place.error("the default of '$\(variable.name.shown)' is null, its type is not")
                }
                try check(value, of: variable.name, isConstant: true)
            }
            try check(variable.directives, areConstant: true)
        }
    }

    private mutating func check(_ type: GraphQLType, of name: GraphQLName) throws(GraphQLDocumentError) {
        try enter()
        defer { depth -= 1 }
        switch type {
        case .named: break
        case .list(let element): try check(element, of: name)
        case .nonNull(.nonNull): throw place.error("the type of '$\(name.shown)' is non-null twice")
        case .nonNull(let nullable): try check(nullable, of: name)
        }
    }

    private mutating func check(
        _ value: GraphQLValue,
        of name: GraphQLName,
        isConstant: Bool
    ) throws(GraphQLDocumentError) {
        switch value {
        case .null, .boolean, .string: break
        case .int(let number):
            guard Int32(exactly: number) != nil else {
                throw invalid(name, "does not fit in 32 bits; let it travel as a variable")
            }
        case .float(let number):
            guard number.isFinite else { throw invalid(name, "is not finite") }
        case .enumCase(let name):
            guard !Self.notEnumCases.contains(name) else { throw invalid(name, "cannot be a case of an enum") }
        case .variable(let variable):
            guard !isConstant else { throw invalid(name, "must be a constant and holds '$\(variable.shown)'") }
            uses.variables.append(variable)
        case .list(let elements):
            try enter()
            defer { depth -= 1 }
            for element in elements { try check(element, of: name, isConstant: isConstant) }
        case .object(let members):
            try enter()
            defer { depth -= 1 }
            for (key, value) in members {
                guard GraphQLName.isValid(key) else {
                    throw invalid(name, "has a key that is not a name; let it travel as a variable")
                }
                try check(value, of: name, isConstant: isConstant)
            }
        }
    }

    private static let notEnumCases: Set<GraphQLName> = ["true", "false", "null"]

    private func invalid(_ name: GraphQLName, _ fault: String) -> GraphQLDocumentError {
        place.error("the value of '\(name.shown)' \(fault)", code: .invalidValue)
    }

    private mutating func enter() throws(GraphQLDocumentError) {
        depth += 1
        guard depth <= GraphQLDocument.maximumDepth else {
            throw place.error("it nests more than \(GraphQLDocument.maximumDepth) levels")
        }
    }
}
