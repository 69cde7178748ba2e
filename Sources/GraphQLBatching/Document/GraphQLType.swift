// SPDX-License-Identifier: Apache-2.0
//
// The type of a variable.

/// A reference to an input type, such as `[ID!]!`
/// ([GraphQL, section 2.11](https://spec.graphql.org/September2025/#sec-Type-References)).
public indirect enum GraphQLType: Hashable, Sendable {
    /// A type by its name.
    case named(GraphQLName)
    /// A list of a type.
    case list(GraphQLType)
    /// A type without null. What it wraps is never itself a `nonNull`.
    case nonNull(GraphQLType)
}

extension GraphQLType: CustomStringConvertible {
    /// The reference as GraphQL text.
    public var description: String {
        switch self {
        case .named(let name): name.text
        case .list(let element): "[\(element)]"
        case .nonNull(let wrapped): "\(wrapped)!"
        }
    }
}
