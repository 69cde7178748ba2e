// SPDX-License-Identifier: Apache-2.0
//
// Documents, selection sets and types from GraphQL text.

extension GraphQLDocument {
    /// The most tokens that a text may have: 250,000.
    public static var maximumTokenCount: Int { 250_000 }

    /// The most levels that selections, values or types may nest: 128.
    public static var maximumDepth: Int { 128 }

    /// Parses and checks the text of an executable document.
    ///
    /// The grammar is that of September 2025 without descriptions. Block strings become ordinary ones, and the order
    /// of arguments and input fields is not kept: neither has a meaning.
    ///
    /// - Throws: ``GraphQLDocumentError`` with the place in the text, or for a text that parses with the reason of
    ///   ``init(operations:fragments:)``.
    /// - Complexity: O(*n*) in the length of the text. Texts of more than ``maximumTokenCount`` tokens and nesting
    ///   beyond ``maximumDepth`` are refused.
    public init(parsing text: String) throws(GraphQLDocumentError) {
        var parser = try GraphQLParser(text)
        let (operations, fragments) = try parser.document()
        try self.init(operations: operations, fragments: fragments)
    }
}

extension GraphQLSelectionSet {
    /// Parses the text of a selection set, such as `id name related { id }`.
    ///
    /// - Parameters:
    ///   - type: The type it is a selection of, if it is known.
    ///   - text: One or more selections, with or without braces around them.
    /// - Throws: ``GraphQLDocumentError`` with the place in the text. What needs the whole document, such as the
    ///   fragments that the text uses, is checked when the document is made.
    public init(on type: GraphQLName? = nil, parsing text: String) throws(GraphQLDocumentError) {
        var parser = try GraphQLParser(text)
        if parser.isAt("{") {
            self = try parser.selectionSet()
        } else {
            self.init(try parser.selections { $0.token.kind == .end })
        }
        try parser.expectEnd()
        self.type = type
    }
}

extension GraphQLType {
    /// Parses a type reference, such as `[ID!]!`.
    ///
    /// - Throws: ``GraphQLDocumentError`` with the place in the text.
    public init(parsing text: String) throws(GraphQLDocumentError) {
        var parser = try GraphQLParser(text)
        self = try parser.type()
        try parser.expectEnd()
    }
}

extension GraphQLType: ExpressibleByStringLiteral {
    /// A type reference in the program's own text.
    ///
    /// - Precondition: The literal is a valid reference. Use the throwing ``init(parsing:)`` for other text.
    public init(stringLiteral text: StaticString) {
        do {
            try self.init(parsing: text.description)
        } catch {
            preconditionFailure("'\(text)' is not a GraphQL type: \(error)")
        }
    }
}
