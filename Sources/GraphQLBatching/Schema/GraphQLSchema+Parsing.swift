// SPDX-License-Identifier: Apache-2.0
//
// A schema from its definition language.

extension GraphQLSchema {
    /// Loads a schema from SDL text: definitions and extensions of types, directives and the schema itself.
    ///
    /// - Throws: ``GraphQLDocumentError`` with the place in the text if it does not parse or defines something twice; with
    ///   ``GraphQLDocumentError/Code/invalidSchema`` if it names a type that it does not define.
    /// - Complexity: O(*n*) in the length of the text. Texts of more than ``GraphQLDocument/maximumTokenCount`` tokens
    ///   are refused.
    public init(parsing text: String) throws(GraphQLDocumentError) {
        var parser = try GraphQLParser(text)
        self = try parser.schema()
        if roots.isEmpty {
            let usual: [(GraphQLOperation.Kind, GraphQLName)] = [
                (.query, "Query"), (.mutation, "Mutation"), (.subscription, "Subscription"),
            ]
            for (kind, name) in usual where types[name] != nil { roots[kind] = name }
        }
        try complete()
    }
}

/// The productions of the type system
/// ([GraphQL, appendix C](https://spec.graphql.org/September2025/#sec-Grammar-Summary)).
extension GraphQLParser {
    mutating func schema() throws(GraphQLDocumentError) -> GraphQLSchema {
        var schema = GraphQLSchema()
        var undefined: [GraphQLName: GraphQLToken] = [:]  // Types of which only extensions have come so far.
        while token.kind != .end {
            try skipDescription()
            let isExtension = try takeKeyword("extend")
            if try takeKeyword("schema") {
                try roots(of: &schema)
            } else if !isExtension, try takeKeyword("directive") {
                try directive(of: &schema)
            } else {
                try type(of: &schema, undefined: &undefined, isExtension: isExtension)
            }
        }
        if let (name, place) = undefined.min(by: { $0.key < $1.key }) {
            throw error("the type '\(name.shown)' is extended and not defined", at: place, code: .invalidSchema)
        }
        return schema
    }

    private mutating func skipDescription() throws(GraphQLDocumentError) {
        if case .string = token.kind { try advance() }
    }

    private mutating func roots(of schema: inout GraphQLSchema) throws(GraphQLDocumentError) {
        _ = try directives(areConstant: true)
        guard try take("{") else { return }
        repeat {
            let start = token
            guard token.kind == .name, let kind = GraphQLOperation.Kind(rawValue: text) else {
                throw unexpected(wanted: "query, mutation or subscription")
            }
            try advance()
            try expect(":")
            guard schema.roots.updateValue(try name(), forKey: kind) == nil else {
                throw twice("the type for the kind \(kind)", at: start)
            }
        } while try !take("}")
    }

    private mutating func directive(of schema: inout GraphQLSchema) throws(GraphQLDocumentError) {
        let start = token
        try expect("@")
        let name = try name()
        let arguments = try isAt("(") ? inputs(from: "(", to: ")") : [:]
        let isRepeatable = try takeKeyword("repeatable")
        guard try takeKeyword("on") else { throw unexpected(wanted: "'on'") }
        let locations = try names(separatedBy: "|").map(\.text)
        let directive = GraphQLSchema.Directive(
            arguments: arguments,
            locations: Set(locations),
            isRepeatable: isRepeatable
        )
        guard schema.directives.updateValue(directive, forKey: name) == nil else {
            throw twice("the directive '@\(name.shown)'", at: start)
        }
    }

