// SPDX-License-Identifier: Apache-2.0
//
// What a server offers, as far as a document can be checked against it.

/// A schema that documents can be checked against before they are sent
/// ([GraphQL, section 3](https://spec.graphql.org/September2025/#sec-Type-System)).
///
/// It is optional: documents are built, printed and sent without one. Load it once, from SDL text or from the response to
/// an introspection query, and share it.
///
/// ```swift
/// import GraphQLBatching
///
/// let schema = try GraphQLSchema(parsing: "type Query { issue(id: ID!): Issue } type Issue { id: ID! title: String }")
/// let document = try GraphQLDocument(parsing: "{issue(id: 1) {name}}")
/// for violation in document.violations(of: schema) { print(violation) }  // query, at issue.name: …
/// ```
public struct GraphQLSchema: Sendable {
    enum Kind: String, Sendable {
        case scalar = "SCALAR"
        case object = "OBJECT"
        case interface = "INTERFACE"
        case union = "UNION"
        case enumeration = "ENUM"
        case inputObject = "INPUT_OBJECT"

        var isComposite: Bool { self == .object || self == .interface || self == .union }
        var isInput: Bool { self == .scalar || self == .enumeration || self == .inputObject }
    }

    /// An argument or a field of an input object.
    struct Input: Sendable {
        var type: GraphQLType
        var hasDefault: Bool

        var isRequired: Bool { type.isNonNull && !hasDefault }
    }

    struct Field: Sendable {
        var type: GraphQLType
        var arguments: [GraphQLName: Input] = [:]
    }

    struct TypeDefinition: Sendable {
        var kind: Kind
        var fields: [GraphQLName: Field] = [:]
        var inputs: [GraphQLName: Input] = [:]
        var cases: Set<GraphQLName> = []
        /// The members of a union; the interfaces of an object or an interface.
        var related: Set<GraphQLName> = []
        var isOneOf = false
    }

    struct Directive: Sendable {
        var arguments: [GraphQLName: Input] = [:]
        var locations: Set<String>
        var isRepeatable = false
    }

    var types: [GraphQLName: TypeDefinition] = [:]
    var directives: [GraphQLName: Directive] = [:]
    var roots: [GraphQLOperation.Kind: GraphQLName] = [:]
    /// The object types that a value of a composite type can have.
    private(set) var possibleTypes: [GraphQLName: Set<GraphQLName>] = [:]

    init() {}

    // MARK: Completion

    /// Adds what every server has, checks that what is named is there, and finds out which types a value can have.
    mutating func complete() throws(GraphQLDocumentError) {
        try addBuiltIns()
        for (name, type) in types.sorted(by: { $0.key < $1.key }) { try check(type, named: name) }
        for (name, directive) in directives.sorted(by: { $0.key < $1.key }) {
            for (argument, input) in directive.arguments { try check(input, at: "@\(name)(\(argument):)") }
        }
        guard roots[.query] != nil else { throw .invalidSchema("the schema has no type for queries") }
        for (kind, name) in roots where types[name]?.kind != .object {
            throw .invalidSchema(
                "the type for operations of the kind \(kind) is '\(name.shown)', which is no object type"
            )
        }
        for (name, type) in types {
            switch type.kind {
            case .object:
                possibleTypes[name, default: []].insert(name)
                for interface in type.related { possibleTypes[interface, default: []].insert(name) }
            case .union: possibleTypes[name] = type.related
            case .interface, .scalar, .enumeration, .inputObject: break
            }
        }
    }

    private func check(_ type: TypeDefinition, named name: GraphQLName) throws(GraphQLDocumentError) {
        for (fieldName, field) in type.fields {
            let place = "\(name).\(fieldName)"
            guard let kind = types[field.type.innermost]?.kind else { throw .unknownType(field.type, at: place) }
            guard kind != .inputObject else {
                throw .invalidSchema("'\(place)' is of the type '\(field.type)', which is for input only")
            }
            for (argument, input) in field.arguments { try check(input, at: "\(place)(\(argument):)") }
        }
        for (inputName, input) in type.inputs { try check(input, at: "\(name).\(inputName)") }
        for other in type.related {
            guard let kind = types[other]?.kind else { throw .unknownType(.named(other), at: name.text) }
            guard kind == (type.kind == .union ? .object : .interface) else {
                throw .invalidSchema("'\(name)' names '\(other)', which is of another kind")
            }
        }
    }

    private func check(_ input: Input, at place: String) throws(GraphQLDocumentError) {
        guard let kind = types[input.type.innermost]?.kind else { throw .unknownType(input.type, at: place) }
        guard kind.isInput else {
            throw .invalidSchema("'\(place)' is of the type '\(input.type)', which is for output only")
        }
    }
}

extension GraphQLDocumentError {
    static func invalidSchema(_ message: String) -> Self { Self(.invalidSchema, message) }

    fileprivate static func unknownType(_ type: GraphQLType, at place: String) -> Self {
        invalidSchema("'\(place)' names the type '\(type.innermost.shown)', which the schema does not define")
    }
}
