// SPDX-License-Identifier: Apache-2.0
//
// The bulk endpoints: records one by one, envelopes, imports, keys and limits.

import LoopbackServer
import Testing

@Suite(.timeLimit(.minutes(1)))
struct `The endpoint of single records` {
    private let desk = Desk()

    @Test func `creates, shows, changes and deletes`() throws {
        let created = try desk.ask("POST", "/items", #"{"name":"a","size":1}"#)
        #expect(created.status == 201)
        #expect(created.body == #"{"id":"1","name":"a","size":1}"#)
        #expect(try desk.ask("PUT", "/items/1", #"{"size":2}"#).body == #"{"id":"1","name":"a","size":2}"#)
        #expect(try desk.ask("GET", "/items/1").body == #"{"id":"1","name":"a","size":2}"#)
        #expect(try desk.ask("DELETE", "/items/1").status == 204)
        #expect(try desk.ask("GET", "/items/1").status == 404)
        #expect(desk.service.contents.creations == ["a": 1])
        #expect(desk.service.contents.names.isEmpty)
    }

    @Test func `tells which field is at fault`() throws {
        let reply = try desk.ask("POST", "/items", #"{"name":""}"#)
        #expect(reply.status == 422)
        #expect(reply.body.contains(#""details":[{"field":"name","message":"#))
    }

    @Test func `does not create twice under one idempotency key`() throws {
        for _ in 1...2 {
            let reply = try desk.ask("POST", "/items", #"{"name":"a"}"#, headers: [("Idempotency-Key", "k")])
            #expect(reply.status == 201)
            #expect(reply.body == #"{"id":"1","name":"a"}"#)
        }
        let other = try desk.ask("POST", "/items", #"{"name":"b"}"#, headers: [("Idempotency-Key", "k")])
        #expect(other.status == 422)
        #expect(desk.service.contents.creations == ["a": 1])
    }

    @Test func `does what it refused for the moment when the same key comes again`() throws {
        let statuses = try (1...3).map { _ in
            try desk.ask("POST", "/items", #"{"name":"busy"}"#, headers: [("Idempotency-Key", "k")]).status
        }
        #expect(statuses == [503, 201, 201])
        #expect(desk.service.contents.creations == ["busy": 1])
    }

    @Test func `gives many in the order of their ids, and null for what is missing`() throws {
        for name in ["a", "b"] { _ = try desk.ask("POST", "/items", #"{"name":"\#(name)"}"#) }
        #expect(
            try desk.ask("GET", "/items?ids=2,9,1").body
                == #"[{"id":"2","name":"b"},null,{"id":"1","name":"a"}]"#
        )
        #expect(
            try desk.ask("GET", "/items").body == #"{"id":"1","name":"a"}"# + "\n" + #"{"id":"2","name":"b"}"# + "\n"
        )
    }

    @Test func `changes and deletes by a filter`() throws {
        for kind in ["x", "y", "x"] { _ = try desk.ask("POST", "/items", #"{"name":"a","kind":"\#(kind)"}"#) }
        let body = #"{"filter":{"kind":"x"},"changes":{"kind":"z"}}"#
        #expect(try desk.ask("POST", "/items/update-by-query", body).body == #"{"matched":2}"#)
        #expect(try desk.ask("POST", "/items/delete-by-query", #"{"filter":{"kind":"z"}}"#).body == #"{"matched":2}"#)
        #expect(desk.service.contents.names == ["a"])
    }
}

@Suite(.timeLimit(.minutes(1)))
struct `The endpoint of envelopes` {
    private let desk = Desk { $0.maximumOperations = 4 }

    private func envelope(_ names: [String], _ options: String = "{}") -> String {
        let operations = names.map {
            #"{"id":"\#($0)","method":"POST","path":"/items","body":{"name":"\#($0)"}}"#
        }
        return #"{"operations":[\#(operations.joined(separator: ","))],"options":\#(options)}"#
    }

    /// Each operation with its status.
    private func statuses(_ names: [String], _ options: String = "{}") throws -> [String] {
        let reply = try desk.ask("POST", "/bulk", envelope(names, options))
        #expect(reply.status == 200)
        return reply.body.matches(of: /"id":"([^"]*)","status":(\d+)/).map { "\($0.1) \($0.2)" }
    }

    @Test func `goes on after an error`() throws {
        let reply = try desk.ask("POST", "/bulk", envelope(["a", "fail", "b"]))
        #expect(reply.body.hasPrefix(#"{"meta":{"failed":1,"succeeded":2,"total":3},"results":[{"body":{"id":"1","#))
        #expect(desk.service.contents.creations == ["a": 1, "b": 1])
    }

    @Test func `stops at the first error if it is told to`() throws {
        #expect(try statuses(["a", "fail", "b"], #"{"continue_on_error":false}"#) == ["a 201", "fail 422", "b 424"])
        #expect(desk.service.contents.creations == ["a": 1])
    }

    @Test func `undoes everything after an error if it is atomic`() throws {
        #expect(try statuses(["a", "fail", "b"], #"{"atomic":true}"#) == ["a 424", "fail 422", "b 424"])
        #expect(desk.service.contents.creations.isEmpty)
    }

    @Test func `answers a parallel envelope in another order`() throws {
        let reply = try desk.ask("POST", "/bulk", envelope(["a", "b"], #"{"parallel":true,"suppress_success":true}"#))
        #expect(reply.body.hasSuffix(#""results":[{"id":"b","status":201},{"id":"a","status":201}]}"#))
    }

    @Test func `leaves out a result on purpose`() throws {
        #expect(try statuses(["a", "lost"], #"{"suppress_success":true}"#) == ["a 201"])
        #expect(desk.service.contents.creations == ["a": 1, "lost": 1])
    }

    @Test(arguments: [
        (#"{"operations":[]}"#, 400, "empty_request"),
        ("{}", 400, "invalid_format"),
        (#"{"operations":[{"id":1}]}"#, 400, "invalid_format"),
        (#"{"operations":[1,2,3,4,5]}"#, 413, "too_many_operations"),
    ])
    func `is refused as a whole`(body: String, status: Int, code: String) throws {
        let reply = try desk.ask("POST", "/bulk", body)
        #expect(reply.status == status)
        #expect(reply.body.contains(#""code":"\#(code)""#))
    }

    @Test func `does not run twice under one idempotency key`() throws {
        let bodies = try (1...2).map { _ in
            try desk.ask("POST", "/bulk", envelope(["a"]), headers: [("Idempotency-Key", "k")]).body
        }
        #expect(bodies[0] == bodies[1])
        #expect(desk.service.contents.creations == ["a": 1])
    }

    @Test func `waits for its rows, and stops where the time is over`() throws {
        let service = BulkService()
        service.settings.rowCost = .milliseconds(10)
        let server = try LoopbackHTTPServer(handler: service.respond)
        defer { server.stop() }
        var client = try RawClient(port: server.port)
        var body = ""
        let time = try ContinuousClock().measure {
            client.send(request("POST", "/bulk", body: envelope(["a", "b", "c"], #"{"timeout_ms":20}"#)))
            body = try client.readResponse().body
        }
        #expect(time >= .milliseconds(20))
        #expect(body.contains(#""id":"c","status":408"#))
        #expect(service.contents.creations == ["a": 1, "b": 1])
    }
}

@Suite(.timeLimit(.minutes(1)))
struct `The endpoint of imports` {
    private func form(_ type: String, _ file: String, mapping: String? = nil) -> String {
        var parts = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\nContent-Type: \(type)"
        parts += "\r\n\r\n\(file)\r\n"
        if let mapping { parts += "--b\r\nContent-Disposition: form-data; name=\"mapping\"\r\n\r\n\(mapping)\r\n" }
        return parts + "--b--\r\n"
    }

    @Test(arguments: [
        ("text/csv", "title,tags\r\n\"a, \"\"b\"\"\nc\",[1]\r\nd,", #"{"title":"name"}"#),
        ("application/json", #"[{"name":"a, \"b\"\nc"},{"name":"d"}]"#, nil),
        ("application/x-ndjson", #"{"name":"a, \"b\"\nc"}"# + "\n" + #"{"name":"d"}"#, nil),
    ])
    func `creates a record for each row`(type: String, file: String, mapping: String?) throws {
        let desk = Desk()
        let reply = try desk.ask(
            "POST",
            "/imports",
            form(type, file, mapping: mapping),
            headers: [("Content-Type", "multipart/form-data; boundary=b")]
        )
        #expect(reply.status == 202)
        #expect(desk.service.contents.creations == ["a, \"b\"\nc": 1, "d": 1])
    }

    @Test func `refuses what is no form`() throws {
        #expect(try Desk().ask("POST", "/imports", "a,b").status == 415)
    }
}

@Suite(.timeLimit(.minutes(1)))
struct `All bulk endpoints` {
    @Test func `ask for the API key, but for the health check`() throws {
        let desk = Desk { $0.apiKey = "secret" }
        #expect(try desk.ask("GET", "/health").status == 200)
        #expect(try desk.ask("GET", "/items").status == 401)
        #expect(try desk.ask("GET", "/items", headers: [("X-API-Key", "secret")]).status == 200)
        #expect(try desk.ask("GET", "/items", headers: [("Authorization", "Bearer secret")]).status == 200)
        desk.service.settings.isHealthy = false
        #expect(try desk.ask("GET", "/health").status == 503)
    }

    @Test func `tell how many requests are left, and refuse those beyond`() throws {
        let desk = Desk { $0.rateLimit = RateLimit(requests: 2, window: .seconds(3)) }
        #expect(try desk.ask("GET", "/items").headers["RateLimit-Remaining"] == "1")
        #expect(try desk.ask("GET", "/items").headers["RateLimit-Remaining"] == "0")
        desk.time.advance(by: .seconds(1))
        let refused = try desk.ask("GET", "/items")
        #expect(refused.status == 429)
        #expect(refused.headers["Retry-After"] == "2")
        #expect(refused.headers["RateLimit-Limit"] == "2")
        desk.time.advance(by: .seconds(2))
        #expect(try desk.ask("GET", "/items").status == 200)
    }
}
