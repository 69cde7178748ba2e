// SPDX-License-Identifier: Apache-2.0
//
// Forms with fields and files.

import CurlTransport
import Foundation
import HTTPTransport
import LoopbackServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct FormTests {
    private func withFile(_ bytes: [UInt8], _ test: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "form-\(UUID().uuidString).txt").path
        try Data(bytes).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await test(path)
    }

    private let echo: @Sendable (LoopbackRequest) -> LoopbackReply = {
        LoopbackReply(headers: [("X-Type", $0.header("Content-Type") ?? ""), ("X-Method", $0.method)], body: $0.body)
    }

    @Test func `Fields and files arrive in order, with their names and types`() async throws {
        try await withFile(Array("content".utf8)) { path in
            var form = HTTPMultipartForm()
            try form.append(name: "title", value: "Łódź")
            try form.append(name: "empty", bytes: [])
            try form.append(name: "a \"file\"", file: path, fileName: "b.txt", contentType: "text/x")
            try await withTransport(handler: echo) { transport, server in
                let response = try await transport.send(server.request(.put), form: form)
                let type = try #require(response.headers["X-Type"])
                #expect(type.hasPrefix("multipart/form-data; boundary=") && response.headers["X-Method"] == "PUT")
                let boundary = "--" + type.drop { $0 != "=" }.dropFirst()
                let parts = response.text.components(separatedBy: boundary).map { $0.replacing("\r\n", with: "|") }
                #expect(
                    parts == [
                        "", #"|Content-Disposition: form-data; name="title"||Łódź|"#,
                        #"|Content-Disposition: form-data; name="empty"|||"#,
                        #"|Content-Disposition: form-data; name="a %22file%22"; filename="b.txt"|Content-Type: text/x||content|"#,
                        "--|",
                    ]
                )
                let next = try await transport.send(server.request(body: "plain"))
                #expect(next.text == "plain" && next.headers["X-Type"] == "" && next.headers["X-Method"] == "POST")
            }
        }
    }

    @Test func `A handle that sends forms and other bodies in turn confuses none of them`() async throws {
        let large = String(repeating: "x", count: 200_000)
        let bodies = ["first", "", large, "second"]
        let sequence: [HTTPMethod] = [.post, .put, .get, .patch, .post, .delete]
        let echo: @Sendable (LoopbackRequest) -> LoopbackReply = {
            let text = "\($0.method) \($0.header("Content-Type")?.prefix(19) ?? "-") "
            return LoopbackReply(body: Array(text.utf8) + $0.body)
        }
        try await withTransport(handler: echo) { transport, server in
            for (number, method) in sequence.enumerated() {
                for (body, after) in zip(bodies, bodies.dropFirst() + ["last"]) {
                    var form = HTTPMultipartForm()
                    try form.append(name: "field", value: "\(number) \(body)")
                    let before = try await transport.send(server.request(method, body: body)).text
                    #expect(before == "\(method) - \(body)")
                    let sent = try await transport.send(server.request(.put), form: form).text
                    #expect(sent.hasPrefix("PUT multipart/form-data "))
                    #expect(sent.contains("\r\n\r\n\(number) \(body)\r\n--"))
                    let next = try await transport.send(server.request(method, body: after)).text
                    #expect(next == "\(method) - \(after)")
                }
            }
            #expect(server.statistics.connections == 1)
        }
    }

    @Test func `A form that may be sent twice is whole when it goes again over another connection`() async throws {
        let count: @Sendable (LoopbackRequest) -> LoopbackReply = {
            $0.number == 1 ? LoopbackReply(body: Array("\($0.body.count)".utf8)) : .script([.close])
        }
        try await withFile([UInt8](repeating: 120, count: 300_000)) { path in
            var form = HTTPMultipartForm()
            try form.append(name: "text", value: "value")
            try form.append(name: "file", file: path)
            try await withTransport(handler: count) { transport, server in
                let first = try await transport.send(server.request(.put), form: form).text
                let second = try await transport.send(server.request(.put), form: form).text
                #expect(Int(first) ?? 0 > 300_000 && first == second)
                #expect(server.statistics.requests == 3)
            }
        }
    }

    @Test func `A form without fields is sent`() async throws {
        try await withTransport(handler: echo) { transport, server in
            let response = try await transport.send(server.request(), form: HTTPMultipartForm())
            #expect(response.status == 200)
            #expect(response.headers["X-Type"]?.hasPrefix("multipart/form-data; boundary=") == true)
        }
    }

    // To open such a thing may take for ever, and all other requests would wait.
    @Test(arguments: ["pipe", "folder"])
    func `What is no regular file is named and refused, and holds up nothing`(what: String) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "form-\(UUID().uuidString)").path
        let made = what == "pipe" ? mkfifo(path, 0o600) : mkdir(path, 0o700)
        try #require(made == 0)
        defer { try? FileManager.default.removeItem(atPath: path) }
        var form = HTTPMultipartForm()
        try form.append(name: "file", file: path)
        try await withTransport { transport, server in
            let error = try await failure {
                try await transport.send(server.request(timeout: .seconds(5)), form: form)
            }
            #expect(error.code == .invalidRequest && error.message.contains(path))
            #expect(server.statistics.requests == 0)
            let text = try await transport.send(server.request(body: "next")).text
            #expect(text == "next")
        }
    }

    @Test func `A large file is sent whole`() async throws {
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try await withFile(bytes) { path in
            var form = HTTPMultipartForm()
            try form.append(name: "file", file: path)
            try await withTransport(handler: { LoopbackReply(body: Array("\($0.body.count)".utf8)) }) {
                transport,
                server in
                let count = Int(try await transport.send(server.request(), form: form).text) ?? 0
                #expect((3_000_000...3_001_000).contains(count))
            }
        }
    }

    @Test func `A form that is still on its way is in the phase of sending`() async throws {
        let server = try UnixSocketServer(answers: false)
        defer { server.stop() }
        var configuration = CurlConfiguration()
        configuration.unixSocket = server.path
        let transport = try CurlHTTPTransport(configuration: configuration)
        var form = HTTPMultipartForm()
        try form.append(name: "bytes", bytes: [UInt8](repeating: 120, count: 8 << 20))
        let request = HTTPRequest(url: try HTTPURL("http://service/"), timeout: .milliseconds(300))
        let error = try await failure { try await transport.send(request, form: form) }
        #expect(error.code == .timedOut && error.phase == .send)
        await transport.shutdown()
    }

    @Test func `A file that is not there is named, and nothing is sent`() async throws {
        var form = HTTPMultipartForm()
        try form.append(name: "file", file: "/nowhere/file.txt")
        try await withTransport { transport, server in
            let error = try await failure { try await transport.send(server.request(), form: form) }
            #expect(error.code == .invalidRequest && error.message.contains("/nowhere/file.txt"))
            #expect(server.statistics.requests == 0)
            let status = try await transport.send(server.request()).status
            #expect(status == 200)
        }
    }

    @Test func `A form goes with no other body, type or method that has none`() async throws {
        var form = HTTPMultipartForm()
        try form.append(name: "a", value: "b")
        try await withTransport { transport, server in
            for request in [
                try server.request(body: "x"), try server.request(.get),
                try server.request(headers: ["Content-Type": "text/plain"]),
            ] {
                let error = try await failure { try await transport.send(request, form: form) }
                #expect(error.code == .invalidRequest)
            }
            #expect(server.statistics.requests == 0)
        }
    }

    @Test(arguments: ["", "a\r\nb", "a\u{0}"])
    func `A field whose name could forge another is refused`(name: String) {
        var form = HTTPMultipartForm()
        let error = #expect(throws: HTTPTransportError.self) { try form.append(name: name, value: "x") }
        #expect(error?.code == .invalidRequest)
    }
}
