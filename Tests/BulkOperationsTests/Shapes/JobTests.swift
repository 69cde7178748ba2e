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

    @Test(arguments: [
        (#"{"items":[]}"#, 400, "empty_request"),
        ("[]", 400, "invalid_format"),
        (#"{"items":[{},{},{}]}"#, 413, "too_many_items"),
    ])
    func `a job that is refused fails with what the server says`(body: String, status: Int, code: String) async throws {
        try await withDesk { desk in
            desk.service.settings.maximumJobItems = 2
            let routes = BulkJobRoutes(below: try desk.url("/jobs"), hasEvents: false)
            let jobs = BulkJobs<Int, Record>(at: routes, over: desk.transport) { _ in Array(body.utf8) }
            let result = try await BulkRunner(jobs, options: .test()).run([1])
            let error = result.failures.first?.error as? BulkError
            #expect(error?.status == status)
            #expect(error?.serverCode == code)
            #expect(error?.message.isEmpty == false)
        }
    }

    @Test func `a wrong API key is told as 401, and no error shows the key`() async throws {
        try await withDesk { desk in
            desk.service.settings.apiKey = "right"
            var jobs = try desk.jobs()
            try jobs.headers.append(name: "X-API-Key", value: "wr0ng-and-secret")
            let result = try await BulkRunner(jobs, options: .test()).run(records(2))
            #expect(result.failures.map { ($0.error as? BulkError)?.status } == [401, 401])
            desk.server.stop()
            let unreachable = try await BulkRunner(jobs, options: .test()).run(records(2))
            var texts = ""
            dump(result.failures + unreachable.failures + unreachable.unknown.map { $0 }, to: &texts)
            #expect(!texts.contains("wr0ng"))
        }
    }

    @Test func `jobs do not begin when the health check fails`() async throws {
        try await withDesk { desk in
            desk.service.settings.isHealthy = false
            let jobs = try desk.jobs { $0.healthCheck = HTTPRequest(method: .get, url: try desk.url("/health")) }
            let error = await #expect(throws: BulkError.self) { try await BulkRunner(jobs).run(records(5)) }
            #expect(error?.status == 503)
            #expect(desk.server.statistics.requests == 1)
        }
    }

    @Test func `a job that the server interrupts is followed through RETRY to its end`() async throws {
        let now = Locked(ContinuousClock.now)
        try await withDesk(now: { now.value }) { desk in
            desk.service.settings.jobCourse.retriesAfter = 5
            desk.service.settings.jobCourse.retryTime = .seconds(60)
            let statuses = Locked<[String]>([])
            let jobs = try desk.jobs { jobs in
                jobs.onStatus = { status in
                    statuses.withLock { $0.append(status.status) }
                    now.withLock { $0 += .seconds(60) }
                }
            }
            let result = try await BulkRunner(jobs, options: .test()).run(records(10))
            #expect(result.successes.count == 10)
            #expect(statuses.value == ["RETRY", "SUCCESS"])
        }
    }

    @Test func `jobs are followed together`() async throws {
        let now = Locked(ContinuousClock.now)
        let submissions = Locked(0)
        let door: @Sendable (LoopbackRequest) -> LoopbackRequest = { request in
            if request.path == "/jobs" { submissions.withLock { $0 += 1 } }
            return request
        }
        try await withDesk(now: { now.value }, door: door) { desk in
            desk.service.settings.jobCourse.queueTime = .seconds(60)
            let jobs = try desk.jobs { jobs in
                // No job goes on before all are submitted.
                jobs.onStatus = { _ in if submissions.value == 3 { now.withLock { $0 += .seconds(60) } } }
            }
            let result = try await BulkRunner(jobs, options: .test(concurrency: 3)).run(records(30))
            #expect(result.successes.count == 30)
            #expect(submissions.value == 3)
        }
    }

    @Test func `a status is asked for less and less often`() async throws {
        let clock = HastyClock()
        let looks = Locked(0)
        var jobs = BulkJobs<Record, Record>(
            at: BulkJobRoutes(below: try HTTPURL("http://127.0.0.1:9/jobs"), hasEvents: false),
            over: StatusTransport(looks: looks, lastLook: 10)
        )
        jobs.clock = clock
        let result = try await BulkRunner(jobs, options: .test()).run(records(1))
        #expect(result.successes.count == 1)
        #expect(clock.sleeps == [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000].map { .milliseconds($0) })
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

    @Test func `a run of jobs that was cancelled goes on with larger jobs, and does nothing twice`() async throws {
        try await withFile { path in
            let start = ContinuousClock.now
            let hours = Locked(0)
            try await withDesk(now: { start + .seconds(3_600 * hours.value) }) { desk in
                desk.service.settings.jobCourse.queueTime = .seconds(1_000)
                let looked = AsyncStream.makeStream(of: Void.self)
                let jobs = try desk.jobs { $0.onStatus = { _ in looked.continuation.yield() } }
                let journal = BulkJournal<Record>(at: path, fingerprint: "jobs")
                var options = BulkOptions.test(chunk: 10)
                options.usesIdempotencyKeys = true
                let runner = try BulkRunner(jobs, options: options)
                let task = Task { try await runner.run(records(30), journal: journal) }
                for await _ in looked.stream { break }
                task.cancel()
                #expect(try await !task.value.unknown.isEmpty)
                hours.withLock { $0 = 1 }
                desk.service.settings.jobCourse.queueTime = .zero
                options.chunking = .fixed(15)
                let result = try await BulkRunner(jobs, options: options).run(records(30), journal: journal)
                #expect(result.successes.count == 30)
                #expect(desk.service.contents.creations.values.allSatisfy { $0 == 1 })
                #expect(desk.service.contents.creations.count == 30)
            }
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

/// A server whose job has ended when it is looked at for the last time.
private struct StatusTransport: HTTPClientTransport {
    let looks: Locked<Int>
    let lastLook: Int

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let body: String
        if request.method == .post {
            body = #"{"task_id":"7"}"#
        } else if request.url.string.hasSuffix("/result") {
            body = #"{"results":[{"index":0,"body":{"name":"a"}}]}"#
        } else {
            let look = looks.withLock { looks in
                looks += 1
                return looks
            }
            body = #"{"status":"\#(look < lastLook ? "STARTED" : "SUCCESS")"}"#
        }
        return HTTPResponse(status: 200, body: Array(body.utf8))
    }
}
