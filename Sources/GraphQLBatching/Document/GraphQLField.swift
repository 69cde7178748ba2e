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
public struct GraphQLField: Sendable {
    /// A document of a thousand fields is walked several times: a reference is copied, not six.
    private final class Storage: Sendable {
        let alias: GraphQLName?
        let name: GraphQLName
        let arguments: [GraphQLNamedArgument]
        let directives: [GraphQLDirective]
        let selectionSet: GraphQLSelectionSet?

        init(
            alias: GraphQLName?,
            name: GraphQLName,
            arguments: [GraphQLNamedArgument],
            directives: [GraphQLDirective],
            selectionSet: GraphQLSelectionSet?
        ) {
            self.alias = alias
            self.name = name
            self.arguments = arguments
            self.directives = directives
            self.selectionSet = selectionSet
        }
    }

    private var storage: Storage

    /// Makes a field.
    public init(
        alias: GraphQLName? = nil,
        _ name: GraphQLName,
        arguments: [GraphQLName: GraphQLArgument] = [:],
        directives: [GraphQLDirective] = [],
        selecting selectionSet: GraphQLSelectionSet? = nil
    ) {
        self.init(
            alias: alias,
            name,
            sortedArguments: GraphQLNamedArgument.sorted(arguments),
            directives: directives,
            selecting: selectionSet
        )
    }

    /// Makes a field of arguments that are in the order of their names.
    init(
        alias: GraphQLName?,
        _ name: GraphQLName,
        sortedArguments: [GraphQLNamedArgument],
        directives: [GraphQLDirective],
        selecting selectionSet: GraphQLSelectionSet?
    ) {
        storage = Storage(
            alias: alias,
            name: name,
            arguments: sortedArguments,
            directives: directives,
            selectionSet: selectionSet
        )
    }

    /// The name under which the result comes back, if it is not the field's own.
    public var alias: GraphQLName? {
        get { storage.alias }
        set { replace(alias: newValue) }
    }

    /// The field's name.
    public var name: GraphQLName {
        get { storage.name }
        set { replace(alias: alias, name: newValue) }
    }

    /// The arguments. Their order has no meaning; they are printed sorted.
    public var arguments: [GraphQLName: GraphQLArgument] {
        get { GraphQLNamedArgument.dictionary(storage.arguments) }
        set { replace(alias: alias, arguments: GraphQLNamedArgument.sorted(newValue)) }
    }

    /// The directives, in order.
    public var directives: [GraphQLDirective] {
        get { storage.directives }
        set { replace(alias: alias, directives: newValue) }
    }

    /// What to select of a composite field; `nil` for a leaf.
    public var selectionSet: GraphQLSelectionSet? {
        get { storage.selectionSet }
        set {
            self = Self(
                alias: alias,
                name,
                sortedArguments: sortedArguments,
                directives: directives,
                selecting: newValue
            )
        }
    }

    private mutating func replace(
        alias: GraphQLName?,
        name: GraphQLName? = nil,
        arguments: [GraphQLNamedArgument]? = nil,
        directives: [GraphQLDirective]? = nil
    ) {
        self = Self(
            alias: alias,
            name ?? self.name,
            sortedArguments: arguments ?? sortedArguments,
            directives: directives ?? self.directives,
            selecting: selectionSet
        )
    }

    /// The arguments in the order of their names.
    var sortedArguments: [GraphQLNamedArgument] { storage.arguments }

    /// An argument, without the dictionary of all.
    func argument(named name: GraphQLName) -> GraphQLArgument? {
        storage.arguments.first { $0.name == name }?.argument
    }

    /// The key of this field's result: the alias, or the name if there is none.
    public var responseName: GraphQLName { storage.alias ?? storage.name }
}

extension GraphQLField: Hashable {
    /// Whether two fields ask for the same.
    public static func == (left: Self, right: Self) -> Bool {
        if left.storage === right.storage { return true }
        return left.name == right.name && left.alias == right.alias && left.sortedArguments == right.sortedArguments
            && left.directives == right.directives && left.selectionSet == right.selectionSet
    }

    /// Feeds the field into a hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(alias)
        hasher.combine(name)
        hasher.combine(sortedArguments)
        hasher.combine(directives)
        hasher.combine(selectionSet)
    }
}

/// A directive with its arguments, such as `@include(if: $detailed)`.
public struct GraphQLDirective: Hashable, Sendable {
    /// The name, without `@`.
    public var name: GraphQLName
    /// The arguments in the order of their names.
    var sortedArguments: [GraphQLNamedArgument]

    /// The arguments. Their order has no meaning; they are printed sorted.
    public var arguments: [GraphQLName: GraphQLArgument] {
        get { GraphQLNamedArgument.dictionary(sortedArguments) }
        set { sortedArguments = GraphQLNamedArgument.sorted(newValue) }
    }

    /// Makes a directive.
    public init(_ name: GraphQLName, arguments: [GraphQLName: GraphQLArgument] = [:]) {
        self.name = name
        sortedArguments = GraphQLNamedArgument.sorted(arguments)
    }
}
