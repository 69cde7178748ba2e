// SPDX-License-Identifier: Apache-2.0
//
// Comma-separated values: what a file means, what is wrong with one, and that pieces do not matter.

import BulkOperations
import Testing

@Suite(.timeLimit(.minutes(1)))
struct `A file of comma-separated values` {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let text: String
        let rows: [[String]]

        init(_ name: String, _ text: String, _ rows: [[String]]) {
            (self.name, self.text, self.rows) = (name, text, rows)
        }

        var testDescription: String { name }
    }

    static let cases = [
        Case("rows that end in LF", "a,b\n1,2\n3,4\n", [["1", "2"], ["3", "4"]]),
        Case("rows that end in CR LF", "a,b\r\n1,2\r\n3,4\r\n", [["1", "2"], ["3", "4"]]),
        Case("a last row without an end", "a,b\n1,2", [["1", "2"]]),
        Case("a last row of empty fields without an end", "a,b\n,", [["", ""]]),
        Case("a byte order mark", "\u{FEFF}a,b\n1,2\n", [["1", "2"]]),
        Case("a byte order mark before a quote", "\u{FEFF}\"a\",b\n1,2\n", [["1", "2"]]),
        Case("quotes around fields", "a,b\n\"1\",\"2\"\n", [["1", "2"]]),
        Case("separators in quotes", "a,b\n\"1,1\",\",\"\n", [["1,1", ","]]),
        Case("line breaks in quotes", "a,b\n\"1\n1\",\"2\r\n2\"\r\n3,4", [["1\n1", "2\r\n2"], ["3", "4"]]),
        Case("doubled quotes", "a,b\n\"\"\"1\"\"\",\"\"\"\"\n", [["\"1\"", "\""]]),
        Case("empty fields", "a,b\n,\n\"\",2\n", [["", ""], ["", "2"]]),
        Case("empty lines between rows", "a,b\n\n1,2\r\n\r\n\n3,4\n\n", [["1", "2"], ["3", "4"]]),
        Case("empty lines that are rows of one column", "a\n\n1\n", [[""], ["1"]]),
        Case("spaces, which are kept", "a,b\n 1 ,\" 2 \"\n", [[" 1 ", " 2 "]]),
        Case("a carriage return within a field", "a,b\n1\r1,2\n", [["1\r1", "2"]]),
        Case("a carriage return at the end of the file", "a,b\n1,2\r", [["1", "2\r"]]),
        Case("text of other scripts", "a,b\nÄ,日本\n", [["Ä", "日本"]]),
        Case("only a header", "a,b\n", []),
    ]

    @Test(arguments: cases)
    func `is read with`(example: Case) async throws {
        #expect(try await collected(CSVRows(Pieces(example.text))).map(\.fields) == example.rows)
    }

    @Test(arguments: cases)
    func `is read the same byte by byte with`(example: Case) async throws {
        let pieces = Pieces(Array(example.text.utf8), seed: 1, longest: 1)
        #expect(try await collected(CSVRows(pieces)).map(\.fields) == example.rows)
    }

    @Test func `gives fields by the names of their columns`() async throws {
        let row = try #require(try await collected(CSVRows(Pieces("name,age\nAda,36\n"))).first)
        #expect(row["age"] == "36")
        #expect(row["none"] == nil)
        #expect(row.line == 2)
    }

    @Test func `tells on which line each row begins`() async throws {
        let rows = try await collected(CSVRows(Pieces("a,b\n\"1\n\n1\",2\r\n\n3,4\n")))
        #expect(rows.map(\.line) == [2, 6])
    }

    @Test func `may have another separator`() async throws {
        let rows = CSVRows(Pieces("a;b\n1,1;2\n"), options: CSVOptions(separator: .semicolon))
        #expect(try await collected(rows).map(\.fields) == [["1,1", "2"]])
        let tabs = CSVRows(Pieces("a\tb\n1\t2\n"), options: CSVOptions(separator: .tab))
        #expect(try await collected(tabs).map(\.fields) == [["1", "2"]])
    }

    @Test func `may have its header elsewhere`() async throws {
        let options = CSVOptions(header: try CSVHeader(["x", "y"]))
        let rows = try await collected(CSVRows(Pieces("1,2\n3,4"), options: options))
        #expect(rows.map { $0["y"] } == ["2", "4"])
    }
}

@Suite(.timeLimit(.minutes(1)))
struct `A row that is not well formed` {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let bytes: [UInt8]
        let error: String
        let code: RowError.Code
        let rest: Int

        /// - Parameter rest: How many rows can be read besides.
        init(_ name: String, _ text: String, _ code: RowError.Code, _ error: String, rest: Int = 1) {
            self.init(name, bytes: Array(text.utf8), code, error, rest: rest)
        }

        init(_ name: String, bytes: [UInt8], _ code: RowError.Code, _ error: String, rest: Int = 1) {
            (self.name, self.bytes, self.code, self.error, self.rest) = (name, bytes, code, error, rest)
        }

