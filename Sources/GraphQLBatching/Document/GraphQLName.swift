// SPDX-License-Identifier: Apache-2.0
//
// A name that is safe to print into a document. Invalid ones cannot exist.

/// A name of the GraphQL language: of a field, an alias, an argument, a type, a variable, a fragment.
///
/// `[_A-Za-z][_0-9A-Za-z]*`, ASCII only
/// ([GraphQL, section 2.1.9](https://spec.graphql.org/September2025/#sec-Names)).
///
/// Names that a program knows are written as literals; names from elsewhere are checked:
///
/// ```swift
/// import GraphQLBatching
///
/// func column(chosenByUser text: String) throws -> GraphQLField {
///     GraphQLField(try GraphQLName(text))
/// }
/// ```
public struct GraphQLName: Hashable, Sendable {
    /// The name's text.
    public let text: String

    /// Checks a name.
    ///
    /// - Throws: ``GraphQLDocumentError`` with ``GraphQLDocumentError/Code/invalidName`` that shows the offender.
    public init(_ text: String) throws(GraphQLDocumentError) {
        guard Self.isValid(text) else { throw .invalidName(text) }
        self.text = text
    }

    /// A name known to be valid because this module made it.
    init(unchecked text: String) {
        assert(Self.isValid(text))
        self.text = text
    }

    static func isValid(_ text: String) -> Bool {
        var text = text
        return text.withUTF8(isValid)
    }

    private static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = bytes.first, first.isNameStart else { return false }
        return bytes.allSatisfy { $0.isNameStart || $0.isDigit }
    }
}

extension GraphQLName: ExpressibleByStringLiteral {
    /// A name in the program's own text.
    ///
    /// - Precondition: The literal is a valid name. Use the throwing ``init(_:)`` for text that is not a literal.
    public init(stringLiteral text: StaticString) {
        precondition(
            text.withUTF8Buffer(Self.isValid),
            "'\(text)' is not a GraphQL name: letters, digits and _, not a digit first"
        )
        self.text = text.description
    }
}

extension GraphQLName: Comparable {
    /// Names are ordered by their bytes.
    public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

extension GraphQLName: CustomStringConvertible {
    /// The name's text.
    public var description: String { text }

    /// The name for a message, cut if it is long.
    var shown: String { text.utf8.count <= 64 ? text : "\(text.prefix(64))…" }
}
