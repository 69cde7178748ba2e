// SPDX-License-Identifier: Apache-2.0
//
// Values leave the document: each becomes a variable with a name that depends on its place alone.

extension GraphQLOperation {
    /// This operation and its fragments with every value that is to travel as a variable turned into one.
    ///
    /// A variable is named after the way to its argument: `a0_id` for the argument `id` of the top-level field with
    /// response name `a0`, `a0_related_first` further down, `Parts_related_first` in the fragment `Parts`, and
    /// `a0_include_if` for a directive. So equal shapes have equal text, whatever their values. Where two ways make
    /// one name, or where the operation declares it itself, the later one gets `_2`, `_3` and so on.
    ///
    /// New variables stand behind the declared ones, in the order of the text.
    ///
    /// - Complexity: O(*n*) in the size of the operation and its fragments.
    func hoisted(
        fragments: [GraphQLFragment]
    ) -> (operation: GraphQLOperation, fragments: [GraphQLFragment], variables: [String: GraphQLValue]) {
        var hoister = GraphQLHoister(declared: variables, expectedCount: selectionSet.selections.count)
        var operation = self
        operation.directives = hoister.hoist(directives)
        if let set = hoister.hoist(selectionSet) { operation.selectionSet = set }
        let fragments = fragments.map { fragment in
            var result = fragment
            hoister.way = [fragment.name.text]
            result.directives = hoister.hoist(fragment.directives)
            if let set = hoister.hoist(fragment.selectionSet) { result.selectionSet = set }
            return result
        }
        operation.variables += hoister.definitions
        return (operation, fragments, hoister.hoisted.mapValues(\.value))
    }
}

/// The walk that takes values out of a document.
private struct GraphQLHoister {
    /// The names from the top to the current place.
    var way: [String] = []
    private(set) var definitions: [GraphQLVariableDefinition] = []
    private(set) var hoisted: [String: (value: GraphQLValue, type: GraphQLType)] = [:]
    private let declared: Set<String>

    init(declared: [GraphQLVariableDefinition], expectedCount: Int) {
        self.declared = Set(declared.map(\.name.text))
        hoisted.reserveCapacity(expectedCount)
        definitions.reserveCapacity(expectedCount)
    }

    /// The set without values; `nil` if it holds none.
    mutating func hoist(_ set: GraphQLSelectionSet) -> GraphQLSelectionSet? {
        var selections: [GraphQLSelection] = []
        for (index, selection) in set.selections.enumerated() {
            let hoisted = hoist(selection)
            if hoisted != nil, selections.isEmpty {
                selections.reserveCapacity(set.selections.count)
                selections += set.selections[..<index]
            }
            if hoisted != nil || !selections.isEmpty { selections.append(hoisted ?? selection) }
        }
        return selections.isEmpty ? nil : GraphQLSelectionSet(on: set.type, selections)
    }

    private mutating func hoist(_ selection: GraphQLSelection) -> GraphQLSelection? {
        switch selection {
        case .field(var field):
            guard !field.isBareLeaf else { return nil }
            way.append(field.responseName.text)
            defer { way.removeLast() }
            if let arguments = hoist(field.arguments) { field.arguments = arguments }
            field.directives = hoist(field.directives)
            if let set = field.selectionSet, let hoisted = hoist(set) { field.selectionSet = hoisted }
            return .field(field)
        case .fragmentSpread(var spread):
            guard !spread.directives.isEmpty else { return nil }
            way.append(spread.name.text)
            defer { way.removeLast() }
            spread.directives = hoist(spread.directives)
            return .fragmentSpread(spread)
        case .inlineFragment(var fragment):
            fragment.directives = hoist(fragment.directives)
            if let set = hoist(fragment.selectionSet) { fragment.selectionSet = set }
            return .inlineFragment(fragment)
        }
    }

    mutating func hoist(_ directives: [GraphQLDirective]) -> [GraphQLDirective] {
        var directives = directives
        for index in directives.indices {
            way.append(directives[index].name.text)
            if let arguments = hoist(directives[index].arguments) { directives[index].arguments = arguments }
            way.removeLast()
        }
        return directives
    }

    /// The arguments without values; `nil` if they hold none.
    private mutating func hoist(
        _ arguments: [GraphQLName: GraphQLArgument]
    ) -> [GraphQLName: GraphQLArgument]? {
        guard arguments.values.contains(where: \.isHoisted) else { return nil }
        var result = arguments
        // By position: a name that is there already need not be looked for.
        arguments.forEachSortedIndex { index in
            guard case .hoisted(let value, let type) = arguments.values[index].storage else { return }
            result.values[index] = .variable(variable(for: arguments.keys[index], value: value, type: type))
        }
        return result
    }

    private mutating func variable(for argument: GraphQLName, value: GraphQLValue, type: GraphQLType) -> GraphQLName {
        var base = ""
        for step in way { base += step + "_" }
        base += argument.text
        if base.utf8.starts(with: "__".utf8) { base = "v" + base }
        var name = base
        var count = 1
        while !claim(name, value: value, type: type) {
            count += 1
            name = "\(base)_\(count)"
        }
        return GraphQLName(unchecked: name)
    }

    /// Makes a variable of a name, if the name is free or its variable holds the same value: two selections that merge.
    private mutating func claim(_ name: String, value: GraphQLValue, type: GraphQLType) -> Bool {
        guard !declared.contains(name) else { return false }
        guard let taken = hoisted.updateValue((value, type), forKey: name) else {
            definitions.append(GraphQLVariableDefinition(GraphQLName(unchecked: name), type))
            return true
        }
        hoisted[name] = taken
        return taken == (value, type)
    }
}

extension GraphQLArgument {
    fileprivate var isHoisted: Bool {
        if case .hoisted = storage { true } else { false }
    }
}

extension GraphQLField {
    fileprivate var isBareLeaf: Bool { selectionSet == nil && arguments.isEmpty && directives.isEmpty }
}
