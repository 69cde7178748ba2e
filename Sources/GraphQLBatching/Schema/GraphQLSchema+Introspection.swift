// SPDX-License-Identifier: Apache-2.0
//
// A schema from what a server says of itself.

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension GraphQLSchema {
    /// Loads a schema from the response to an introspection query, or from its `data`, as tools save it.
    ///
    /// Ask with `includeDeprecated: true`: what the response leaves out is unknown here, too.
    ///
    /// - Throws: ``GraphQLDocumentError`` with ``GraphQLDocumentError/Code/invalidSchema`` that says what is missing or
    ///   not of its form.
    public init(introspection json: Data) throws(GraphQLDocumentError) {
        let response: IntrospectionResponse
        do {
            response = try JSONDecoder().decode(IntrospectionResponse.self, from: json)
        } catch {
            throw .invalidSchema("this is no response to an introspection query: \(error)")
        }
        guard let schema = response.data?.schema ?? response.schema else {
            throw .invalidSchema("the response holds no '__schema'")
        }
        self.init()
        if let type = schema.queryType { roots[.query] = try GraphQLName(type.name) }
        if let type = schema.mutationType { roots[.mutation] = try GraphQLName(type.name) }
        if let type = schema.subscriptionType { roots[.subscription] = try GraphQLName(type.name) }
        for type in schema.types {
            guard let kind = Kind(rawValue: type.kind) else {
                throw .invalidSchema("the type '\(type.name)' is of the unknown kind '\(type.kind)'")
            }
            types[try GraphQLName(type.name)] = try type.definition(of: kind)
        }
        for directive in schema.directives ?? [] {
            directives[try GraphQLName(directive.name)] = Directive(
                arguments: try IntrospectedInput.inputs(directive.args),
                locations: Set(directive.locations),
                isRepeatable: directive.isRepeatable ?? false
            )
        }
        try complete()
    }
}

private struct IntrospectionResponse: Decodable {
    struct Payload: Decodable {
        var schema: IntrospectedSchema

        enum CodingKeys: String, CodingKey { case schema = "__schema" }
    }

    var data: Payload?
    var schema: IntrospectedSchema?

    enum CodingKeys: String, CodingKey {
        case data
        case schema = "__schema"
    }
}

private struct IntrospectedSchema: Decodable {
    var queryType: IntrospectedName?
    var mutationType: IntrospectedName?
    var subscriptionType: IntrospectedName?
    var types: [IntrospectedType]
    var directives: [IntrospectedDirective]?
}

private struct IntrospectedName: Decodable {
    var name: String
}

private struct IntrospectedDirective: Decodable {
    var name: String
    var args: [IntrospectedInput]?
    var locations: [String]
    var isRepeatable: Bool?
}

private struct IntrospectedType: Decodable {
    struct Field: Decodable {
        var name: String
        var args: [IntrospectedInput]?
        var type: IntrospectedReference
    }

    var kind: String
    var name: String
    var fields: [Field]?
    var inputFields: [IntrospectedInput]?
    var enumValues: [IntrospectedName]?
    var interfaces: [IntrospectedName]?
    var possibleTypes: [IntrospectedName]?
    var isOneOf: Bool?

    func definition(of kind: GraphQLSchema.Kind) throws(GraphQLDocumentError) -> GraphQLSchema.TypeDefinition {
        var type = GraphQLSchema.TypeDefinition(kind: kind)
        for field in fields ?? [] {
            type.fields[try GraphQLName(field.name)] = GraphQLSchema.Field(
                type: try field.type.type(),
                arguments: try IntrospectedInput.inputs(field.args)
            )
        }
        type.inputs = try IntrospectedInput.inputs(inputFields)
        for value in enumValues ?? [] { type.cases.insert(try GraphQLName(value.name)) }
        // The possible types of an interface are those that name it.
        for other in (kind == .union ? possibleTypes : interfaces) ?? [] {
            type.related.insert(try GraphQLName(other.name))
        }
        type.isOneOf = isOneOf ?? false
        return type
    }
}

private struct IntrospectedInput: Decodable {
    var name: String
    var type: IntrospectedReference
    var defaultValue: String?

    static func inputs(_ inputs: [Self]?) throws(GraphQLDocumentError) -> [GraphQLName: GraphQLSchema.Input] {
        var result: [GraphQLName: GraphQLSchema.Input] = [:]
        for input in inputs ?? [] {
            let type = try input.type.type()
            result[try GraphQLName(input.name)] = GraphQLSchema.Input(type: type, hasDefault: input.defaultValue != nil)
        }
        return result
    }
}

private final class IntrospectedReference: Decodable {
    let kind: String
    let name: String?
    let ofType: IntrospectedReference?

    func type() throws(GraphQLDocumentError) -> GraphQLType {
        switch (kind, ofType, name) {
        case ("LIST", let element?, _): return .list(try element.type())
        case ("NON_NULL", let nullable?, _): return .nonNull(try nullable.type())
        case (_, _, let name?): return .named(try GraphQLName(name))
        default: throw .invalidSchema("a reference of the kind '\(kind)' ends early; ask for more levels of 'ofType'")
        }
    }
}
