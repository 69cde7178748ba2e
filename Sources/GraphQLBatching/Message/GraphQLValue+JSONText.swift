// SPDX-License-Identifier: Apache-2.0
//
// A value as JSON, for the package's other modules.

extension GraphQLValue {
    /// The value as JSON, keys of objects sorted.
    ///
    /// - Throws: ``GraphQLDocumentError`` with ``GraphQLDocumentError/Code/invalidValue`` if it has no JSON: a float that
    ///   is not finite, a reference to a variable, nesting beyond ``GraphQLDocument/maximumDepth``.
    package func jsonText() throws(GraphQLDocumentError) -> [UInt8] {
        var writer = GraphQLJSONWriter(capacity: 64)
        try writer.write(self)
        return writer.bytes.array
    }
}
