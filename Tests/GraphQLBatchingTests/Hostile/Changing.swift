// SPDX-License-Identifier: Apache-2.0
//
// A document with other values, and what is left of a text without any: what a value may never change.

@testable import GraphQLBatching

extension GraphQLDocument {
    /// The tokens of a text, strings without their content.
    static func skeleton(of text: String) throws -> [String] {
        var lexer = GraphQLLexer(text)
        var tokens: [String] = []
        while true {
            let token = try lexer.next()
            switch token.kind {
            case .end: return tokens
            case .string: tokens.append("\"\"")
            default: tokens.append(String(decoding: lexer.bytes[token.range], as: UTF8.self))
            }
        }
    }
}

/// A change to every argument of a document.
typealias ArgumentChange = (GraphQLArgument) -> GraphQLArgument

extension GraphQLOperation {
    func changing(_ change: ArgumentChange) -> Self {
        var result = self
        result.variables = variables.map { variable in
            var result = variable
            result.defaultValue = variable.defaultValue.map { change(.literal($0)).wrapped }
            result.directives = variable.directives.map { $0.changing(change) }
            return result
        }
        result.directives = directives.map { $0.changing(change) }
        result.selectionSet = selectionSet.changing(change)
        return result
    }
}

extension GraphQLFragment {
    func changing(_ change: ArgumentChange) -> Self {
        var result = self
        result.directives = directives.map { $0.changing(change) }
        result.selectionSet = selectionSet.changing(change)
        return result
    }
}

extension GraphQLSelectionSet {
    fileprivate func changing(_ change: ArgumentChange) -> Self {
        GraphQLSelectionSet(on: type, selections.map { $0.changing(change) })
    }
}

extension GraphQLSelection {
    fileprivate func changing(_ change: ArgumentChange) -> Self {
        switch self {
        case .field(var field):
            field.arguments = field.arguments.mapValues(change)
            field.directives = field.directives.map { $0.changing(change) }
            field.selectionSet = field.selectionSet?.changing(change)
            return .field(field)
        case .fragmentSpread(var spread):
            spread.directives = spread.directives.map { $0.changing(change) }
            return .fragmentSpread(spread)
        case .inlineFragment(var fragment):
            fragment.directives = fragment.directives.map { $0.changing(change) }
            fragment.selectionSet = fragment.selectionSet.changing(change)
            return .inlineFragment(fragment)
        }
    }
}

extension GraphQLDirective {
    fileprivate func changing(_ change: ArgumentChange) -> Self {
        GraphQLDirective(name, arguments: arguments.mapValues(change))
    }
}

extension GraphQLValue {
    /// This value with every string in it put through a function.
    func replacingStrings(_ replace: (String) -> String) -> Self {
        switch self {
        case .string(let text): .string(replace(text))
        case .list(let elements): .list(elements.map { $0.replacingStrings(replace) })
        case .object(let members): .object(members.mapValues { $0.replacingStrings(replace) })
        default: self
        }
    }
}
