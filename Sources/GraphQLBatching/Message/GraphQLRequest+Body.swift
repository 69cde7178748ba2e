// SPDX-License-Identifier: Apache-2.0
//
// The body of a request as JSON, written straight into bytes.

extension GraphQLRequest {
    /// The body of a POST request as JSON: `query`, and if there are any `operationName`, `variables`, `extensions`.
    ///
    /// Equal requests have equal bodies: entries come in this order, and keys of objects are sorted.
    ///
    /// - Throws: ``GraphQLDocumentError`` with ``GraphQLDocumentError/Code/invalidValue`` if a value has no JSON: a
    ///   float that is not finite, a reference to a variable, nesting beyond ``GraphQLDocument/maximumDepth``.
    /// - Complexity: O(*n*) in the length of the body, plus sorting.
    public func body() throws(GraphQLDocumentError) -> [UInt8] {
        var writer = GraphQLJSONWriter()
        writer.bytes.reserveCapacity(query.utf8.count + 32 * variables.count + 128)
        writer.write(#"{"query":"#)
        writer.bytes.appendQuoted(query)
        if let operationName {
            writer.write(#","operationName":"#)
            writer.bytes.appendQuoted(operationName.text)
        }
        for (name, entries) in [("variables", variables), ("extensions", extensions)] where !entries.isEmpty {
            writer.write(",\"\(name)\":")
            try writer.write(entries)
        }
        writer.write("}")
        return writer.bytes
    }
}

/// Writes values as JSON.
///
/// Foundation's encoder takes several times the budget that building and encoding a request has, most of it for its tree
/// of boxed values; a direct writer needs fifty lines and keeps `1` and `1.0` apart.
struct GraphQLJSONWriter {
    var bytes: [UInt8] = []
    private var depth = 0

    mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func write(_ members: [String: GraphQLValue]) throws(GraphQLDocumentError) {
        try enter()
        defer { depth -= 1 }
        var separator = UInt8(ascii: "{")
        for key in members.count > 1 ? members.keys.sorted() : Array(members.keys) {
            bytes.append(separator)
            separator = UInt8(ascii: ",")
            bytes.appendQuoted(key)
            bytes.append(UInt8(ascii: ":"))
            try write(members[key] ?? .null)
        }
        write(members.isEmpty ? "{}" : "}")
    }

    private mutating func write(_ value: GraphQLValue) throws(GraphQLDocumentError) {
        switch value {
        case .null: write("null")
        case .boolean(let value): write(value ? "true" : "false")
        case .int(let value): write(String(value))
        case .float(let value):
            guard value.isFinite else { throw .noJSON("a float that is not finite") }
            write(value.description)
        case .string(let text): bytes.appendQuoted(text)
        case .enumCase(let name): bytes.appendQuoted(name.text)
        case .variable(let name): throw .noJSON("a reference to the variable '$\(name.shown)'")
        case .list(let elements):
            try enter()
            defer { depth -= 1 }
            write("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { write(",") }
                try write(element)
            }
            write("]")
        case .object(let members): try write(members)
        }
    }

    private mutating func enter() throws(GraphQLDocumentError) {
        depth += 1
        guard depth <= GraphQLDocument.maximumDepth else {
            throw .noJSON("nesting of more than \(GraphQLDocument.maximumDepth) levels")
        }
    }
}

extension GraphQLDocumentError {
    fileprivate static func noJSON(_ what: String) -> Self {
        Self(.invalidValue, "the variables or extensions hold \(what), which JSON cannot")
    }
}
