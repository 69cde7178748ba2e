// SPDX-License-Identifier: Apache-2.0
//
// What is sent: a text, the operation to run, and the values of its variables.

/// A request to a GraphQL server
/// ([GraphQL over HTTP, section 5](https://graphql.github.io/graphql-over-http/draft/#sec-Request)).
public struct GraphQLRequest: Hashable, Sendable {
    /// The text of the document, compact.
    public let query: String
    /// The operation to run, if it has a name.
    public let operationName: GraphQLName?
    /// What the operation does.
    public let kind: GraphQLOperation.Kind
    /// The values of the variables. A name that is absent leaves the default to the server.
    public let variables: [String: GraphQLValue]
    /// The names of the variables in the order of their declarations.
    let variableNames: [GraphQLName]
    /// Entries for extensions of the protocol.
    public var extensions: [String: GraphQLValue] = [:]

    /// Makes a request of one operation.
    ///
    /// The values of arguments become variables, the document is checked and printed. The same shape has the same text,
    /// whatever the values are.
    ///
    /// - Parameters:
    ///   - operation: The operation to run.
    ///   - fragments: The fragments that it uses.
    ///   - variables: The values of the variables that the operation declares itself.
    ///   - schema: What the document and the values are checked against, if it is at hand.
    /// - Throws: ``GraphQLDocumentError`` if the document breaks a rule of ``GraphQLDocument/init(operations:fragments:)``
    ///   or a value does not fit its variable, or if a mutation has two fields of one response name: servers merge equal
    ///   ones and run them once.
    /// - Complexity: O(*n*) in the size of the operation and its fragments.
    public init(
        _ operation: GraphQLOperation,
        fragments: [GraphQLFragment] = [],
        variables: [GraphQLName: GraphQLValue] = [:],
        checkedAgainst schema: GraphQLSchema? = nil
    ) throws(GraphQLDocumentError) {
        try operation.checkMutationsRunApart()
        let hoisted = try operation.hoisted(fragments: fragments)
        let document = GraphQLDocument(unchecked: [hoisted.operation], fragments: hoisted.fragments)
        try document.check()
        for name in variables.keys where hoisted.values[name.text] != nil { throw .notDeclared(name) }
        try self.init(
            document,
            running: operation,
            variables: variables,
            hoisted: (hoisted.definitions.map(\.name), hoisted.values)
        )
        try schema?.check(document, running: hoisted.operation, values: self.variables)
    }

    /// Makes a request of a document at hand, such as a parsed one.
    ///
    /// - Parameters:
    ///   - document: The document; all of it is sent.
    ///   - operationName: The operation to run; needed only if the document has several.
    ///   - variables: The values of the variables that the operation declares.
    ///   - schema: What the document and the values are checked against, if it is at hand.
    /// - Throws: ``GraphQLDocumentError`` if there is no such operation or a value does not fit its variable.
    public init(
        _ document: GraphQLDocument,
        operationName: GraphQLName? = nil,
        variables: [GraphQLName: GraphQLValue] = [:],
        checkedAgainst schema: GraphQLSchema? = nil
    ) throws(GraphQLDocumentError) {
        let candidates = document.operations.filter { operationName == nil || $0.name == operationName }
        guard let operation = candidates.first, candidates.count == 1 else {
            let wanted = operationName.map { "has no operation '\($0.shown)'" }
            throw .invalidDocument("the document \(wanted ?? "has several operations: name the one to run")")
        }
        try self.init(document, running: operation, variables: variables)
        try schema?.check(document, running: operation, values: self.variables)
    }

    /// - Parameters:
    ///   - operation: The operation as it was before values were hoisted.
    ///   - hoisted: The variables that values became, checked, and their names in order.
    private init(
        _ document: GraphQLDocument,
        running operation: GraphQLOperation,
        variables: [GraphQLName: GraphQLValue],
        hoisted: (names: [GraphQLName], values: [String: GraphQLValue]) = ([], [:])
    ) throws(GraphQLDocumentError) {
        var names: [GraphQLName] = []
        var values = hoisted.values
        for variable in operation.variables {
            if let value = variables[variable.name] {
                try variable.check(value)
                names.append(variable.name)
                values[variable.name.text] = value
            } else if !variable.isOptional {
                throw .invalidVariable(variable.name, "needs a value: its type is \(variable.type)")
            }
        }
        if names.count < variables.count {
            let extra = Set(variables.keys).subtracting(names).min() ?? "_"
            throw .notDeclared(extra)
        }
        query = document.text()
        operationName = operation.name
        kind = operation.kind
        variableNames = names.isEmpty ? hoisted.names : names + hoisted.names
        self.variables = values
    }
}

extension GraphQLOperation {
    /// Refuses mutations that would be merged
    /// ([GraphQL, section 6.3.2](https://spec.graphql.org/October2021/#sec-Field-Collection)).
    fileprivate func checkMutationsRunApart() throws(GraphQLDocumentError) {
        guard kind == .mutation else { return }
        var names: Set<GraphQLName> = []
        for case .field(let field) in selectionSet.selections where !names.insert(field.responseName).inserted {
            let name = field.responseName.shown
            throw .invalidDocument("the mutation has '\(name)' twice, which would run once: give each an alias")
        }
    }
}

extension GraphQLVariableDefinition {
    /// Refuses a value with a null that the type does not allow.
    fileprivate func check(_ value: GraphQLValue) throws(GraphQLDocumentError) {
        guard type.allowsNulls(of: value) else { throw .nullNotAllowed(in: self) }
    }

    /// Whether a request may leave the variable out.
    fileprivate var isOptional: Bool {
        if case .nonNull = type { defaultValue != nil } else { true }
    }
}

extension GraphQLType {
    /// Whether every null of a value stands where this type allows it. Needs no schema.
    func allowsNulls(of value: GraphQLValue) -> Bool {
        switch (self, value) {
        case (.nonNull, .null): false
        case (.nonNull(let nullable), _): nullable.allowsNulls(of: value)
        case (.list(let element), .list(let values)): values.allSatisfy { element.allowsNulls(of: $0) }
        // A single value stands for a list of one.
        case (.list(let element), _): value == .null || element.allowsNulls(of: value)
        case (.named, _): true
        }
    }
}

extension GraphQLDocumentError {
    fileprivate static func notDeclared(_ name: GraphQLName) -> Self {
        invalidVariable(name, "is given a value and is not declared")
    }

    static func nullNotAllowed(in variable: GraphQLVariableDefinition) -> Self {
        invalidVariable(variable.name, "has a null that its type \(variable.type) does not allow")
    }

    fileprivate static func invalidVariable(_ name: GraphQLName, _ fault: String) -> Self {
        Self(.invalidValue, "the variable '$\(name.shown)' \(fault)")
    }
}
