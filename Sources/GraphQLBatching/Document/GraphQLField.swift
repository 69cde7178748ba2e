// SPDX-License-Identifier: Apache-2.0
//
// A field with its arguments, and what stands beside it in a selection set.

/// A field to select, with its arguments and, if it is composite, what to select of it
/// ([GraphQL, section 2.5](https://spec.graphql.org/September2025/#sec-Language.Fields)).
///
/// ```swift
/// import GraphQLBatching
///
/// func resource(id: String) -> GraphQLField {
///     GraphQLField("resource", arguments: ["id": .id(id)]) {
///         "id"
///         "name"
///         GraphQLField("related") { "id" }
///     }
/// }
/// ```
public struct GraphQLField: Hashable, Sendable {
    /// The name under which the result comes back, if it is not the field's own.
    public var alias: GraphQLName?
    /// The field's name.
    public var name: GraphQLName
    /// The arguments. Their order has no meaning; they are printed sorted.
    public var arguments: [GraphQLName: GraphQLArgument]
    /// The directives, in order.
    public var directives: [GraphQLDirective]
    /// What to select of a composite field; `nil` for a leaf.
    public var selectionSet: GraphQLSelectionSet?

    /// Makes a field.
    public init(
        alias: GraphQLName? = nil,
        _ name: GraphQLName,
        arguments: [GraphQLName: GraphQLArgument] = [:],
        directives: [GraphQLDirective] = [],
        selecting selectionSet: GraphQLSelectionSet? = nil
    ) {
        self.alias = alias
        self.name = name
        self.arguments = arguments
        self.directives = directives
        self.selectionSet = selectionSet
    }

    /// The key of this field's result: the alias, or the name if there is none.
    public var responseName: GraphQLName { alias ?? name }
}

/// A directive with its arguments, such as `@include(if: $detailed)`.
public struct GraphQLDirective: Hashable, Sendable {
    /// The name, without `@`.
    public var name: GraphQLName
    /// The arguments.
    public var arguments: [GraphQLName: GraphQLArgument]

    /// Makes a directive.
    public init(_ name: GraphQLName, arguments: [GraphQLName: GraphQLArgument] = [:]) {
        self.name = name
        self.arguments = arguments
    }
}
