// SPDX-License-Identifier: Apache-2.0
//
// Why a body is not a GraphQL response, or lacks what is asked of it.

/// The reason why a body is not a GraphQL response, or why it lacks what is asked of it.
public struct GraphQLResponseError: Error, Hashable, Sendable {
    /// What kind of fault it is. Compare with the static members; more may come.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case malformed, notAResponse, duplicateKey, missingMember
        }

        private let kind: Kind

        /// The body is not JSON, or nests too deep.
        public static let malformed = Code(kind: .malformed)
        /// The body is JSON and not a GraphQL response.
        public static let notAResponse = Code(kind: .notAResponse)
        /// A key comes twice, so that two values claim one place.
        public static let duplicateKey = Code(kind: .duplicateKey)
        /// The response has no such member.
        public static let missingMember = Code(kind: .missingMember)

        /// The name of the code.
        public var description: String { kind.rawValue }
    }

    /// What kind of fault it is.
    public var code: Code
    /// What is wrong, for a person. Holds nothing of the body but names of response keys.
    public var message: String
    /// Where in the body, in bytes from its start, if it is one place.
    public var offset: Int?

    init(_ code: Code, _ message: String, offset: Int? = nil) {
        self.code = code
        self.message = message
        self.offset = offset
    }
}

extension GraphQLResponseError: CustomStringConvertible {
    /// Code, place and message, for a person.
    public var description: String {
        "\(code)\(offset.map { " at byte \($0)" } ?? ""): \(message)"
    }
}
