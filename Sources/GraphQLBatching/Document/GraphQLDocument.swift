// SPDX-License-Identifier: Apache-2.0
//
// Operations and fragments that belong together, checked when they are put together.

/// An executable document ([GraphQL, section 2.2](https://spec.graphql.org/September2025/#sec-Document)).
///
/// A document that exists is well formed: see ``init(operations:fragments:)`` for what is checked.
public struct GraphQLDocument: Hashable, Sendable {
    /// The operations, in order; at least one.
    public let operations: [GraphQLOperation]
    /// The fragments, in order.
    public let fragments: [GraphQLFragment]

    /// Puts a document together without looking at it.
    init(unchecked operations: [GraphQLOperation], fragments: [GraphQLFragment]) {
        self.operations = operations
        self.fragments = fragments
    }
}
