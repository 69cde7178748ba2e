// SPDX-License-Identifier: Apache-2.0
//
// Columns as members of an input.

import BulkOperations
import GraphQLBatching
import Testing

@Suite(.timeLimit(.minutes(1)))
struct `A mapping of columns` {
    private let header: CSVHeader
    private let mapping = CSVMapping([
        CSVMapping.Column("title", as: "name"),
        CSVMapping.Column("size", .int),
        CSVMapping.Column("share", .number),
        CSVMapping.Column("open", .boolean),
        CSVMapping.Column("extra", as: "metadata", .json),
    ])

    init() throws { header = try CSVHeader(["title", "size", "share", "open", "extra", "unused"]) }

    @Test func `names and types the members`() throws {
        let row = try CSVRow(header, ["Atlas", "7", "0.5", "true", #"{"tags":["a,b"]}"#, "x"])
        let expected: [String: GraphQLValue] = [
            "name": "Atlas", "size": 7, "share": 0.5, "open": true, "metadata": ["tags": ["a,b"]],
        ]
        #expect(try mapping.input(of: row) == expected)
    }

    @Test func `leaves out what is empty, but for text`() throws {
        #expect(try mapping.input(of: try CSVRow(header, ["", "", "", "", "", ""])) == ["name": ""])
    }

    @Test(arguments: [("size", 1), ("share", 2), ("open", 3), ("extra", 4)])
    func `refuses a field that is not of its kind, with line and name`(name: String, index: Int) throws {
        var fields = ["Atlas", "7", "0.5", "true", "1", ""]
        fields[index] = "secret"
        let error = #expect(throws: RowError.self) { try mapping.input(of: try CSVRow(header, fields, line: 12)) }
        #expect(error?.code == .invalidValue)
        #expect(error?.description.hasPrefix("line 12: the field \"\(name)\" is not ") == true)
        #expect(error?.description.contains("secret") == false)
    }

    @Test func `says which columns there are if one is missing`() throws {
        let row = try CSVRow(CSVHeader(["a", "b"]), ["1", "2"])
        let error = #expect(throws: RowError.self) { try mapping.input(of: row) }
        #expect(error?.description == "the file has no column \"title\"; it has a, b")
    }

    @Test func `without columns takes all as text`() throws {
        #expect(try CSVMapping().input(of: try CSVRow(CSVHeader(["a"]), ["1"])) == ["a": "1"])
    }
}
