// SPDX-License-Identifier: Apache-2.0
//
// Jobs: their way through the statuses, their results, and their event streams on real sockets.

import LoopbackServer
import Testing

@Suite(.timeLimit(.minutes(1)))
struct `A job` {
    private let desk: Desk

    init() {
        desk = Desk {
            $0.rowCost = .seconds(1)
            $0.maximumJobItems = 4
            $0.jobCourse.queueTime = .seconds(1)
            $0.jobCourse.retriesAfter = 2
            $0.jobCourse.retryTime = .seconds(1)
        }
    }

    private static let items = #"{"items":[{"name":"a"},{"name":"fail"},{"name":"b"}]}"#

    private func status() throws -> String {
        let body = try desk.ask("GET", "/jobs/task-1").body
        return body.firstMatch(of: /"status":"([A-Z]+)"/).map { String($0.1) } ?? body
    }

    @Test func `goes from status to status while time goes on`() throws {
        #expect(try desk.ask("POST", "/jobs", Self.items).body == #"{"status":"PENDING","task_id":"task-1"}"#)
        var statuses: [String] = []
        for _ in 0...5 {
            statuses.append(try status())
            desk.time.advance(by: .seconds(1))
        }
        #expect(statuses == ["PENDING", "STARTED", "STARTED", "RETRY", "STARTED", "SUCCESS"])
    }

    @Test func `does its rows one after the other`() throws {
        _ = try desk.ask("POST", "/jobs", Self.items)
        desk.time.advance(by: .seconds(2))
        #expect(desk.service.contents.creations == ["a": 1])
        #expect(try desk.ask("GET", "/jobs/task-1").body.contains(#""completed":1"#))
        #expect(try desk.ask("GET", "/jobs/task-1/result").status == 409)
        desk.time.advance(by: .seconds(3))
        #expect(desk.service.contents.creations == ["a": 1, "b": 1])
    }

    @Test func `tells what each row came to`() throws {
        _ = try desk.ask("POST", "/jobs", Self.items)
        desk.time.advance(by: .seconds(5))
        let result = try desk.ask("GET", "/jobs/task-1/result").body
        #expect(result.hasPrefix(#"{"failed":1,"results":[{"body":{"id":"1","name":"a"},"index":0,"status":201},"#))
        #expect(result.hasSuffix(#""status":"SUCCESS","succeeded":2,"task_id":"task-1"}"#))
    }

    @Test func `that fails as a whole tells what was done before`() throws {
        desk.service.settings.jobCourse = JobCourse()
        desk.service.settings.jobCourse.failsAfter = 1
        _ = try desk.ask("POST", "/jobs", Self.items)
        desk.time.advance(by: .seconds(9))
        #expect(try status() == "FAILURE")
        let result = try desk.ask("GET", "/jobs/task-1/result").body
        #expect(result.contains(#""code":"job_failed""#))
        #expect(result.contains(#""succeeded":1"#))
        #expect(desk.service.contents.creations == ["a": 1])
    }

    @Test(arguments: [
        (#"{"items":[]}"#, 400, "empty_request"),
        ("[]", 400, "invalid_format"),
        (#"{"items":[1,2,3,4,5]}"#, 413, "too_many_items"),
    ])
    func `is refused`(body: String, status: Int, code: String) throws {
        let reply = try desk.ask("POST", "/jobs", body)
        #expect(reply.status == status)
        #expect(reply.body.contains(#""code":"\#(code)""#))
    }

    @Test func `is submitted once under one idempotency key`() throws {
        for _ in 1...2 {
            let reply = try desk.ask("POST", "/jobs", Self.items, headers: [("Idempotency-Key", "k")])
            #expect(reply.body.contains("task-1"))
        }
        #expect(try desk.ask("GET", "/jobs/task-2").status == 404)
    }
}

@Suite(.timeLimit(.minutes(1)))
struct `The event stream of a job` {
    private let service = BulkService()
    private static let items = #"{"items":[{"name":"a"},{"name":"b"},{"name":"c"}]}"#

    private func submit(to server: LoopbackHTTPServer) throws {
        var client = try RawClient(port: server.port)
        client.send(request("POST", "/jobs", body: Self.items))
        #expect(try client.readResponse().head.hasPrefix("HTTP/1.1 202 "))
    }

    /// The events with their ids, up to the end of the stream or to where it was cut.
    private func events(of server: LoopbackHTTPServer, after id: String? = nil) throws -> [String] {
        var client = try RawClient(port: server.port)
        client.send(request("GET", "/jobs/task-1/events", headers: id.map { "Last-Event-ID: \($0)\r\n" } ?? ""))
        var events: [String] = []
        while events.last?.hasPrefix("progress") != false {
            let isCut = events.count == service.settings.jobCourse.eventsBeforeCut
            guard !isCut, let text = try? client.read(through: "\n\n\r\n") else { return events + ["cut"] }
            events += text.matches(of: /event: (\w+)\nid: (\d+)/).map { "\($0.1) \($0.2)" }
        }
        return events
    }

    @Test func `tells the progress and the end`() throws {
        service.settings.rowCost = .milliseconds(2)
        let server = try LoopbackHTTPServer(handler: service.respond)
        defer { server.stop() }
        try submit(to: server)
        #expect(try events(of: server) == ["progress 1", "progress 2", "progress 3", "complete 3"])
        #expect(service.contents.creations == ["a": 1, "b": 1, "c": 1])
    }

    @Test func `goes on behind the last event that was seen`() throws {
        service.settings.jobCourse.eventsBeforeCut = 2
        let server = try LoopbackHTTPServer(handler: service.respond)
        defer { server.stop() }
        try submit(to: server)
        #expect(try events(of: server) == ["progress 1", "progress 2", "cut"])
        #expect(try events(of: server, after: "2") == ["progress 3", "complete 3"])
    }

    @Test func `ends with an error if the job fails`() throws {
        service.settings.jobCourse.failsAfter = 1
        let server = try LoopbackHTTPServer(handler: service.respond)
        defer { server.stop() }
        try submit(to: server)
        #expect(try events(of: server) == ["progress 1", "error 1"])
    }
}
