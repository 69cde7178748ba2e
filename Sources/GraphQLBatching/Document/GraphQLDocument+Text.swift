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
        var printer = GraphQLPrinter(isPretty: style == .pretty)
        for operation in operations { printer.print(operation) }
        for fragment in fragments { printer.print(fragment) }
        return String(decoding: printer.bytes, as: UTF8.self)
    }
}

/// Appends the nodes of a document to a buffer.
struct GraphQLPrinter {
    private(set) var bytes: [UInt8] = []
    private let isPretty: Bool
    private var level = 0

    init(isPretty: Bool) {
        self.isPretty = isPretty
        bytes.reserveCapacity(1024)
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
        if isPretty, !bytes.isEmpty { put("\n\n") }
    }

    private mutating func print(_ variables: [GraphQLVariableDefinition]) {
        guard !variables.isEmpty else { return }
        put("(")
        for (index, variable) in variables.enumerated() {
            if index > 0, isPretty { put(", ") }
            put("$")
            print(variable.name)
            colon()
            print(text: variable.type.description)
            if let value = variable.defaultValue {
                put(isPretty ? " = " : "=")
                print(value)
            }
            print(variable.directives)
        }
        put(")")
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
            print(field.arguments)
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
            print(directive.arguments)
        }
    }

    private mutating func print(_ arguments: [GraphQLName: GraphQLArgument]) {
        guard !arguments.isEmpty else { return }
        var separator: StaticString = "("
        arguments.forEachSorted { name, argument in
            put(separator)
            separator = isPretty ? ", " : ","
            print(name)
            colon()
            print(argument.wrapped)
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
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
    }
}
