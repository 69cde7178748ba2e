// SPDX-License-Identifier: Apache-2.0
//
// The end of each item of a run, as a file.

import BulkOperations
import Foundation
import GraphQLBatching
import Testing

@Suite(.timeLimit(.minutes(1)))
struct `The records of a run` {
    private let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path

    static let formats: [(RowFormat, String)] = [
        (
            .jsonLines,
            #"{"index":0,"end":"succeeded","attempts":1,"error":null,"output":10}"# + "\n"
                + #"{"index":1,"end":"failed","attempts":0,"error":"line 3, column 1: \"x\" | y","output":null}"# + "\n"
        ),
        (
            .csv(),
            "index,end,attempts,error,output\r\n0,succeeded,1,,10\r\n"
                + "1,failed,0,\"line 3, column 1: \"\"x\"\" | y\",\r\n"
        ),
        (
            .markdown,
            "| index | end | attempts | error | output |\n|---|---|---|---|---|\n| 0 | succeeded | 1 |  | 10 |\n"
                + "| 1 | failed | 0 | line 3, column 1: \"x\" \\| y |  |\n"
        ),
    ]

    @Test(arguments: formats)
    func `are written as they come`(format: RowFormat, expected: String) async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let tenfold = BulkClosure<Int, Int> { input in
            guard input < 2 else { throw RowError(.invalidValue, line: 3, column: 1, "\"x\" | y") }
        } _: { chunk in
            chunk.inputs.map { .success($0 * 10) }
        }
        let report = RowFile(path, format: format, columns: RowFile.recordColumns)
        var options = BulkOptions()
        options.maxConcurrentChunks = 1
        let records = try await BulkRunner(tenfold, options: options).forEach(of: [1, 2]) { records in
            for record in records.sorted(by: { $0.index < $1.index }) { try report.write(record) { .int($0) } }
        }
        try report.close()
        #expect(records.total == 2)
        let lines = try String(contentsOfFile: path, encoding: .utf8)
        #expect(
            lines.split(whereSeparator: \.isNewline).sorted() == expected.split(whereSeparator: \.isNewline).sorted()
        )
    }
}
