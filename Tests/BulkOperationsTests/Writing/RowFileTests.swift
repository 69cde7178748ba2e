// SPDX-License-Identifier: Apache-2.0
//
// Files of rows: when they are made, what is in them, and what they do not overwrite.

import BulkOperations
import Foundation
import GraphQLBatching
import Testing

@Suite(.timeLimit(.minutes(1)))
struct `A file of rows` {
    private let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path

    private var text: String? { try? String(contentsOfFile: path, encoding: .utf8) }

    @Test func `has all rows in their order when it is closed`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = RowFile(path, format: .csv(), columns: ["n"])
        for number in 1...20_000 { try file.write([.int(number)]) }
        try file.close()
        #expect(file.count == 20_000)
        #expect(text == "n\r\n" + (1...20_000).map { "\($0)\r\n" }.joined())
    }

    @Test func `is not made where nothing is written`() throws {
        try RowFile(path, format: .csv(), columns: ["n"]).close()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `does not overwrite another unless it is told to`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("old".utf8).write(to: URL(filePath: path))
        let error = #expect(throws: RowError.self) {
            try RowFile(path, format: .jsonLines, columns: ["n"]).write([1])
        }
        #expect(error?.message.hasSuffix("exists already; remove it or name another file") == true)
        #expect(text == "old")
        let file = RowFile(path, format: .jsonLines, columns: ["n"], replaces: true)
        try file.write([1])
        try file.close()
        #expect(text == "{\"n\":1}\n")
    }

    @Test func `gives back the rows that were read`() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let rows = try await collected(CSVRows(Pieces("a,b\n\"1,\"\"1\",2\n,\n")))
        let file = RowFile(path, format: .csv(), columns: ["a", "b"])
        for row in rows { try file.write(row) }
        try file.close()
        #expect(try await collected(CSVRows(FileBytes(path))) == rows)
    }

    @Test func `finds the fields of a row by the names of its columns`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = RowFile(path, format: .csv(), columns: ["b"])
        try file.write(try CSVRow(CSVHeader(["a", "b"]), ["1", "2"]))
        let error = #expect(throws: RowError.self) { try file.write(try CSVRow(CSVHeader(["a"]), ["1"], line: 7)) }
        #expect(error?.description == "line 7: the row has no column \"b\"")
        try file.close()
        #expect(text == "b\r\n2\r\n")
    }

    @Test func `takes lines as they are`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = RowFile(path, format: .jsonLines, columns: [])
        try file.write(line: Array(#"{ "a" : 1 }"#.utf8))
        try file.close()
        #expect(text == "{ \"a\" : 1 }\n")
    }

    @Test func `says so if it cannot be made, or is closed`() throws {
        let nowhere = RowFile("/nowhere/at/all", format: .jsonLines, columns: [])
        let error = #expect(throws: RowError.self) { try nowhere.write([]) }
        #expect(error?.message.hasPrefix("cannot make \"/nowhere/at/all\": ") == true)
        let closed = RowFile(path, format: .jsonLines, columns: [])
        try closed.close()
        #expect(throws: RowError.self) { try closed.write([]) }
    }
}
