// SPDX-License-Identifier: Apache-2.0
//
// Which column of a file becomes which member of an input, and of what kind.

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
public import GraphQLBatching

/// Turns rows of text into inputs: objects with named and typed members, as they travel in JSON or as variables.
///
/// ```swift
/// import BulkOperations
///
/// let mapping = CSVMapping([
///     CSVMapping.Column("title", as: "name"),
///     CSVMapping.Column("size", .int),
///     CSVMapping.Column("extra", as: "metadata", .json),
/// ])
/// let row = try CSVRow(CSVHeader(["title", "size", "extra"]), ["Atlas", "7", #"{"tags":["a"]}"#])
/// let input = try mapping.input(of: row)  // {name: "Atlas", size: 7, metadata: {tags: ["a"]}}
/// print(input)
/// ```
public struct CSVMapping: Hashable, Sendable {
    /// What a field's text stands for.
    public enum Kind: Hashable, Sendable {
        /// Itself. An empty field is an empty string.
        case text
        /// A whole number. An empty field leaves the member out; so it does for the kinds below.
        case int
        /// A number, with a fraction or without.
        case number
        /// `true` or `false`.
        case boolean
        /// Any JSON.
        case json
    }

    /// What becomes of a column.
    public struct Column: Hashable, Sendable {
        /// The name of the column.
        public var name: String
        /// The name of the member.
        public var member: String
        /// What a field stands for.
        public var kind: Kind

        /// A column.
        ///
        /// - Parameters:
        ///   - name: The name of the column.
        ///   - member: The name of the member; by default that of the column.
        ///   - kind: What a field stands for.
        public init(_ name: String, as member: String? = nil, _ kind: Kind = .text) {
            self.name = name
            self.member = member ?? name
            self.kind = kind
        }
    }

    /// The columns that are read; others are left out. `nil` reads all as text under their own names.
    public var columns: [Column]?

    /// A mapping.
    ///
    /// - Parameter columns: The columns that are read; `nil` reads all as text under their own names.
    public init(_ columns: [Column]? = nil) { self.columns = columns }

    /// The input that a row is.
    ///
    /// - Returns: The members by their names.
    /// - Throws: ``RowError``, which names the line and the column: with ``RowError/Code/header`` if the file lacks a
    ///   column, with ``RowError/Code/invalidValue`` if a field is not what it is to be.
    /// - Complexity: O(*n*) in the number of columns.
    public func input(of row: CSVRow) throws(RowError) -> [String: GraphQLValue] {
        guard let columns else {
            return Dictionary(zip(row.header.names, row.fields.map(GraphQLValue.string))) { first, _ in first }
        }
        var input: [String: GraphQLValue] = [:]
        for column in columns {
            guard let field = row[column.name] else {
                let names = row.header.names.joined(separator: ", ")
                throw RowError(
                    .header,
                    "the file has no column \(String(reflecting: column.name)); it has \(names)"
                )
            }
            guard !field.isEmpty || column.kind == .text else { continue }
            guard let value = column.kind.value(field) else {
                throw RowError(
                    .invalidValue,
                    line: row.line,
                    "the field \(String(reflecting: column.name)) is not \(column.kind.name)"
                )
            }
            input[column.member] = value
        }
        return input
    }
}

extension CSVMapping.Kind {
    fileprivate var name: String {
        switch self {
        case .text: "text"
        case .int: "a whole number"
        case .number: "a number"
        case .boolean: "true or false"
        case .json: "JSON"
        }
    }

    fileprivate func value(_ field: String) -> GraphQLValue? {
        switch self {
        case .text: .string(field)
        case .int: Int(field).map(GraphQLValue.int)
        case .number: Double(field).flatMap { $0.isFinite ? .float($0) : nil }
        case .boolean: Bool(field).map(GraphQLValue.boolean)
        case .json: try? JSONDecoder().decode(GraphQLValue.self, from: Data(field.utf8))
        }
    }
}