        var testDescription: String { name }
    }

    static let cases = [
        Case("too few fields", "a,b\n\n1\n3,4\n", .raggedRow, "line 3: the row has 1 field where the header has 2"),
        Case("too many fields", "a,b\n1,2,3\n3,4\n", .raggedRow, "line 2: the row has 3 fields where the header has 2"),
        Case("too few behind a line break", "a,b\n\"1\n\"\n3,4", .raggedRow, "line 2: the row has 1 field"),
        Case("a quote within a field", "a,b\n1,2\"2\n3,4\n", .misplacedQuote, "line 2, column 4: a quote inside"),
        Case("a quote behind a space", "a,b\n1, \"2\"\n3,4\n", .misplacedQuote, "line 2, column 4: a quote inside"),
        Case("text behind a quote", "a,b\n\"1\"1,2\n3,4\n", .misplacedQuote, "line 2, column 4: text behind"),
        Case("a return behind a quote", "a,b\n\"1\"\r1,2\n3,4\n", .misplacedQuote, "line 2, column 5: text behind"),
        Case("a quote that stays open", "a,b\n3,4\n1,\"2\n5,6\n", .missingQuote, "line 3, column 3: the quote"),
        Case(
            "bytes that are not UTF-8",
            bytes: Array("a,b\n1,".utf8) + [0xFF] + Array("\n3,4\n".utf8),
            .invalidText,
            "line 2: the field \"b\" is not UTF-8"
        ),
        Case(
            "more bytes than allowed",
            "a,b\n1,\"23456789\n0\"\n3,4\n",
            .tooLarge,
            "line 2: the row has more than 8 bytes"
        ),
        Case("more fields than allowed", "a,b\n,,,,,,,,,,,\n3,4\n", .tooLarge, "line 2: the row has more than 8 bytes"),
        Case("an empty file", "", .header, "the file is empty", rest: 0),
        Case(
            "a column of two names",
            "a,b,a\n1,2,3\n",
            .header,
            "line 1: the header names the column \"a\" twice",
            rest: 0
        ),
        Case("a bad header", "a,b\"\n1,2\n", .header, "line 1, column 4: in the header: a quote inside", rest: 0),
    ]

    @Test(arguments: cases, [1, 1_000])
    func `is reported with its place, and the rest is read`(example: Case, longest: Int) async throws {
        let pieces = Pieces(example.bytes, seed: 1, longest: longest)
        let results = try await collected(CSVRows(pieces, options: CSVOptions(maximumRowBytes: 8)).results)
        var errors: [RowError] = []
        for case .failure(let error) in results { errors.append(error) }
        #expect(errors.map(\.code) == [example.code])
        #expect(errors.first?.description.hasPrefix(example.error) == true, "\(errors)")
        #expect(results.count - errors.count == example.rest)
    }

    @Test func `ends a sequence that is not asked for results`() async throws {
        var lines: [Int] = []
        await #expect(throws: RowError.self) {
            for try await row in CSVRows(Pieces("a,b\n1,2\n3\n5,6\n")) { lines.append(row.line) }
        }
        #expect(lines == [2])
    }
}

@Suite(.timeLimit(.minutes(1)))
struct `Pieces of comma-separated values` {
    /// A table with every character that matters, as it must be read.
    private func table(_ generator: inout Seeded) -> [[String]] {
        let parts = ["a", "bc", ",", "\"", "\n", "\r\n", "\r", " ", "ä", "日", "", "1234567890123456"]
        let columns = Int.random(in: 2...5, using: &generator)
        return (0..<Int.random(in: 0...20, using: &generator)).map { _ in
            (0..<columns).map { _ in
                (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                    parts.randomElement(using: &generator) ?? ""
                }.joined()
            }
        }
    }

    /// Quotes where it must, and sometimes where it need not.
    private func text(_ table: [[String]], _ generator: inout Seeded) -> String {
        let lineEnd = Bool.random(using: &generator) ? "\n" : "\r\n"
        return table.map { row in
            row.map { field in
                let mustQuote = field.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
                guard mustQuote || Bool.random(using: &generator) else { return field }
                return "\"" + field.replacing("\"", with: "\"\"") + "\""
            }.joined(separator: ",") + lineEnd
        }.joined()
    }

    @Test(arguments: 1...200)
    func `give the same rows wherever they are cut`(seed: UInt64) async throws {
        var generator = Seeded(state: seed)
        let rows = table(&generator)
        let names = (0..<(rows.first?.count ?? 2)).map { "column \($0)" }
        let bytes =
            Array((Bool.random(using: &generator) ? "\u{FEFF}" : "").utf8)
            + Array(text([names] + rows, &generator).utf8)
        for longest in [1, 2, 7, 64, 100_000] {
            let read = try await collected(CSVRows(Pieces(bytes, seed: seed, longest: longest)))
            #expect(read.map(\.fields) == rows)
        }
    }

    @Test(arguments: 1...200)
    func `give the same results wherever they are cut, whatever the bytes are`(seed: UInt64) async throws {
        var generator = Seeded(state: seed)
        let alphabet = Array("ab,,\"\"\r\n\n".utf8) + [0xEF, 0xBB, 0xBF, 0xFF]
        let bytes = (0..<Int.random(in: 0...300, using: &generator)).map { _ in
            alphabet.randomElement(using: &generator) ?? 0
        }
        func results(_ pieces: Pieces) async throws -> [Result<CSVRow, RowError>] {
            let options = CSVOptions(header: try CSVHeader(["a", "b"]), maximumRowBytes: 40)
            return try await collected(CSVRows(pieces, options: options).results)
        }
        let whole = try await results(Pieces(bytes))
        for longest in [1, 3, 10] {
            #expect(try await results(Pieces(bytes, seed: seed, longest: longest)) == whole)
        }
    }
}
