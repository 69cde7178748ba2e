// SPDX-License-Identifier: Apache-2.0
//
// Why a name, a text or a document is refused before anything is sent.

/// The reason why a name, a text or a document is not valid GraphQL.
public struct GraphQLDocumentError: Error, Hashable, Sendable {
    /// What kind of fault it is. Compare with the static members; more may come.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case invalidName, syntax, invalidValue, invalidDocument, invalidSchema, schemaMismatch
        }

        private let kind: Kind

        /// A text that is not a name where a name is needed.
        public static let invalidName = Code(kind: .invalidName)
        /// A text that does not parse.
        public static let syntax = Code(kind: .syntax)
        /// A value that cannot be written, such as a number that is not finite.
        public static let invalidValue = Code(kind: .invalidValue)
        /// Parts that do not belong together: an unknown fragment, two variables of one name, and so on.
        public static let invalidDocument = Code(kind: .invalidDocument)

        /// A schema that cannot be loaded.
        public static let invalidSchema = Code(kind: .invalidSchema)
        /// A document that does not fit a schema: an unknown field, a missing argument, and so on.
        public static let schemaMismatch = Code(kind: .schemaMismatch)

        /// The name of the code.
        public var description: String { kind.rawValue }
    }

    /// A place in a text.
    public struct Location: Hashable, Sendable {
        /// The line, counted from 1.
        public var line: Int
        /// The column in the line, counted from 1 in Unicode scalars.
        public var column: Int
    }

    /// What kind of fault it is.
    public var code: Code
    /// What is wrong and where, for a person.
    public var message: String
    /// Where in a parsed text, if it is one.
    public var location: Location?

    init(_ code: Code, _ message: String, at location: Location? = nil) {
        self.code = code
        self.message = message
        self.location = location
    }

    static func invalidName(_ text: String) -> Self {
        let shown = String(text.prefix(64)).debugDescription
        return Self(.invalidName, "\(shown) is not a GraphQL name: use ASCII letters, digits and _, not a digit first.")
    }
}

extension GraphQLDocumentError: CustomStringConvertible {
    /// Code, place and message, for a person.
    public var description: String {
        let place = location.map { " (line \($0.line), column \($0.column))" } ?? ""
        return "\(code)\(place): \(message)"
    }
}
