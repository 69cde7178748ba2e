// SPDX-License-Identifier: Apache-2.0
//
// An operation: what is to be done, with the variables it takes.

/// An operation ([GraphQL, section 2.3](https://spec.graphql.org/September2025/#sec-Language.Operations)).
public struct GraphQLOperation: Hashable, Sendable {
    /// What an operation does.
    public enum Kind: String, Hashable, Sendable {
        /// Reads; its fields may run in parallel.
        case query
        /// Writes; its top-level fields run one after the other.
        case mutation
        /// A long-lived stream of events. It is parsed and printed, and no client here sends it.
        case subscription
    }

    /// What it does.
    public var kind: Kind
    /// Its name, if it has one. Servers' logs show it.
    public var name: GraphQLName?
    /// The variables it declares.
    public var variables: [GraphQLVariableDefinition]
    /// The directives, in order.
    public var directives: [GraphQLDirective]
    /// The top-level fields.
    public var selectionSet: GraphQLSelectionSet

    /// Makes an operation.
    public init(
        _ kind: Kind,
        name: GraphQLName? = nil,
        variables: [GraphQLVariableDefinition] = [],
        directives: [GraphQLDirective] = [],
        selecting selectionSet: GraphQLSelectionSet
    ) {
        self.kind = kind
        self.name = name
        self.variables = variables
        self.directives = directives
        self.selectionSet = selectionSet
    }
}

/// The declaration of a variable: `$first: Int = 10`.
public struct GraphQLVariableDefinition: Hashable, Sendable {
    /// The name, without `$`.
    public var name: GraphQLName
    /// The type.
    public var type: GraphQLType
    /// The value if the request gives none; a constant.
    public var defaultValue: GraphQLValue?
    /// The directives, in order.
    public var directives: [GraphQLDirective]

    /// Makes a declaration.
    public init(
        _ name: GraphQLName,
        _ type: GraphQLType,
        default defaultValue: GraphQLValue? = nil,
        directives: [GraphQLDirective] = []
    ) {
        self.name = name
        self.type = type
        self.defaultValue = defaultValue
        self.directives = directives
    }
}
