// SPDX-License-Identifier: Apache-2.0
//
// A named fragment.

/// A named fragment ([GraphQL, section 2.8](https://spec.graphql.org/September2025/#sec-Language.Fragments)).
public struct GraphQLFragment: Hashable, Sendable {
    /// The fragment's name; any but `on`.
    public var name: GraphQLName
    /// The type it applies to.
    public var typeCondition: GraphQLName
    /// The directives, in order.
    public var directives: [GraphQLDirective]
    /// What it selects.
    public var selectionSet: GraphQLSelectionSet

    /// Makes a fragment.
    public init(
        _ name: GraphQLName,
        on typeCondition: GraphQLName,
        directives: [GraphQLDirective] = [],
        selecting selectionSet: GraphQLSelectionSet
    ) {
        self.name = name
        self.typeCondition = typeCondition
        self.directives = directives
        self.selectionSet = selectionSet
    }
}
