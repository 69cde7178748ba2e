// SPDX-License-Identifier: Apache-2.0
//
// Jobs that are followed by their server-sent events, on real sockets.

import BulkOperations
import HTTPTransport
import LoopbackServer
import Testing

@Suite("Bulk: events of jobs", .timeLimit(.minutes(2)))
struct JobEventTests {
    /// What was seen of a run, on both sides.
    private struct Sight: Sendable {
        /// The `Last-Event-ID` of each request for events.
        let lastEventIDs = Locked<[String?]>([])
        /// The paths of all requests.
        let paths = Locked<[String]>([])
        /// How many items were done, at each look.
        let completed = Locked<[Int]>([])

        func door(_ request: LoopbackRequest) -> LoopbackRequest {
            paths.withLock { $0.append(request.path) }
            if request.path.hasSuffix("/events") {
                lastEventIDs.withLock { $0.append(request.header("Last-Event-ID")) }
            }
            return request
        }

        /// Jobs that are followed by their events.
        func jobs(
            at desk: Desk,
            events: (@Sendable (String) throws -> HTTPURL)? = nil
        ) throws -> BulkJobs<Record, Record> {
            var routes = BulkJobRoutes(below: try desk.url("/jobs"))
            routes.events = events ?? routes.events
            return try desk.jobs(at: routes) { jobs in
                jobs.onStatus = { status in completed.withLock { $0.append(status.completed ?? -1) } }
            }
        }
    }

    private let sight = Sight()

    @Test func `progress comes as it is made, and the end without a look at the status`() async throws {
        try await withDesk(door: sight.door) { desk in
            desk.service.settings.rowCost = .milliseconds(2)
            let result = try await BulkRunner(try sight.jobs(at: desk), options: .test(chunk: 100)).run(records(40))
            #expect(try result.get().map(\.name) == records(40).map(\.name))
            #expect(sight.completed.value == Array(stride(from: 2, through: 40, by: 2)))
            #expect(sight.paths.value == ["/jobs", "/jobs/task-1/events", "/jobs/task-1/result"])
        }
    }

    @Test func `a connection that is reset is resumed behind the last event, and no event comes twice`() async throws {
        try await withDesk(door: sight.door) { desk in
            desk.service.settings.rowCost = .milliseconds(5)
            desk.service.settings.jobCourse.eventsBeforeCut = 4
            let result = try await BulkRunner(try sight.jobs(at: desk), options: .test(chunk: 100)).run(records(40))
            #expect(result.successes.count == 40)
            #expect(sight.completed.value == Array(stride(from: 2, through: 40, by: 2)))
            let resumed = sight.lastEventIDs.value
            #expect(resumed.count >= 5)
            #expect(resumed.first == .some(nil))
            let places = resumed.dropFirst().compactMap { $0.flatMap { Int($0) } }
            #expect(places.count == resumed.count - 1)
            #expect(places == places.sorted())
            #expect(desk.service.contents.creations.values.allSatisfy { $0 == 1 })
        }
    }

    @Test func `a job that fails says so as an event, and keeps what it did`() async throws {
        try await withDesk(door: sight.door) { desk in
            desk.service.settings.jobCourse.failsAfter = 6
            let result = try await BulkRunner(try sight.jobs(at: desk), options: .test(chunk: 100)).run(records(10))
            #expect(result.successes.map(\.index) == Array(0..<6))
            #expect(
                result.failures.map { ($0.error as? BulkError)?.serverCode } == Array(repeating: "job_failed", count: 4)
            )
            #expect(!sight.paths.value.contains("/jobs/task-1"))
        }
    }

    @Test func `where there are no events, the status is asked for`() async throws {
        try await withDesk(door: sight.door) { desk in
            let jobs = try sight.jobs(at: desk) { try desk.url("/nowhere/\($0)") }
            let result = try await BulkRunner(jobs, options: .test(chunk: 100)).run(records(10))
            #expect(result.successes.count == 10)
            #expect(sight.paths.value == ["/jobs", "/nowhere/task-1", "/jobs/task-1", "/jobs/task-1/result"])
        }
    }

    @Test func `a run whose events nobody sends any more is cancelled at once`() async throws {
        try await withDesk(door: sight.door) { desk in
            desk.service.settings.jobCourse.queueTime = .seconds(1_000)
            let streaming = AsyncStream.makeStream(of: Void.self)
            let jobs = try sight.jobs(at: desk) { id in
                streaming.continuation.yield()
                return try desk.url("/jobs/\(id)/events")
            }
            let run = Task { try await BulkRunner(jobs, options: .test(chunk: 10)).run(records(5)) }
            for await _ in streaming.stream { break }
            let clock = ContinuousClock()
            let start = clock.now
            run.cancel()
            let result = try await run.value
            #expect(clock.now - start < .seconds(1))
            #expect(result.unknown.map { ($0.error as? BulkError)?.jobID } == Array(repeating: "task-1", count: 5))
        }
    }
}
