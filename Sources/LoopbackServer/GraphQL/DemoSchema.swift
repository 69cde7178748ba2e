// SPDX-License-Identifier: Apache-2.0
//
// The demo's schema as data. Tests/Interop/schema.graphql has the same in GraphQL's own language, with the rules for
// the data behind it.

import GraphQLBatching

/// The types and fields that the demo's endpoint knows.
enum DemoSchema {
    enum Object: String {
        case query = "Query"
        case mutation = "Mutation"
        case resource = "Resource"
    }

    /// A field of any of the object types; their names do not overlap.
    enum Field: String {
        case resource, resources
        case createResource, updateResource, deleteResource
        case id, name, type, status, metadata, createdAt, related
        case typename = "__typename"
    }

    struct FieldDefinition {
        let type: GraphQLType
        var arguments: [InputDefinition] = []
        /// The type to select of; `nil` for a leaf.
        var object: Object?
    }

    /// An argument or a field of an input object.
    struct InputDefinition {
        let name: String
        let type: GraphQLType
        var defaultValue: GraphQLValue?

        var isRequired: Bool { type.isNonNull && defaultValue == nil }
    }

    enum InputType {
        case id, string, boolean, json
        case enumeration(Set<String>)
        case object([InputDefinition])
    }

    static func definition(of field: Field, in object: Object) -> FieldDefinition? {
        field == .typename ? typename : fields[object]?[field]
    }

    static func inputType(_ name: GraphQLName) -> InputType? { inputTypes[name.text] }

    /// Of `@include` and `@skip`.
    static let conditionArguments = [InputDefinition(name: "if", type: "Boolean!")]

    private static let typename = FieldDefinition(type: "String!")

    private static let fields: [Object: [Field: FieldDefinition]] = [
        .query: [
            .resource: FieldDefinition(
                type: "Resource",
                arguments: [InputDefinition(name: "id", type: "ID!")],
                object: .resource
            ),
            .resources: FieldDefinition(
                type: "[Resource]!",
                arguments: [InputDefinition(name: "ids", type: "[ID!]!")],
                object: .resource
            ),
        ],
        .mutation: [
            .createResource: FieldDefinition(
                type: "Resource!",
                arguments: [InputDefinition(name: "input", type: "CreateResourceInput!")],
                object: .resource
            ),
            .updateResource: FieldDefinition(
                type: "Resource",
                arguments: [
                    InputDefinition(name: "id", type: "ID!"),
                    InputDefinition(name: "input", type: "UpdateResourceInput!"),
                ],
                object: .resource
            ),
            .deleteResource: FieldDefinition(
                type: "Boolean!",
                arguments: [InputDefinition(name: "id", type: "ID!")]
            ),
        ],
        .resource: [
            .id: FieldDefinition(type: "ID!"),
            .name: FieldDefinition(type: "String!"),
            .type: FieldDefinition(type: "ResourceType!"),
            .status: FieldDefinition(type: "String!"),
            .metadata: FieldDefinition(type: "JSON"),
            .createdAt: FieldDefinition(type: "String!"),
            .related: FieldDefinition(type: "[Resource!]!", object: .resource),
        ],
    ]

    private static let inputTypes: [String: InputType] = [
        "ID": .id,
        "String": .string,
        "Boolean": .boolean,
        "JSON": .json,
        "ResourceType": .enumeration(Set(DemoResource.Kind.allCases.map(\.rawValue))),
        "CreateResourceInput": .object([
            InputDefinition(name: "name", type: "String!"),
            InputDefinition(name: "type", type: "ResourceType!"),
            InputDefinition(name: "status", type: "String!", defaultValue: "active"),
            InputDefinition(name: "metadata", type: "JSON", defaultValue: .null),
        ]),
        "UpdateResourceInput": .object([
            InputDefinition(name: "name", type: "String"),
            InputDefinition(name: "type", type: "ResourceType"),
            InputDefinition(name: "status", type: "String"),
            InputDefinition(name: "metadata", type: "JSON"),
        ]),
    ]
}

extension GraphQLType {
    var isNonNull: Bool {
        if case .nonNull = self { true } else { false }
    }

    /// The type without its outermost `!`.
    var nullable: GraphQLType {
        if case .nonNull(let wrapped) = self { wrapped } else { self }
    }

    /// The name inside all lists and `!`.
    var innermost: GraphQLName {
        switch self {
        case .named(let name): name
        case .list(let wrapped), .nonNull(let wrapped): wrapped.innermost
        }
    }
}
