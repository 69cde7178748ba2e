// SPDX-License-Identifier: Apache-2.0
//
// Selections written as Swift: a string literal is a leaf field, everything else stands for itself.

/// Builds the selections of a selection set.
///
/// A string literal is a field without arguments. Fields, spreads and inline fragments stand for themselves, and the
/// selections of a ``GraphQLSelectionSet``, built or parsed, are spliced in. `if`, `else`, `switch` and `for` work:
///
/// ```swift
/// import GraphQLBatching
///
/// func selection(detailed: Bool, extra: GraphQLSelectionSet) -> GraphQLSelectionSet {
///     GraphQLSelectionSet(on: "Resource") {
///         "id"
///         GraphQLField("related", arguments: ["first": .int(10)]) { "id" }
///         if detailed { GraphQLFragmentSpread("Details") }
///         GraphQLInlineFragment(on: "Bug") { "severity" }
///         extra
///     }
/// }
/// ```
@resultBuilder
public enum GraphQLSelectionBuilder {
    /// A field without arguments.
    public static func buildExpression(_ name: GraphQLName) -> [GraphQLSelection] { [.field(GraphQLField(name))] }

    /// A field.
    public static func buildExpression(_ field: GraphQLField) -> [GraphQLSelection] { [.field(field)] }

    /// The use of a fragment.
    public static func buildExpression(_ spread: GraphQLFragmentSpread) -> [GraphQLSelection] {
        [.fragmentSpread(spread)]
    }

    /// Selections on a condition.
    public static func buildExpression(_ fragment: GraphQLInlineFragment) -> [GraphQLSelection] {
        [.inlineFragment(fragment)]
    }

    /// The selections of another set, in its place.
    public static func buildExpression(_ set: GraphQLSelectionSet) -> [GraphQLSelection] { set.selections }

    /// Selections at hand.
    public static func buildExpression(_ selections: [GraphQLSelection]) -> [GraphQLSelection] { selections }

    /// Selections one after the other.
    public static func buildBlock(_ parts: [GraphQLSelection]...) -> [GraphQLSelection] { parts.flatMap(\.self) }

    /// `if` without `else`.
    public static func buildOptional(_ part: [GraphQLSelection]?) -> [GraphQLSelection] { part ?? [] }

    /// `if` of an `if` with `else`.
    public static func buildEither(first part: [GraphQLSelection]) -> [GraphQLSelection] { part }

    /// `else`.
    public static func buildEither(second part: [GraphQLSelection]) -> [GraphQLSelection] { part }

    /// `for`.
    public static func buildArray(_ parts: [[GraphQLSelection]]) -> [GraphQLSelection] { parts.flatMap(\.self) }

    /// `if #available`.
    public static func buildLimitedAvailability(_ part: [GraphQLSelection]) -> [GraphQLSelection] { part }
}

extension GraphQLSelectionSet {
    /// Builds a selection set, of the given type if it is known.
    public init(
        on type: GraphQLName? = nil,
        @GraphQLSelectionBuilder _ selections: () throws -> [GraphQLSelection]
    ) rethrows {
        self.init(on: type, try selections())
    }
}

extension GraphQLField {
    /// Makes a composite field and builds what to select of it.
    public init(
        alias: GraphQLName? = nil,
        _ name: GraphQLName,
        arguments: [GraphQLName: GraphQLArgument] = [:],
        directives: [GraphQLDirective] = [],
        @GraphQLSelectionBuilder selecting selections: () throws -> [GraphQLSelection]
    ) rethrows {
        let set = GraphQLSelectionSet(try selections())
        self.init(alias: alias, name, arguments: arguments, directives: directives, selecting: set)
    }
}

extension GraphQLInlineFragment {
    /// Makes an inline fragment and builds what it selects.
    public init(
        on typeCondition: GraphQLName? = nil,
        directives: [GraphQLDirective] = [],
        @GraphQLSelectionBuilder selecting selections: () throws -> [GraphQLSelection]
    ) rethrows {
        self.init(on: typeCondition, directives: directives, selecting: GraphQLSelectionSet(try selections()))
    }
}

extension GraphQLFragment {
    /// Makes a fragment and builds what it selects.
    public init(
        _ name: GraphQLName,
        on typeCondition: GraphQLName,
        directives: [GraphQLDirective] = [],
        @GraphQLSelectionBuilder selecting selections: () throws -> [GraphQLSelection]
    ) rethrows {
        self.init(name, on: typeCondition, directives: directives, selecting: GraphQLSelectionSet(try selections()))
    }
}

extension GraphQLOperation {
    /// Makes an operation and builds its top-level fields.
    public init(
        _ kind: Kind,
        name: GraphQLName? = nil,
        variables: [GraphQLVariableDefinition] = [],
        directives: [GraphQLDirective] = [],
        @GraphQLSelectionBuilder selecting selections: () throws -> [GraphQLSelection]
    ) rethrows {
        let set = GraphQLSelectionSet(try selections())
        self.init(kind, name: name, variables: variables, directives: directives, selecting: set)
    }
}
