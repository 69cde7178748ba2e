// SPDX-License-Identifier: Apache-2.0
//
// Turns text into the nodes of a document: arguments, directives, values, types.

extension GraphQLParser {
    mutating func arguments(areConstant: Bool = false) throws(GraphQLDocumentError) -> [GraphQLName: GraphQLArgument] {
        var arguments: [GraphQLName: GraphQLArgument] = [:]
        guard try take("(") else { return arguments }
        repeat {
            let start = token
            let name = try name()
            try expect(":")
            let value = try value(isConstant: areConstant)
            guard arguments.updateValue(.literal(value), forKey: name) == nil else {
                throw error("the argument '\(name.shown)' is given twice", at: start, code: .invalidDocument)
            }
        } while try !take(")")
        return arguments
    }

    mutating func directives(areConstant: Bool = false) throws(GraphQLDocumentError) -> [GraphQLDirective] {
        var directives: [GraphQLDirective] = []
        while try take("@") {
            directives.append(GraphQLDirective(try name(), arguments: try arguments(areConstant: areConstant)))
        }
        return directives
    }

    mutating func value(isConstant: Bool) throws(GraphQLDocumentError) -> GraphQLValue {
        switch token.kind {
        case .punctuator("["): return try list(isConstant: isConstant)
        case .punctuator("{"): return try object(isConstant: isConstant)
        case .punctuator("$"):
            guard !isConstant else { throw error("expected a constant, found a variable") }
            try advance()
            return .variable(try name())
        case .name: return try namedValue()
        case .int, .float: return try number()
        case .string(let text):
            try advance()
            return .string(text)
        default: throw unexpected(wanted: "a value")
        }
    }

    private mutating func namedValue() throws(GraphQLDocumentError) -> GraphQLValue {
        let name = try name()
        return switch name.text {
        case "true": .boolean(true)
        case "false": .boolean(false)
        case "null": .null
        default: .enumCase(name)
        }
    }

    private mutating func number() throws(GraphQLDocumentError) -> GraphQLValue {
        var value: GraphQLValue?
        if token.kind == .int {
            value = Int(text).map { .int($0) }
        } else if let number = Double(text), number.isFinite {
            value = .float(number)
        }
        guard let value else { throw error("the number is out of range", code: .invalidValue) }
        try advance()
        return value
    }

    private mutating func list(isConstant: Bool) throws(GraphQLDocumentError) -> GraphQLValue {
        try enter()
        defer { leave() }
        try expect("[")
        var elements: [GraphQLValue] = []
        while try !take("]") { elements.append(try value(isConstant: isConstant)) }
        return .list(elements)
    }

    private mutating func object(isConstant: Bool) throws(GraphQLDocumentError) -> GraphQLValue {
        try enter()
        defer { leave() }
        try expect("{")
        var members: [String: GraphQLValue] = [:]
        while try !take("}") {
            let start = token
            let name = try name()
            try expect(":")
            let value = try value(isConstant: isConstant)
            guard members.updateValue(value, forKey: name.text) == nil else {
                throw error("the input field '\(name.shown)' is given twice", at: start, code: .invalidDocument)
            }
        }
        return .object(members)
    }

    mutating func type() throws(GraphQLDocumentError) -> GraphQLType {
        try enter()
        defer { leave() }
        let nullable: GraphQLType
        if try take("[") {
            nullable = .list(try type())
            try expect("]")
        } else {
            nullable = .named(try name(wanted: "a type"))
        }
        return try take("!") ? .nonNull(nullable) : nullable
    }
}
