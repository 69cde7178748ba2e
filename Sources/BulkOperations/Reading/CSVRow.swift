// SPDX-License-Identifier: Apache-2.0
//
// A row of a file of comma-separated values, by position and by the names of the columns.

/// The names of the columns. All rows of a file share one.
public final class CSVHeader: Sendable {
    /// The names, in order.
    public let names: [String]
    private let positions: [String: Int]

    /// The columns of a file.
    ///
    /// - Throws: ``RowError`` with ``RowError/Code/header`` if there is no name, or one stands twice.
    public convenience init(_ names: [String]) throws(RowError) { try self.init(names, line: nil) }

    init(_ names: [String], line: Int?) throws(RowError) {
        guard !names.isEmpty else { throw RowError(.header, line: line, "the header has no column; name at least one") }
        var positions: [String: Int] = [:]
        for (index, name) in names.enumerated() {
            guard positions.updateValue(index, forKey: name) == nil else {
                let offender = String(reflecting: name)
                throw RowError(.header, line: line, "the header names the column \(offender) twice; rename one of them")
            }
        }
        self.names = names
        self.positions = positions
    }

    /// The position of a column; `nil` if there is none of this name.
    ///
    /// - Complexity: O(1).
    public func position(of name: String) -> Int? { positions[name] }
}

extension CSVHeader: Hashable {
    /// Whether the names are the same, in the same order.
    public static func == (left: CSVHeader, right: CSVHeader) -> Bool {
        left === right || left.names == right.names
    }

    /// Hashes the names.
    public func hash(into hasher: inout Hasher) { hasher.combine(names) }
}

/// A row: as many fields as the header has columns.
public struct CSVRow: Sendable {
    /// The names of the columns.
    public let header: CSVHeader
    /// The fields in order, without their quotes.
    public let fields: [String]
    /// The line of the file on which the row begins, counted from 1.
    public let line: Int

    /// A row.
    ///
    /// - Parameters:
    ///   - header: The names of the columns.
    ///   - fields: One field for each column.
    ///   - line: The line on which it begins, for messages.
    /// - Throws: ``RowError`` with ``RowError/Code/raggedRow`` if there are more or fewer fields than columns.
    public init(_ header: CSVHeader, _ fields: [String], line: Int = 1) throws(RowError) {
        guard fields.count == header.names.count else {
            throw RowError(
                .raggedRow,
                line: line,
                "the row has \(Self.fields(fields.count)) where the header has \(header.names.count); "
                    + "quote fields that contain separators"
            )
        }
        self.header = header
        self.fields = fields
        self.line = line
    }

    /// The field of a column; `nil` if there is no column of this name.
    ///
    /// - Complexity: O(1).
    public subscript(name: String) -> String? { header.position(of: name).map { fields[$0] } }

    private static func fields(_ count: Int) -> String { count == 1 ? "1 field" : "\(count) fields" }
}

extension CSVRow: Equatable {
    /// Whether names and fields are the same, wherever in a file they stand.
    public static func == (left: Self, right: Self) -> Bool {
        left.fields == right.fields && left.header == right.header
    }
}
