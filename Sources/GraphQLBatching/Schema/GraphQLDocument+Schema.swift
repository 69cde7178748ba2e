// SPDX-License-Identifier: Apache-2.0
//
// Documents against a schema: the entrance, and what concerns several definitions at once.

extension GraphQLDocument {
    /// What of this document does not fit a schema
    /// ([GraphQL, section 5](https://spec.graphql.org/September2025/#sec-Validation)):
    ///
    /// - fields, arguments, input fields, directives and types that it does not define; required ones that are missing;
    /// - selections of a leaf, composite fields without selections, fragments on types that cannot occur;
    /// - literals, cases of enums and defaults that are not of their type; input objects with `@oneOf`;
    /// - variables whose type is none for input, or not that of the place where they are used.
    ///
    /// Values of custom scalars are not looked into. Whether fields of one name merge under different type conditions is
    /// left to the server.
    ///
    /// - Returns: An error with ``GraphQLDocumentError/Code/schemaMismatch`` for each violation, with the definition and
    ///   the path, in the order of the document; a hundred at most. Empty if it fits.
    /// - Complexity: O(*n*) in the size of the document for each operation.
    public func violations(of schema: GraphQLSchema) -> [GraphQLDocumentError] {
        var check = GraphQLSchemaCheck(schema, of: self)
        check.checkAll()
        return check.violations
    }

    /// Refuses this document if it does not fit a schema.
    ///
    /// - Throws: The first of ``violations(of:)``.
    public func check(against schema: GraphQLSchema) throws(GraphQLDocumentError) {
        if let first = violations(of: schema).first { throw first }
    }
}

extension GraphQLSchema {
    /// Refuses a document or the values of its variables if they do not fit.
    func check(
        _ document: GraphQLDocument,
        running operation: GraphQLOperation,
        values: [String: GraphQLValue]
    ) throws(GraphQLDocumentError) {
        try document.check(against: self)
        var check = GraphQLSchemaCheck(self, of: document)
        check.check(values, of: operation)
        if let first = check.violations.first { throw first }
    }
}

extension GraphQLSchemaCheck {
    mutating func checkAll() {
        var uses: [GraphQLName: Uses] = [:]
        for fragment in document.fragments {
            begin(at: GraphQLPlace(fragment))
            check(fragment)
            uses[fragment.name] = self.uses
        }
        let ofFragments = violations
        violations = []
        for operation in document.operations {
            begin(at: GraphQLPlace(operation))
            check(operation)
            checkVariables(of: operation, uses: self.uses, fragments: uses)
        }
        violations = Array((violations + ofFragments).prefix(Self.maximumCount))
    }

    private mutating func check(_ operation: GraphQLOperation) {
        check(operation.directives, at: operation.kind.rawValue.uppercased())
        for variable in operation.variables {
            check(variable.directives, at: "VARIABLE_DEFINITION")
            guard let kind = schema.types[variable.type.innermost]?.kind else {
                report("the type of '$\(variable.name.shown)', '\(variable.type)', is not defined")
                continue
            }
            guard kind.isInput else {
                report("the type of '$\(variable.name.shown)', '\(variable.type)', is none for input")
                continue
            }
            guard let value = variable.defaultValue else { continue }
            check(value, is: variable.type, what: "the default of '$\(variable.name.shown)'")
        }
        guard let root = schema.roots[operation.kind] else {
            return report("the schema has no operation of the kind \(operation.kind)")
        }
        check(operation.selectionSet, on: root)
    }

    private mutating func check(_ fragment: GraphQLFragment) {
        check(fragment.directives, at: "FRAGMENT_DEFINITION")
        guard checkCondition(fragment.typeCondition) else { return }
        check(fragment.selectionSet, on: fragment.typeCondition)
    }

    /// Looks at the variables of an operation wherever they are used, fragments included.
    private mutating func checkVariables(of operation: GraphQLOperation, uses: Uses, fragments: [GraphQLName: Uses]) {
        let definitions = Dictionary(operation.variables.map { ($0.name, $0) }) { first, _ in first }
        var reached = uses.fragments
        var rest = Array(reached)
        var all = uses.variables
        while let next = rest.popLast() {
            guard let uses = fragments[next] else { continue }
            all += uses.variables
            for fragment in uses.fragments where reached.insert(fragment).inserted { rest.append(fragment) }
        }
        for use in all {
            guard let variable = definitions[use.variable],
                schema.types[variable.type.innermost]?.kind.isInput == true
            else { continue }
            guard !use.accepts(variable) else { continue }
            place = use.place
            report("'$\(variable.name.shown)' is of the type '\(variable.type)' where '\(use.type)' is wanted")
        }
    }
}

extension GraphQLSchemaCheck.VariableUse {
    /// Whether a variable may stand here
    /// ([GraphQL, section 5.8.5](https://spec.graphql.org/September2025/#sec-All-Variable-Usages-Are-Allowed)).
    fileprivate func accepts(_ definition: GraphQLVariableDefinition) -> Bool {
        guard type.isNonNull, !definition.type.isNonNull else { return definition.type.fits(type) }
        let hasValue = definition.defaultValue.map { $0 != .null } ?? false
        return (hasValue || hasDefault) && definition.type.fits(type.nullable)
    }
}
