// SPDX-License-Identifier: Apache-2.0
//
// Files of rows on their way to a server that takes them as forms, and from a server that exports them.

import BulkOperations
import CurlTransport
import Foundation
import GraphQLBatching
import HTTPTransport
import LoopbackServer
import Testing

@Suite("Bulk: imports and exports", .timeLimit(.minutes(2)))
struct ImportTests {
    /// How rows stand in the file of a form.
    enum Format: String, CaseIterable {
        case csv = "text/csv"
        case jsonLines = "application/x-ndjson"
        case json = "application/json"

        /// The file of some rows, whose columns are `title` and `tags`.
        func file(_ rows: [CSVRow]) throws -> [UInt8] {
            let columns = ["title", "tags"]
            switch self {
            case .csv:
                let format = RowFormat.csv()
                return try rows.reduce(into: format.header(columns)) { file, row in
                    file += try format.row(row.fields.map { .string($0) }, columns: columns)
                }
            case .jsonLines:
                return try objects(rows).flatMap { $0 + [UInt8(ascii: "\n")] }
            case .json:
                return [UInt8(ascii: "[")] + Array(try objects(rows).joined(separator: [UInt8(ascii: ",")]))
                    + [UInt8(ascii: "]")]
            }
        }

        private func objects(_ rows: [CSVRow]) throws -> [[UInt8]] {
            let mapping = CSVMapping([.init("title", as: "name"), .init("tags", as: "tags", .json)])
            return try rows.map { try GraphQLValue.object(mapping.input(of: $0)).jsonText() }
        }
    }

    private struct Tagged: Decodable, Sendable {
        var name: String
        var tags: [String]
    }

    private static let text = #"""
        title,tags\#r
        "a, ""quoted""","[""x"",""y""]"\#r
        "two\#r
        lines",[]\#r
        fail,[]\#r
        plain,"[""z""]"\#r

        """#

    @Test(arguments: Format.allCases)
    func `rows travel as the file of a form, with a mapping, and each has its own end`(format: Format) async throws {
        try await withDesk { desk in
            var routes = BulkJobRoutes(below: try desk.url("/jobs"), hasEvents: false)
            routes.submit = try desk.url("/imports")
            var jobs = BulkJobs<CSVRow, Tagged>(at: routes, over: desk.transport) { request, chunk in
                var form = HTTPMultipartForm()
                try form.append(
                    name: "file",
                    bytes: try format.file(chunk.inputs),
                    fileName: "rows",
                    contentType: format.rawValue
                )
                try form.append(name: "mapping", value: #"{"title":"name"}"#)
                return try await desk.transport.send(request, form: form)
            }
            jobs.firstPoll = .milliseconds(1)
            let runner = try BulkRunner(jobs, options: .test(chunk: 3))
            let result = try await runner.run(CSVRows(Pieces(Self.text)))
            #expect(result.outputs.map { $0?.name } == ["a, \"quoted\"", "two\r\nlines", nil, "plain"])
            #expect(result.outputs.map { $0?.tags } == [["x", "y"], [], nil, ["z"]])
            #expect(result.failures.map(\.index) == [2])
            #expect(result.failures.map(\.input.line) == [5])
            #expect((result.failures.first?.error as? BulkError)?.serverCode == "invalid")
        }
    }

    @Test func `a form that goes again with its key is imported once`() async throws {
        try await withDesk(faultRate: 0.3) { desk in
            var routes = BulkJobRoutes(below: try desk.url("/jobs"), hasEvents: false)
            routes.submit = try desk.url("/imports")
            var jobs = BulkJobs<String, Record>(at: routes, over: desk.transport) { request, chunk in
                let lines = chunk.inputs.map { #"{"name":"\#($0)"}"# }.joined(separator: "\n")
                var form = HTTPMultipartForm()
                try form.append(name: "file", bytes: Array(lines.utf8), contentType: "application/x-ndjson")
                return try await desk.transport.send(request, form: form)
            }
            jobs.firstPoll = .milliseconds(1)
            var options = BulkOptions.test(chunk: 10, concurrency: 4, attempts: 20)
            options.usesIdempotencyKeys = true
            let names = (0..<200).map { "row \($0)" }
            let result = try await BulkRunner(jobs, options: options).run(names)
            #expect(try result.get().map(\.name) == names)
            #expect(desk.service.contents.creations.count == 200)
            #expect(desk.service.contents.creations.values.allSatisfy { $0 == 1 })
        }
    }

    @Test(arguments: [
        (RowFormat.csv(), "name,id\r\n", "\r\n"), (.jsonLines, "", "\n"),
        (.markdown, "| name | id |\n|---|---|\n", "\n"),
    ])
    func `an export streams to a file row by row`(format: RowFormat, header: String, end: String) async throws {
        try await withDesk { desk in
            _ = try await BulkRunner(try desk.envelope(), options: .test(chunk: 1_000)).run(records(5_000)).get()
            let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
            defer { try? FileManager.default.removeItem(atPath: path) }
            let request = HTTPRequest(method: .get, url: try desk.url("/items"))
            let response = try await desk.transport.stream(request)
            let file = RowFile(path, format: format, columns: ["name", "id"])
            for try await row in JSONLines(response.body, of: Record.self) {
                try file.write([.string(row.value.name), .string(row.value.id ?? "")])
            }
            try file.close()
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(file.count == 5_000)
            #expect(text.hasPrefix(header))
            #expect(text.utf8.count(where: { $0 == UInt8(ascii: "\n") }) == 5_000 + header.split(separator: "\n").count)
            #expect(text.hasSuffix(end) && text.contains("record 4999"))
        }
    }

    @Test func `an export that is cut off is an error and not a short file`() async throws {
        let reply = LoopbackReply.script([
            .text("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"name\":\"a\"}\n{\"name\":\"b\"}\n{\"na"), .close,
        ])
        let server = try LoopbackHTTPServer { _ in reply }
        defer { server.stop() }
        try await withDesk { desk in
            let request = HTTPRequest(method: .get, url: try HTTPURL(server.url + "/items"))
            let response = try await desk.transport.stream(request)
            var names: [String] = []
            await #expect(throws: HTTPTransportError.self) {
                for try await row in JSONLines(response.body, of: Record.self) { names.append(row.value.name) }
            }
            #expect(names == ["a", "b"])
        }
    }
}
