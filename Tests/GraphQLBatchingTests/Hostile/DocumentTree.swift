// SPDX-License-Identifier: Apache-2.0
//
// A document as plain data that another program can compare with its own. Made from the nodes alone: nothing here prints
// or parses GraphQL.

@testable import GraphQLBatching

extension GraphQLDocument {
    var tree: GraphQLValue {
        ["operations": .list(operations.map(\.tree)), "fragments": .list(fragments.map(\.tree))]
    }
}

extension GraphQLOperation {
    fileprivate var tree: GraphQLValue {
        [
            "kind": .string(kind.rawValue),
            "name": name.tree,
            "variables": .list(variables.map(\.tree)),
            "directives": directives.tree,
            "selections": selectionSet.tree,
        ]
    }
}

extension GraphQLFragment {
    fileprivate var tree: GraphQLValue {
        [
            "name": .string(name.text),
            "on": .string(typeCondition.text),
            "directives": directives.tree,
            "selections": selectionSet.tree,
        ]
    }
}

extension GraphQLVariableDefinition {
    fileprivate var tree: GraphQLValue {
        [
            "name": .string(name.text),
            "type": type.tree,
            "default": defaultValue?.tree ?? .null,
            "directives": directives.tree,
        ]
    }
}

extension GraphQLType {
    fileprivate var tree: GraphQLValue {
        switch self {
        case .named(let name): .string(name.text)
        case .list(let element): ["list": element.tree]
        case .nonNull(let wrapped): ["nonNull": wrapped.tree]
        }
    }
}

extension GraphQLSelectionSet {
    fileprivate var tree: GraphQLValue {
        .list(
            selections.map { selection in
                switch selection {
                case .field(let field):
                    [
                        "field": .string(field.name.text),
                        "alias": field.alias.tree,
                        "arguments": field.arguments.tree,
                        "directives": field.directives.tree,
                        "selections": field.selectionSet?.tree ?? .null,
                    ]
                case .fragmentSpread(let spread):
                    ["spread": .string(spread.name.text), "directives": spread.directives.tree]
                case .inlineFragment(let fragment):
                    [
                        "on": fragment.typeCondition.tree,
                        "directives": fragment.directives.tree,
                        "selections": fragment.selectionSet.tree,
                    ]
                }
            }
        )
    }
}

extension [GraphQLDirective] {
    fileprivate var tree: GraphQLValue {
        .list(map { ["name": .string($0.name.text), "arguments": $0.arguments.tree] })
    }
}

extension [GraphQLName: GraphQLArgument] {
    fileprivate var tree: GraphQLValue {
        .object(Dictionary<String, GraphQLValue>(uniqueKeysWithValues: map { ($0.text, $1.wrapped.tree) }))
    }
}

extension GraphQLName? {
    fileprivate var tree: GraphQLValue { self.map { .string($0.text) } ?? .null }
}

extension GraphQLValue {
    /// The kind and the content. Floats are given by their bits, and numbers as texts, so that JSON changes none.
    fileprivate var tree: GraphQLValue {
        switch self {
        case .null: ["kind": "null"]
        case .boolean(let value): ["boolean": .boolean(value)]
        case .int(let value): ["int": .string("\(value)")]
        case .float(let value): ["float": .string("\(value.bitPattern)")]
        case .string(let text): ["string": .string(text)]
        case .enumCase(let name): ["enum": .string(name.text)]
        case .variable(let name): ["variable": .string(name.text)]
        case .list(let elements): ["list": .list(elements.map(\.tree))]
        case .object(let members): ["object": .object(members.mapValues(\.tree))]
        }
    }
}
