// SPDX-License-Identifier: Apache-2.0
//
// The text of a document: canonical, so that equal documents have equal text in every process.

extension GraphQLDocument {
    /// How a document is laid out.
    public enum TextStyle: Hashable, Sendable, CaseIterable {
        /// Without a character that could be left out. What travels.
        case compact
        /// Indented, a selection a line. What people read.
        case pretty
    }

    /// The document as GraphQL text.
    ///
    /// Equal documents have equal text: arguments and input fields are sorted by name, directives and selections keep
    /// their order, and operations stand before fragments. Parsing the text gives this document again.
    ///
    /// Strings are escaped so that every server reads them, also those of the edition of October 2021; block strings
    /// are not used.
    ///
    /// - Complexity: O(*n*) in the length of the text, plus sorting where a field has several arguments.
    public func text(_ style: TextStyle = .compact) -> String {
        let count = operations.reduce(fragments.count) { $0 + $1.selectionSet.selections.count }
        var printer = GraphQLPrinter(isPretty: style == .pretty, capacity: 64 * (count + 4))
        for operation in operations { printer.print(operation) }
        for fragment in fragments { printer.print(fragment) }
        return printer.bytes.text
    }
}

/// Appends the nodes of a document to a buffer.
struct GraphQLPrinter: ~Copyable {
    private(set) var bytes: ByteBuffer
    private let isPretty: Bool
    private var level = 0

    init(isPretty: Bool, capacity: Int) {
        self.isPretty = isPretty
        bytes = ByteBuffer(capacity: capacity)
    }

    // MARK: Definitions

    mutating func print(_ operation: GraphQLOperation) {
        beginDefinition()
        let hasHeader = operation.name != nil || !operation.variables.isEmpty || !operation.directives.isEmpty
        if operation.kind != .query || hasHeader {
            print(text: operation.kind.rawValue)
            if let name = operation.name {
                put(" ")
                print(name)
            }
            print(operation.variables)
            print(operation.directives)
            space()
        }
        print(operation.selectionSet)
    }

    mutating func print(_ fragment: GraphQLFragment) {
        beginDefinition()
        put("fragment ")
        print(fragment.name)
        put(" on ")
        print(fragment.typeCondition)
        print(fragment.directives)
        space()
        print(fragment.selectionSet)
    }

    private mutating func beginDefinition() {
        if isPretty, bytes.count > 0 { put("\n\n") }
    }

    private mutating func print(_ variables: [GraphQLVariableDefinition]) {
        guard !variables.isEmpty else { return }
        put("(")
        for (index, variable) in variables.enumerated() {
            if index > 0, isPretty { put(", ") }
            put("$")
            print(variable.name)
            colon()
            print(variable.type)
            if let value = variable.defaultValue {
                put(isPretty ? " = " : "=")
                print(value)
            }
            print(variable.directives)
        }
        put(")")
    }

    private mutating func print(_ type: GraphQLType) {
        switch type {
        case .named(let name): print(name)
        case .list(let element):
            put("[")
            print(element)
            put("]")
        case .nonNull(let nullable):
            print(nullable)
            put("!")
        }
    }

    // MARK: Selections

    private mutating func print(_ set: GraphQLSelectionSet) {
        put("{")
        level += 1
        for selection in set.selections {
            if isPretty {
                newLine()
            } else if case .field = selection, bytes.last?.endsWord == true {
                put(" ")
            }
            print(selection)
        }
        level -= 1
        if isPretty { newLine() }
        put("}")
    }

    private mutating func print(_ selection: GraphQLSelection) {
        switch selection {
        case .field(let field):
            if let alias = field.alias {
                print(alias)
                colon()
            }
            print(field.name)
            print(field.sortedArguments)
            print(field.directives)
            if let set = field.selectionSet {
                space()
                print(set)
            }
        case .fragmentSpread(let spread):
            put("...")
            print(spread.name)
            print(spread.directives)
        case .inlineFragment(let fragment):
            put("...")
            if let type = fragment.typeCondition {
                put(isPretty ? " on " : "on ")
                print(type)
            }
            print(fragment.directives)
            space()
            print(fragment.selectionSet)
        }
    }

    private mutating func print(_ directives: [GraphQLDirective]) {
        for directive in directives {
            space()
            put("@")
            print(directive.name)
            print(directive.sortedArguments)
        }
    }

    private mutating func print(_ arguments: [GraphQLNamedArgument]) {
        guard !arguments.isEmpty else { return }
        put("(")
        for (index, element) in arguments.enumerated() {
            if index > 0 { put(separator) }
            print(element.name)
            colon()
            print(element.argument.wrapped)
        }
        put(")")
    }

    // MARK: Pieces

    mutating func print(_ name: GraphQLName) { bytes.append(utf8Of: name.text) }

    mutating func print(text: String) { bytes.append(utf8Of: text) }

    /// Prints what the language itself writes.
    mutating func put(_ token: StaticString) { bytes.append(token) }

    mutating func print(quoted text: String) { bytes.appendQuoted(text) }

    /// What separates the elements of a list.
    var separator: StaticString { isPretty ? ", " : "," }

    mutating func colon() { put(isPretty ? ": " : ":") }

    private mutating func space() {
        if isPretty { put(" ") }
    }

    private mutating func newLine() {
        put("\n")
        for _ in 0..<level { put("  ") }
    }
}
