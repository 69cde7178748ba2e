// SPDX-License-Identifier: Apache-2.0
//
// How single fields are made one request.

/// How the fields of a name travel together. Declared once, see ``GraphQLClientConfiguration/strategies``.
///
/// ```swift
/// import GraphQLBatching
///
/// var configuration = GraphQLClientConfiguration()
/// configuration.strategies["resource"] = .list("resources", ids: "ids")
/// ```
///
/// Callers ask for `resource(id:)` as ever. With the declaration, a hundred of them are one field `resources(ids:)`, where
/// without it they are a hundred aliases. <doc:Coalescing> compares the strategies.
///
/// Strategies are for queries. Mutations always go as aliases of one document, for nothing else promises their order.
public struct GraphQLStrategy: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case aliases, mixedAliases, array, variables
        case list(GraphQLListField)
    }

    let kind: Kind

    /// One document with an alias for each field. Fields that differ in more than the values of their arguments go in
    /// documents of their own, at the same time: so a shape has few texts, which servers' caches know.
    public static let aliases = GraphQLStrategy(kind: .aliases)

    /// One document for the fields of all shapes: fewer requests, many texts. A slow field holds up all others.
    public static let mixedAliases = GraphQLStrategy(kind: .mixedAliases)

    /// One HTTP request with a list of GraphQL requests, for a server that has array batching. A response that is not a
    /// list of as many fails them all.
    public static let array = GraphQLStrategy(kind: .array)

    /// One GraphQL request with a list of variables, for a server that has variable batching. A response that does not
    /// have one result for each fails them all.
    public static let variables = GraphQLStrategy(kind: .variables)

    /// One field for many ids, of a server that has one.
    ///
    /// Rows find their callers by their key and not by their place, so they may come in any order and more than once. An
    /// id without a row has null, unless an error says that a row failed and does not say which. Rows that nobody asked
    /// for while others are missing are an error, for then the server seems to write ids in another way.
    ///
    /// A field without the argument, or whose value is neither a string nor a whole number, goes as ``aliases`` do. Other
    /// arguments are handed on; fields that differ in them do not share a list. If the fields do not select the key
    /// themselves, it is in their values under the name `batchKey`.
    ///
    /// - Parameters:
    ///   - field: The list field.
    ///   - ids: Its argument that takes the ids.
    ///   - type: The type of that argument.
    ///   - argument: The single field's argument that is the id.
    ///   - key: The field of each row that holds the id.
    public static func list(
        _ field: GraphQLName,
        ids: GraphQLName = "ids",
        type: GraphQLType = .nonNull(.list(.nonNull(.named("ID")))),
        by argument: GraphQLName = "id",
        key: GraphQLName = "id"
    ) -> Self {
        Self(kind: .list(GraphQLListField(field: field, ids: ids, type: type, argument: argument, key: key)))
    }

    var list: GraphQLListField? {
        if case .list(let list) = kind { list } else { nil }
    }

    /// The strategy for one field: a list only if the field has an id.
    func applied(to field: GraphQLField) -> Self {
        guard let list, list.id(of: field) == nil else { return self }
        return .aliases
    }
}
