// SPDX-License-Identifier: Apache-2.0
//
// The value of an argument: hoisted into a variable unless it is written as a literal on purpose.

/// The value of an argument.
///
/// Values travel as variables: a request's text holds `$id` and never the value itself, so that no value can change
/// what the document means and one text serves all values. A variable has a declared type, which the named functions
/// give; a value of any other type says so: `.value(["title": "…"], type: "NewIssue!")`.
public struct GraphQLArgument: Hashable, Sendable {
    package enum Storage: Hashable, Sendable {
        case literal(GraphQLValue)
        case hoisted(GraphQLValue, type: GraphQLType)
    }

    package let storage: Storage

    /// The value itself, wherever it travels.
    package var wrapped: GraphQLValue {
        switch storage {
        case .literal(let value), .hoisted(let value, type: _): value
        }
    }

    /// A value that travels as a variable of the given type.
    public static func value(_ value: GraphQLValue, type: GraphQLType) -> Self {
        Self(storage: .hoisted(value, type: type))
    }

    /// A value in the document's own text, as for a constant of the program. Each different one makes a different
    /// text, which defeats servers' caches of parsed documents.
    public static func literal(_ value: GraphQLValue) -> Self { Self(storage: .literal(value)) }

    /// A variable that the operation declares.
    public static func variable(_ name: GraphQLName) -> Self { Self(storage: .literal(.variable(name))) }

    /// An `ID!`.
    public static func id(_ value: String) -> Self { .value(.string(value), type: nonNullID) }

    /// An `[ID!]!`.
    public static func ids(_ values: [String]) -> Self {
        .value(.list(values.map { .string($0) }), type: nonNullListOfIDs)
    }

    /// A `String!`.
    public static func string(_ value: String) -> Self { .value(.string(value), type: nonNullString) }

    /// An `Int!`, which GraphQL limits to 32 bits.
    public static func int(_ value: Int32) -> Self { .value(.int(Int(value)), type: nonNullInt) }

    /// A `Float!`.
    public static func float(_ value: Double) -> Self { .value(.float(value), type: nonNullFloat) }

    /// A `Boolean!`.
    public static func boolean(_ value: Bool) -> Self { .value(.boolean(value), type: nonNullBoolean) }

    // Made once: a batch has a thousand of them.
    private static let nonNullID = GraphQLType.nonNull(.named("ID"))
    private static let nonNullListOfIDs = GraphQLType.nonNull(.list(nonNullID))
    private static let nonNullString = GraphQLType.nonNull(.named("String"))
    private static let nonNullInt = GraphQLType.nonNull(.named("Int"))
    private static let nonNullFloat = GraphQLType.nonNull(.named("Float"))
    private static let nonNullBoolean = GraphQLType.nonNull(.named("Boolean"))
}

/// An argument with its name. Where a document keeps arguments, they are in the order of their names: printed, compared
/// and copied far more often than looked up.
struct GraphQLNamedArgument: Hashable, Sendable {
    var name: GraphQLName
    var argument: GraphQLArgument

    static func sorted(_ arguments: [GraphQLName: GraphQLArgument]) -> [Self] {
        guard arguments.count > 1 else {
            return arguments.first.map { [Self(name: $0.key, argument: $0.value)] } ?? []
        }
        return arguments.map { Self(name: $0, argument: $1) }.sorted { $0.name < $1.name }
    }

    static func dictionary(_ elements: [Self]) -> [GraphQLName: GraphQLArgument] {
        Dictionary(uniqueKeysWithValues: elements.lazy.map { ($0.name, $0.argument) })
    }
}
