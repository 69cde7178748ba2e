// SPDX-License-Identifier: Apache-2.0
//
// From single fields to one aliased document.

extension GraphQLRequest {
    /// The request that asks for several fields at once: aliased `a0`, `a1`, …, their values in variables.
    ///
    /// A selection set that says its type and occurs more than once is printed once, as a fragment `F0`, `F1`, …; equal
    /// shapes in equal numbers always have the same text.
    ///
    /// - Throws: ``GraphQLDocumentError`` if one of the fields is not valid.
    init(coalescing fields: [GraphQLField], kind: GraphQLOperation.Kind) throws(GraphQLDocumentError) {
        var fragments = SharedFragments(for: fields)
        let aliased = fields.enumerated().map { index, field in
            var field = field
            field.alias = .alias(index)
            field.selectionSet = field.selectionSet.map { fragments.replace($0) }
            return GraphQLSelection.field(field)
        }
        try self.init(
            GraphQLOperation(kind, selecting: GraphQLSelectionSet(aliased)),
            fragments: fragments.fragments
        )
    }
}

/// The fragments of a coalesced document: one for each selection set that occurs more than once.
private struct SharedFragments {
    private var occurrences: [GraphQLSelectionSet: Int] = [:]
    private var names: [GraphQLSelectionSet: GraphQLName] = [:]
    private(set) var fragments: [GraphQLFragment] = []

    init(for fields: [GraphQLField]) {
        for case let set? in fields.map(\.selectionSet) where set.type != nil {
            occurrences[set, default: 0] += 1
        }
    }

    mutating func replace(_ set: GraphQLSelectionSet) -> GraphQLSelectionSet {
        guard let type = set.type, occurrences[set, default: 0] > 1 else { return set }
        let name = names[set] ?? GraphQLName(unchecked: "F\(fragments.count)")
        if names[set] == nil {
            names[set] = name
            fragments.append(GraphQLFragment(name, on: type, selecting: set))
        }
        return GraphQLSelectionSet([.fragmentSpread(GraphQLFragmentSpread(name))])
    }
}

extension GraphQLName {
    /// The alias of the field at an index of a coalesced document.
    static func alias(_ index: Int) -> GraphQLName { GraphQLName(unchecked: "a\(index)") }
}

extension GraphQLField {
    /// Makes sure that a field means the same in any document: a variable or a named fragment of its own document could
    /// be mistaken for another caller's.
    func checkSelfContained() throws(GraphQLDocumentError) {
        if let directive = directives.first(where: { ["skip", "include"].contains($0.name) }) {
            throw .notSelfContained("is under '@\(directive.name)'; leave the field out instead")
        }
        try checkWithin()
    }

    /// The part of ``checkSelfContained()`` that is not the same for all fields of a shape.
    func checkArguments() throws(GraphQLDocumentError) {
        for argument in sortedArguments { try argument.argument.checkSelfContained() }
    }

    fileprivate func checkWithin() throws(GraphQLDocumentError) {
        try checkArguments()
        for directive in directives { try directive.checkSelfContained() }
        try selectionSet?.checkSelfContained()
    }
}

extension GraphQLSelectionSet {
    fileprivate func checkSelfContained() throws(GraphQLDocumentError) {
        for selection in selections {
            switch selection {
            case .field(let field):
                try field.checkWithin()
            case .inlineFragment(let fragment):
                for directive in fragment.directives { try directive.checkSelfContained() }
                try fragment.selectionSet.checkSelfContained()
            case .fragmentSpread(let spread):
                throw .notSelfContained("uses the fragment '\(spread.name)'; select its fields instead")
            }
        }
    }
}

extension GraphQLDirective {
    fileprivate func checkSelfContained() throws(GraphQLDocumentError) {
        for argument in sortedArguments { try argument.argument.checkSelfContained() }
    }
}

extension GraphQLArgument {
    fileprivate func checkSelfContained() throws(GraphQLDocumentError) {
        switch storage {
        case .literal(let value), .hoisted(let value, _):
            if let name = value.firstVariable {
                throw .notSelfContained("uses the variable '$\(name)'; give its value instead")
            }
        }
    }
}

extension GraphQLValue {
    fileprivate var firstVariable: GraphQLName? {
        switch self {
        case .variable(let name): name
        case .list(let values): values.lazy.compactMap(\.firstVariable).first
        case .object(let members): members.values.lazy.compactMap(\.firstVariable).first
        case .null, .boolean, .int, .float, .string, .enumCase: nil
        }
    }
}

extension GraphQLDocumentError {
    fileprivate static func notSelfContained(_ what: String) -> Self {
        Self(.invalidDocument, "A field that is sent together with others \(what).")
    }
}