    private mutating func type(
        of schema: inout GraphQLSchema,
        undefined: inout [GraphQLName: GraphQLToken],
        isExtension: Bool
    ) throws(GraphQLDocumentError) {
        let kinds: [String: GraphQLSchema.Kind] = [
            "scalar": .scalar, "type": .object, "interface": .interface, "union": .union, "enum": .enumeration,
            "input": .inputObject,
        ]
        guard token.kind == .name, let kind = kinds[text] else {
            throw unexpected(wanted: "schema, scalar, type, interface, union, enum, input or directive")
        }
        try advance()
        let start = token
        let name = try name()
        let known = schema.types[name]
        let isDefinedBefore = known != nil && undefined[name] == nil
        guard isExtension || !isDefinedBefore else { throw twice("the type '\(name.shown)'", at: start) }
        guard known == nil || known?.kind == kind else {
            throw error("'\(name.shown)' is defined as another kind of type", at: start, code: .invalidSchema)
        }
        undefined[name] = isExtension && !isDefinedBefore ? start : nil
        var type = known ?? GraphQLSchema.TypeDefinition(kind: kind)
        if try takeKeyword("implements") { type.related.formUnion(try names(separatedBy: "&")) }
        if try directives(areConstant: true).contains(where: { $0.name == "oneOf" }) { type.isOneOf = true }
        try members(of: &type, at: start)
        schema.types[name] = type
    }

    private mutating func members(
        of type: inout GraphQLSchema.TypeDefinition,
        at start: GraphQLToken
    ) throws(GraphQLDocumentError) {
        switch type.kind {
        case .scalar: break
        case .union:
            if try take("=") { type.related.formUnion(try names(separatedBy: "|")) }
        case .object, .interface:
            guard isAt("{") else { return }
            for (name, field) in try fields() where type.fields.updateValue(field, forKey: name) != nil {
                throw twice("the field '\(name.shown)'", at: start)
            }
        case .inputObject:
            guard isAt("{") else { return }
            for (name, input) in try inputs(from: "{", to: "}")
            where type.inputs.updateValue(input, forKey: name) != nil {
                throw twice("the input field '\(name.shown)'", at: start)
            }
        case .enumeration:
            guard try take("{") else { return }
            repeat {
                try skipDescription()
                let start = token
                let name = try name()
                _ = try directives(areConstant: true)
                guard type.cases.insert(name).inserted else { throw twice("the case '\(name.shown)'", at: start) }
            } while try !take("}")
        }
    }

    private mutating func fields() throws(GraphQLDocumentError) -> [GraphQLName: GraphQLSchema.Field] {
        var fields: [GraphQLName: GraphQLSchema.Field] = [:]
        try expect("{")
        repeat {
            try skipDescription()
            let start = token
            let name = try name()
            let arguments = try isAt("(") ? inputs(from: "(", to: ")") : [:]
            try expect(":")
            let field = GraphQLSchema.Field(type: try type(), arguments: arguments)
            _ = try directives(areConstant: true)
            guard fields.updateValue(field, forKey: name) == nil else {
                throw twice("the field '\(name.shown)'", at: start)
            }
        } while try !take("}")
        return fields
    }

    private mutating func inputs(
        from opening: Unicode.Scalar,
        to closing: Unicode.Scalar
    ) throws(GraphQLDocumentError) -> [GraphQLName: GraphQLSchema.Input] {
        var inputs: [GraphQLName: GraphQLSchema.Input] = [:]
        try expect(opening)
        repeat {
            try skipDescription()
            let start = token
            let name = try name()
            try expect(":")
            let type = try type()
            let hasDefault = try take("=")
            if hasDefault { _ = try value(isConstant: true) }
            _ = try directives(areConstant: true)
            let input = GraphQLSchema.Input(type: type, hasDefault: hasDefault)
            guard inputs.updateValue(input, forKey: name) == nil else {
                throw twice("the argument or input field '\(name.shown)'", at: start)
            }
        } while try !take(closing)
        return inputs
    }

    private mutating func names(separatedBy separator: Unicode.Scalar) throws(GraphQLDocumentError) -> [GraphQLName] {
        _ = try take(separator)
        var names = [try name()]
        while try take(separator) { names.append(try name()) }
        return names
    }

    private func twice(_ what: String, at start: GraphQLToken) -> GraphQLDocumentError {
        error("\(what) is defined twice", at: start, code: .invalidSchema)
    }
}
