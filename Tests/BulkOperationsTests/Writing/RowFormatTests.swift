// SPDX-License-Identifier: Apache-2.0
//
// Rows as text, and as text that is read again.

import BulkOperations
import GraphQLBatching
import Testing

@Suite(.timeLimit(.minutes(1)))
struct `Rows are written` {
    private static let columns = ["name", "size", "extra"]

    private func text(_ format: RowFormat, _ values: [GraphQLValue]) throws -> String {
        String(decoding: try format.header(Self.columns) + format.row(values, columns: Self.columns), as: UTF8.self)
    }

    @Test func `as JSON Lines, in the order of the columns`() throws {
        #expect(
            try text(.jsonLines, ["a\n\"b\"", 1, ["k": [.null]]])
                == #"{"name":"a\n\"b\"","size":1,"extra":{"k":[null]}}"# + "\n"
        )
    }

    @Test func `as comma-separated values, quoted where they must be`() throws {
        #expect(
            try text(.csv(), ["a, \"b\"\n", 1.5, ["k": [true]]])
                == "name,size,extra\r\n\"a, \"\"b\"\"\n\",1.5,\"{\"\"k\"\":[true]}\"\r\n"
        )
        #expect(try text(.csv(separator: .semicolon), ["a,b", .null, "c;d"]).hasSuffix("a,b;;\"c;d\"\r\n"))
    }

    @Test func `as a table in Markdown without markup in its cells`() throws {
        #expect(
            try text(.markdown, ["a|b\n*c*", .null, "<d> & `e`"])
                == "| name | size | extra |\n|---|---|---|\n| a\\|b<br>\\*c\\* |  | &lt;d&gt; &amp; \\`e\\` |\n"
        )
    }

    @Test(arguments: ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1"])
    func `with an apostrophe before what a spreadsheet would run, if that is asked for`(formula: String) throws {
        let guarded = try text(.csv(guardsFormulas: true), [.string(formula), -1, "a=1"])
        #expect(guarded.contains("'" + formula))
        #expect(guarded.contains(",-1,a=1\r\n"))
        #expect(try !text(.csv(), [.string(formula), -1, ""]).contains("'"))
    }

    @Test(arguments: [["a"], ["a", 1, .null, 2]] as [[GraphQLValue]])
    func `with a value for each column and no more`(values: [GraphQLValue]) throws {
        let error = #expect(throws: RowError.self) { try text(.jsonLines, values) }
        #expect(error?.description == "there are \(values.count) values for 3 columns; give one for each")
    }

    @Test(arguments: 1...100)
    func `so that they can be read again`(seed: UInt64) async throws {
        var generator = Seeded(state: seed)
        let parts = ["a", ",", "\"", "\n", "\r\n", "\r", " ", "ä", "\u{FEFF}", ""]
        let columns = (0..<Int.random(in: 1...4, using: &generator)).map { "column \($0)" }
        let rows = (0..<10).map { _ in
            columns.map { _ in
                (0..<3).map { _ in parts.randomElement(using: &generator) ?? "" }.joined()
            }
        }
        let format = RowFormat.csv()
        let bytes = try rows.reduce(into: format.header(columns)) {
            $0 += try format.row($1.map(GraphQLValue.string), columns: columns)
        }
        #expect(try await collected(CSVRows(Pieces(bytes))).map(\.fields) == rows)
    }
}
