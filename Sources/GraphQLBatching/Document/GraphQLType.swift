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

extension GraphQLType {
    /// Whether null is no value of it.
    var isNonNull: Bool {
        if case .nonNull = self { true } else { false }
    }

    /// The type without its outermost `!`.
    var nullable: GraphQLType {
        if case .nonNull(let wrapped) = self { wrapped } else { self }
    }

    /// The name inside all lists and `!`.
    var innermost: GraphQLName {
        switch self {
        case .named(let name): name
        case .list(let wrapped), .nonNull(let wrapped): wrapped.innermost
        }
    }

    /// Whether every value of this type may stand where the other is wanted.
    func fits(_ wanted: GraphQLType) -> Bool {
        switch (self, wanted) {
        case (.nonNull(let own), .nonNull(let wanted)): own.fits(wanted)
        case (.nonNull(let own), _): own.fits(wanted)
        case (.list(let own), .list(let wanted)): own.fits(wanted)
        case (.named(let own), .named(let wanted)): own == wanted
        default: false
        }
    }
}
