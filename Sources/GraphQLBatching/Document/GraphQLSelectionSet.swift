// SPDX-License-Identifier: Apache-2.0
//
// What to select of a composite value: fields, fragment spreads, inline fragments, in order.

/// A selection set ([GraphQL, section 2.4](https://spec.graphql.org/September2025/#sec-Selection-Sets)).
///
/// Written with a result builder, or as GraphQL text, which is parsed and checked:
///
/// ```swift
/// import GraphQLBatching
///
/// let built = GraphQLSelectionSet(on: "Resource") { "id"; "name" }
/// let parsed = try GraphQLSelectionSet(on: "Resource", parsing: "id name related { id }")
/// ```
public struct GraphQLSelectionSet: Hashable, Sendable {
    /// The type it is a selection of, if the caller says so. With it, a set that occurs several times in a document
    /// is printed once, as a fragment.
    public var type: GraphQLName?
    /// The selections, in the order of the response.
    public var selections: [GraphQLSelection]

    /// Makes a selection set of selections at hand.
    public init(on type: GraphQLName? = nil, _ selections: [GraphQLSelection]) {
        self.type = type
        self.selections = selections
    }
}

extension GraphQLSelectionSet {
    /// Feeds the type, the number of selections and the names of the first: sets are compared far less often than they
    /// are hashed, and those of one field of a program share their storage, which makes them equal at a glance.
    ///
    /// - Complexity: O(1).
    public func hash(into hasher: inout Hasher) {
        hasher.combine(type)
        hasher.combine(selections.count)
        for case .field(let field) in selections.prefix(4) { hasher.combine(field.name) }
    }
}

/// One member of a selection set.
public enum GraphQLSelection: Hashable, Sendable {
    /// A field.
    case field(GraphQLField)
    /// `...Name`
    case fragmentSpread(GraphQLFragmentSpread)
    /// `... on Type { }`
    case inlineFragment(GraphQLInlineFragment)
}

/// The use of a named fragment.
public struct GraphQLFragmentSpread: Hashable, Sendable {
    /// The fragment's name.
    public var name: GraphQLName
    /// The directives, in order.
    public var directives: [GraphQLDirective]

    /// Makes a spread.
    public init(_ name: GraphQLName, directives: [GraphQLDirective] = []) {
        self.name = name
        self.directives = directives
    }
}

/// Selections that apply to one type, or on a condition.
public struct GraphQLInlineFragment: Hashable, Sendable {
    /// The type it applies to; `nil` for the enclosing one.
    public var typeCondition: GraphQLName?
    /// The directives, in order.
    public var directives: [GraphQLDirective]
    /// What is selected then.
    public var selectionSet: GraphQLSelectionSet

    /// Makes an inline fragment.
    public init(
        on typeCondition: GraphQLName? = nil,
        directives: [GraphQLDirective] = [],
        selecting selectionSet: GraphQLSelectionSet
    ) {
        self.typeCondition = typeCondition
        self.directives = directives
        self.selectionSet = selectionSet
    }
}

// MARK: - Without types

extension GraphQLOperation {
    /// This operation with sets of unknown types, as they are after printing and parsing.
    var withoutTypes: Self {
        guard let set = selectionSet.withoutTypes else { return self }
        var result = self
        result.selectionSet = set
        return result
    }
}

extension GraphQLFragment {
    /// This fragment with sets of unknown types.
    var withoutTypes: Self {
        guard let set = selectionSet.withoutTypes else { return self }
        var result = self
        result.selectionSet = set
        return result
    }
}

extension GraphQLSelectionSet {
    /// This set with its own type and those inside left out; `nil` if there are none, so that nothing is copied.
    fileprivate var withoutTypes: Self? {
        var changed: [GraphQLSelection]?
        for (index, selection) in selections.enumerated() {
            guard let selection = selection.withoutTypes else { continue }
            if changed == nil { changed = selections }
            changed?[index] = selection
        }
        return type == nil && changed == nil ? nil : Self(changed ?? selections)
    }
}

extension GraphQLSelection {
    fileprivate var withoutTypes: Self? {
        switch self {
        case .field(var field):
            guard let set = field.selectionSet?.withoutTypes else { return nil }
            field.selectionSet = set
            return .field(field)
        case .inlineFragment(var fragment):
            guard let set = fragment.selectionSet.withoutTypes else { return nil }
            fragment.selectionSet = set
            return .inlineFragment(fragment)
        case .fragmentSpread:
            return nil
        }
    }
}
