// SPDX-License-Identifier: Apache-2.0
//
// The rules that a document keeps and that need no schema.

extension GraphQLDocument {
    /// Puts a document together and checks every rule that needs no schema
    /// ([GraphQL, section 5](https://spec.graphql.org/September2025/#sec-Validation)):
    ///
    /// - there is an operation; an anonymous one stands alone; operations, fragments and the variables of an operation
    ///   have different names;
    /// - a fragment that is spread is defined, one that is defined is used, and none contains itself;
    /// - a variable that is used is defined, one that is defined is used, also through fragments; defaults are constant;
    /// - fields of one response name are the same field with the same arguments. Under different type conditions this
    ///   depends on the schema and is left to the server;
    /// - no selection set is empty, and names with two leading underscores are left to introspection;
    /// - literals can be written: whole numbers in 32 bits, finite floats, keys that are names;
    /// - no argument is still to be hoisted: a ``GraphQLRequest`` does that, a document has no place for the value.
    ///
    /// The types that selection sets are said to be of are dropped: a text has no place for them.
    ///
    /// - Throws: ``GraphQLDocumentError`` that names the definition and the path to the offender.
    /// - Complexity: O(*n*) for the size of the document. Where fragments make it larger than it is written, a bound of
    ///   half a million steps holds, and a document that needs more is refused.
    public init(
        operations: [GraphQLOperation],
        fragments: [GraphQLFragment] = []
    ) throws(GraphQLDocumentError) {
        try Self(unchecked: operations, fragments: fragments).check()
        self.init(unchecked: operations.map(\.withoutTypes), fragments: fragments.map(\.withoutTypes))
    }

    /// Checks every rule that needs no schema.
    func check() throws(GraphQLDocumentError) {
        let fragmentIndices = try checkNames()
        var operationUses: [GraphQLDefinitionUses] = []
        for operation in operations {
            operationUses.append(try GraphQLDefinitionCheck.uses(of: operation, fragmentIndices: fragmentIndices))
        }
        var fragmentUses: [GraphQLDefinitionUses] = []
        for fragment in fragments {
            fragmentUses.append(try GraphQLDefinitionCheck.uses(of: fragment, fragmentIndices: fragmentIndices))
        }
        try GraphQLUsesCheck(document: self, operationUses: operationUses, fragmentUses: fragmentUses).check()
        try GraphQLMergeCheck.check(self, fragmentIndices: fragmentIndices)
    }

    /// Checks the names of the definitions; gives the position of each fragment.
    private func checkNames() throws(GraphQLDocumentError) -> [GraphQLName: Int] {
        guard !operations.isEmpty else { throw .invalidDocument("a document needs an operation") }
        var names: Set<GraphQLName> = []
        for operation in operations {
            guard let name = operation.name else {
                guard operations.count == 1 else {
                    throw .invalidDocument("an operation without a name must be the only one")
                }
                continue
            }
            try name.checkIsNotReserved(in: GraphQLPlace(operation))
            guard names.insert(name).inserted else {
                throw .invalidDocument("two operations are named '\(name.shown)'")
            }
        }
        var fragmentIndices: [GraphQLName: Int] = [:]
        for (index, fragment) in fragments.enumerated() {
            try fragment.name.checkIsNotReserved(in: GraphQLPlace(fragment))
            guard fragment.name != "on" else { throw .invalidDocument("no fragment may be named 'on'") }
            guard fragmentIndices.updateValue(index, forKey: fragment.name) == nil else {
                throw .invalidDocument("two fragments are named '\(fragment.name.shown)'")
            }
        }
        return fragmentIndices
    }
}

/// Where in a document a rule is broken.
struct GraphQLPlace {
    private enum Definition {
        case operation(GraphQLOperation.Kind, GraphQLName?)
        case fragment(GraphQLName)
    }

    private let definition: Definition
    /// The response names on the way.
    var path: [GraphQLName] = []

    init(_ operation: GraphQLOperation) { definition = .operation(operation.kind, operation.name) }

    init(_ fragment: GraphQLFragment) { definition = .fragment(fragment.name) }

    func error(
        _ message: String,
        code: GraphQLDocumentError.Code = .invalidDocument
    ) -> GraphQLDocumentError {
        let at = path.isEmpty ? "" : ", at \(path.map(\.shown).joined(separator: "."))"
        return GraphQLDocumentError(code, "\(description)\(at): \(message)")
    }

    private var description: String {
        switch definition {
        case .operation(let kind, .some(let name)): "\(kind.rawValue) \(name.shown)"
        case .operation(let kind, .none): "\(kind.rawValue)"
        case .fragment(let name): "fragment \(name.shown)"
        }
    }
}

extension GraphQLName {
    /// Whether the language keeps the name for itself.
    var isReserved: Bool {
        var bytes = text.utf8.makeIterator()
        return bytes.next() == UInt8(ascii: "_") && bytes.next() == UInt8(ascii: "_")
    }

    /// Refuses a name that the document gives and the language keeps for itself.
    func checkIsNotReserved(in place: GraphQLPlace) throws(GraphQLDocumentError) {
        guard !isReserved else {
            throw place.error("'\(shown)' begins with two underscores, which is reserved for introspection")
        }
    }
}

extension GraphQLDocumentError {
    static func invalidDocument(_ message: String) -> Self { Self(.invalidDocument, message) }
}
