// SPDX-License-Identifier: Apache-2.0
//
// Asynchronous jobs on real sockets, and their events.

import BulkOperations
import HTTPTransport
import LoopbackServer
import Testing

@Suite("Bulk: jobs", .timeLimit(.minutes(2)))
struct JobTests {
    @Test func `a job is submitted, followed and collected, with an error for each item that failed`() async throws {
        try await withDesk { desk in
            desk.service.settings.jobCourse.queueTime = .milliseconds(500)
            desk.service.settings.rowCost = .milliseconds(1)
            let statuses = Locked<[String]>([])
            let jobs = try desk.jobs { jobs in
                jobs.onStatus = { status in statuses.withLock { $0.append(status.status) } }
            }
            let inputs = records(30) { $0 == 4 ? "fail" : "record \($0)" }
            let result = try await BulkRunner(jobs, options: .test(chunk: 10_000)).run(inputs)
            #expect(result.successes.count == 29)
            #expect(result.failures.map(\.index) == [4])
            #expect((result.failures.first?.error as? BulkError)?.serverCode == "invalid")
            #expect(Set(statuses.value).isSubset(of: ["PENDING", "STARTED", "SUCCESS"]))
            #expect(statuses.value.last == "SUCCESS")
        }
    }

    @Test func `more inputs than a job takes make several jobs with one result`() async throws {
        try await withDesk { desk in
            desk.service.settings.maximumJobItems = 100
            let jobs = try desk.jobs { $0.maxJobSize = 100 }
            let result = try await BulkRunner(jobs, options: .test(chunk: 10_000, concurrency: 3)).run(records(250))
            #expect(try result.get().map(\.name) == records(250).map(\.name))
            #expect(result.summary.chunks == 3)
        }
    }

    @Test func `too many items for the server are a clear failure`() async throws {
        try await withDesk { desk in
            desk.service.settings.maximumJobItems = 5
            let result = try await BulkRunner(try desk.jobs(), options: .test(chunk: 10)).run(records(10))
            let error = result.failures.first?.error as? BulkError
            #expect(error?.status == 413)
            #expect(error?.serverCode == "too_many_items")
        }
    }

    @Test func `a job that fails keeps what it did, and the rest is failed`() async throws {
        try await withDesk { desk in
            desk.service.settings.jobCourse.failsAfter = 6
            let result = try await BulkRunner(try desk.jobs(), options: .test(chunk: 10)).run(records(10))
            #expect(result.successes.map(\.index) == [0, 1, 2, 3, 4, 5])
            #expect(result.failures.map { ($0.error as? BulkError)?.code } == Array(repeating: .jobFailed, count: 4))
        }
    }

    @Test func `a job past its deadline is told as left running`() async throws {
        try await withDesk { desk in
            desk.service.settings.jobCourse.queueTime = .seconds(1_000)
            let jobs = try desk.jobs { $0.deadline = .milliseconds(50) }
            let result = try await BulkRunner(jobs, options: .test(chunk: 10)).run(records(5))
            #expect(result.unknown.map { ($0.error as? BulkError)?.jobID } == Array(repeating: "task-1", count: 5))
        }
    }

    @Test func `a cancelled run says which job it leaves running`() async throws {
        try await withDesk { desk in
            desk.service.settings.jobCourse.queueTime = .seconds(1_000)
            let looked = AsyncStream.makeStream(of: Void.self)
            let jobs = try desk.jobs { $0.onStatus = { _ in looked.continuation.yield() } }
            let task = Task { try await BulkRunner(jobs, options: .test(chunk: 10)).run(records(5)) }
            for await _ in looked.stream { break }
            task.cancel()
            let result = try await task.value
            #expect(result.unknown.map { ($0.error as? BulkError)?.jobID } == Array(repeating: "task-1", count: 5))
            #expect((result.unknown.first?.error as? BulkError)?.code == .jobStillRunning)
        }
    }

    @Test func `events are followed, and resumed behind the last one after a cut`() async throws {
        let transport = EventTransport()
        let routes = BulkJobRoutes(below: try HTTPURL("http://test/jobs"))
        var jobs = BulkJobs<Record, Record>(at: routes, over: transport)
        jobs.firstPoll = .zero
        let result = try await BulkRunner(jobs, options: .test(chunk: 10)).run(records(2))
        #expect(result.successes.map(\.output.name) == ["a", "b"])
        #expect(transport.lastEventIDs.value == [nil, "1"])
    }
}

/// A server whose event stream is cut after one event.
private struct EventTransport: HTTPStreamingTransport {
    let lastEventIDs = Locked<[String?]>([])

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let isSubmission = request.method == .post
        let body =
            isSubmission
            ? #"{"task_id":"7"}"#
            : #"{"results":[{"index":1,"body":{"name":"b"}},{"index":0,"body":{"name":"a"}}]}"#
        return HTTPResponse(status: 200, body: Array(body.utf8))
    }

    func stream(_ request: HTTPRequest) async throws -> HTTPStreamedResponse {
        let last = request.headers["Last-Event-ID"]
        lastEventIDs.withLock { $0.append(last) }
        let text =
            last == nil
            ? "event: progress\nid: 1\nretry: 0\ndata: {\"status\":\"STARTED\"}\n\nevent: compl"
            : "event: complete\nid: 2\ndata: {\"status\":\"SUCCESS\"}\n\n"
        return HTTPStreamedResponse(status: 200, body: HTTPResponseBody(Array(text.utf8)))
    }
}
