// SPDX-License-Identifier: Apache-2.0
//
// What every server has, whether its schema says so or not.

extension GraphQLSchema {
    /// Adds built-in scalars, directives and the types of introspection, unless the schema has its own.
    mutating func addBuiltIns() throws(GraphQLDocumentError) {
        var parser = try GraphQLParser(Self.builtIns)
        var builtIn = try parser.schema()
        let introspection = builtIn.types.removeValue(forKey: "Query")?.fields ?? [:]
        types.merge(builtIn.types) { own, _ in own }
        directives.merge(builtIn.directives) { own, _ in own }
        if let query = roots[.query] { types[query]?.fields.merge(introspection) { own, _ in own } }
        for (name, type) in types where type.kind.isComposite {
            types[name]?.fields["__typename"] = Field(type: .nonNull(.named("String")))
        }
    }

    private static let builtIns = """
        scalar Int scalar Float scalar String scalar Boolean scalar ID
        directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
        directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
        type Query { __schema: __Schema! __type(name: String!): __Type }
        type __Schema { description: String types: [__Type!]! queryType: __Type! mutationType: __Type
            subscriptionType: __Type directives: [__Directive!]! }
        type __Type { kind: __TypeKind! name: String description: String specifiedByURL: String isOneOf: Boolean
            fields(includeDeprecated: Boolean = false): [__Field!] interfaces: [__Type!] possibleTypes: [__Type!]
            enumValues(includeDeprecated: Boolean = false): [__EnumValue!]
            inputFields(includeDeprecated: Boolean = false): [__InputValue!] ofType: __Type }
        type __Field { name: String! description: String args(includeDeprecated: Boolean = false): [__InputValue!]!
            type: __Type! isDeprecated: Boolean! deprecationReason: String }
        type __InputValue { name: String! description: String type: __Type! defaultValue: String
            isDeprecated: Boolean! deprecationReason: String }
        type __EnumValue { name: String! description: String isDeprecated: Boolean! deprecationReason: String }
        type __Directive { name: String! description: String isRepeatable: Boolean! locations: [__DirectiveLocation!]!
            args(includeDeprecated: Boolean = false): [__InputValue!]! }
        enum __TypeKind { SCALAR OBJECT INTERFACE UNION ENUM INPUT_OBJECT LIST NON_NULL }
        enum __DirectiveLocation { QUERY MUTATION SUBSCRIPTION FIELD FRAGMENT_DEFINITION FRAGMENT_SPREAD
            INLINE_FRAGMENT VARIABLE_DEFINITION SCHEMA SCALAR OBJECT FIELD_DEFINITION ARGUMENT_DEFINITION INTERFACE
            UNION ENUM ENUM_VALUE INPUT_OBJECT INPUT_FIELD_DEFINITION }
        """
}
