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
            print(operation.kind.rawValue)
            if let name = operation.name {
                print(" ")
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
        print("fragment ")
        print(fragment.name)
        print(" on ")
        print(fragment.typeCondition)
        print(fragment.directives)
        space()
        print(fragment.selectionSet)
    }

    private mutating func beginDefinition() {
        if isPretty, !bytes.isEmpty { print("\n\n") }
    }

    private mutating func print(_ variables: [GraphQLVariableDefinition]) {
        guard !variables.isEmpty else { return }
        print("(")
        for (index, variable) in variables.enumerated() {
            if index > 0, isPretty { print(", ") }
            print("$")
            print(variable.name)
            colon()
            print(variable.type.description)
            if let value = variable.defaultValue {
                print(isPretty ? " = " : "=")
                print(value)
            }
            print(variable.directives)
        }
        print(")")
    }

    // MARK: Selections

    private mutating func print(_ set: GraphQLSelectionSet) {
        print("{")
        level += 1
        for selection in set.selections {
            if isPretty {
                newLine()
            } else if case .field = selection, bytes.last?.endsWord == true {
                print(" ")
            }
            print(selection)
        }
        level -= 1
        if isPretty { newLine() }
        print("}")
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
            print("...")
            print(spread.name)
            print(spread.directives)
        case .inlineFragment(let fragment):
            print("...")
            if let type = fragment.typeCondition {
                print(isPretty ? " on " : "on ")
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
            print("@")
            print(directive.name)
            print(directive.arguments)
        }
    }

    private mutating func print(_ arguments: [GraphQLName: GraphQLArgument]) {
        guard !arguments.isEmpty else { return }
        var separator = "("
        arguments.forEachSorted { name, argument in
            print(separator)
            separator = isPretty ? ", " : ","
            print(name)
            colon()
            print(argument.wrapped)
        }
        print(")")
    }

    // MARK: Pieces

    mutating func print(_ name: GraphQLName) { bytes.append(contentsOf: name.text.utf8) }

    mutating func print(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func print(quoted text: String) { bytes.appendQuoted(text) }

    /// What separates the elements of a list.
    var separator: String { isPretty ? ", " : "," }

    mutating func colon() { print(isPretty ? ": " : ":") }

    private mutating func space() {
        if isPretty { print(" ") }
    }

    private mutating func newLine() {
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
    }
}
