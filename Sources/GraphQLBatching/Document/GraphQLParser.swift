// SPDX-License-Identifier: Apache-2.0
//
// Turns text into the nodes of a document: definitions and selections.

/// A parser by recursive descent, one method for each production of the grammar
/// ([GraphQL, appendix C](https://spec.graphql.org/September2025/#sec-Grammar-Summary)), executable part.
///
/// Hostile text costs time and memory in proportion to its length and no more: the number of tokens and the depth of
/// nesting are bounded.
struct GraphQLParser {
    private var lexer: GraphQLLexer
    private var tokenCount = 0
    private var depth = 0
    /// The token to look at.
    private(set) var token: GraphQLToken

    init(_ text: String) throws(GraphQLDocumentError) {
        lexer = GraphQLLexer(text)
        token = try lexer.next()
    }

    // MARK: Definitions

    mutating func document() throws(GraphQLDocumentError) -> (
        operations: [GraphQLOperation], fragments: [GraphQLFragment]
    ) {
        var operations: [GraphQLOperation] = []
        var fragments: [GraphQLFragment] = []
        repeat {
            if isAt("{") {
                operations.append(GraphQLOperation(.query, selecting: try selectionSet()))
            } else if token.kind == .name, let kind = GraphQLOperation.Kind(rawValue: text) {
                operations.append(try operation(kind))
            } else if try takeKeyword("fragment") {
                fragments.append(try fragment())
            } else {
                throw unexpected(wanted: "query, mutation, subscription, fragment or '{'")
            }
        } while token.kind != .end
        return (operations, fragments)
    }

    private mutating func operation(_ kind: GraphQLOperation.Kind) throws(GraphQLDocumentError) -> GraphQLOperation {
        try advance()
        return GraphQLOperation(
            kind,
            name: token.kind == .name ? try name() : nil,
            variables: try variableDefinitions(),
            directives: try directives(),
            selecting: try selectionSet()
        )
    }

    private mutating func fragment() throws(GraphQLDocumentError) -> GraphQLFragment {
        guard token.kind == .name, text != "on" else { throw unexpected(wanted: "a fragment's name other than 'on'") }
        let name = try name()
        guard try takeKeyword("on") else { throw unexpected(wanted: "'on'") }
        return GraphQLFragment(
            name,
            on: try self.name(),
            directives: try directives(),
            selecting: try selectionSet()
        )
    }

    private mutating func variableDefinitions() throws(GraphQLDocumentError) -> [GraphQLVariableDefinition] {
        var definitions: [GraphQLVariableDefinition] = []
        guard try take("(") else { return definitions }
        repeat {
            try expect("$")
            let name = try name()
            try expect(":")
            definitions.append(
                GraphQLVariableDefinition(
                    name,
                    try type(),
                    default: try take("=") ? try value(isConstant: true) : nil,
                    directives: try directives(areConstant: true)
                )
            )
        } while try !take(")")
        return definitions
    }

    // MARK: Selections

    mutating func selectionSet() throws(GraphQLDocumentError) -> GraphQLSelectionSet {
        try enter()
        defer { leave() }
        try expect("{")
        let selections = try selections { $0.isAt("}") }
        try expect("}")
        return GraphQLSelectionSet(selections)
    }

    /// One or more selections, up to where the caller says.
    mutating func selections(
        until isEnd: (borrowing GraphQLParser) -> Bool
    ) throws(GraphQLDocumentError) -> [GraphQLSelection] {
        var selections: [GraphQLSelection] = []
        repeat {
            selections.append(token.kind == .spread ? try spread() : .field(try field()))
        } while !isEnd(self)
        return selections
    }

    private mutating func field() throws(GraphQLDocumentError) -> GraphQLField {
        var name = try name(wanted: "a field, '...' or '}'")
        var alias: GraphQLName?
        if try take(":") {
            alias = name
            name = try self.name()
        }
        return GraphQLField(
            alias: alias,
            name,
            arguments: try arguments(),
            directives: try directives(),
            selecting: isAt("{") ? try selectionSet() : nil
        )
    }

    private mutating func spread() throws(GraphQLDocumentError) -> GraphQLSelection {
        try advance()
        let hasCondition = try takeKeyword("on")
        if !hasCondition, token.kind == .name {
            return .fragmentSpread(GraphQLFragmentSpread(try name(), directives: try directives()))
        }
        return .inlineFragment(
            GraphQLInlineFragment(
                on: hasCondition ? try name() : nil,
                directives: try directives(),
                selecting: try selectionSet()
            )
        )
    }
}

// MARK: - Tokens

extension GraphQLParser {
    /// The text of the token.
    var text: String { String(decoding: lexer.bytes[token.range], as: UTF8.self) }

    func isAt(_ punctuator: Unicode.Scalar) -> Bool {
        if case .punctuator(let byte) = token.kind { byte == punctuator } else { false }
    }

    mutating func advance() throws(GraphQLDocumentError) {
        tokenCount += 1
        guard tokenCount <= GraphQLDocument.maximumTokenCount else {
            throw error("the text has more than \(GraphQLDocument.maximumTokenCount) tokens")
        }
        token = try lexer.next()
    }

    /// Takes a punctuator if it is there.
    mutating func take(_ punctuator: Unicode.Scalar) throws(GraphQLDocumentError) -> Bool {
        guard isAt(punctuator) else { return false }
        try advance()
        return true
    }

    mutating func expect(_ punctuator: Unicode.Scalar) throws(GraphQLDocumentError) {
        guard try take(punctuator) else { throw unexpected(wanted: "'\(punctuator)'") }
    }

    /// Takes a name that has a meaning here if it is there.
    mutating func takeKeyword(_ keyword: String) throws(GraphQLDocumentError) -> Bool {
        guard token.kind == .name, text == keyword else { return false }
        try advance()
        return true
    }

    mutating func name(wanted: String = "a name") throws(GraphQLDocumentError) -> GraphQLName {
        guard token.kind == .name else { throw unexpected(wanted: wanted) }
        let name = GraphQLName(unchecked: text)
        try advance()
        return name
    }

    func expectEnd() throws(GraphQLDocumentError) {
        guard token.kind == .end else { throw unexpected(wanted: "the end of the text") }
    }

    /// Goes one level deeper, which is refused beyond the bound.
    mutating func enter() throws(GraphQLDocumentError) {
        depth += 1
        guard depth <= GraphQLDocument.maximumDepth else {
            throw error("the text nests more than \(GraphQLDocument.maximumDepth) levels")
        }
    }

    mutating func leave() { depth -= 1 }

    /// An error at a token: the one to look at, if no other is given.
    func error(
        _ message: String,
        at place: GraphQLToken? = nil,
        code: GraphQLDocumentError.Code = .syntax
    ) -> GraphQLDocumentError {
        lexer.error(message, at: (place ?? token).range.lowerBound, code: code)
    }

    /// What was wanted and what is there. The content of strings and numbers is a caller's data and stays out.
    func unexpected(wanted: String) -> GraphQLDocumentError {
        let found =
            switch token.kind {
            case .punctuator(let byte): "'\(Unicode.Scalar(byte))'"
            case .spread: "'...'"
            case .name: "'\(text.prefix(64))'"
            case .int, .float: "a number"
            case .string: "a string"
            case .end: "the end of the text"
            }
        return error("expected \(wanted), found \(found)")
    }
}
