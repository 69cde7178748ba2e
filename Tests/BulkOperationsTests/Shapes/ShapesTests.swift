// SPDX-License-Identifier: Apache-2.0
//
// What holds in every shape that an API may have, since one engine is under them.

import BulkOperations
import GraphQLBatching
import HTTPTransport
import LoopbackServer
import Testing

@Suite("Bulk: every shape", .timeLimit(.minutes(2)), .serialized)
struct ShapesTests {
    /// A way in which records are created.
    enum Shape: CaseIterable {
        case requests, envelopes, jobs, closure

        func run(
            _ inputs: [Record],
            at desk: Desk,
            _ options: BulkOptions,
            progress: BulkProgressUpdates? = nil
        ) async throws -> BulkResult<Record, Record> {
            switch self {
            case .requests: try await BulkRunner(desk.creation(), options: options).run(inputs, progress: progress)
            case .envelopes: try await BulkRunner(desk.envelope(), options: options).run(inputs, progress: progress)
            case .jobs: try await BulkRunner(desk.jobs(), options: options).run(inputs, progress: progress)
            case .closure:
                try await BulkRunner(
                    BulkClosure { [base = try desk.envelope()] in try await base.perform($0) },
                    options: options
                ).run(inputs, progress: progress)
            }
        }
    }

    @Test(arguments: Shape.allCases)
    func `the result, the progress and what is sent again are the same`(shape: Shape) async throws {
        try await withDesk { desk in
            let inputs = records(30) { $0 == 7 ? "fail" : $0 == 20 ? "" : $0 == 25 ? "busy" : "record \($0)" }
            let progress = BulkProgressUpdates(every: .zero)
            var options = BulkOptions.test(chunk: 8)
            options.usesIdempotencyKeys = true
            async let running = shape.run(inputs, at: desk, options, progress: progress)
            var last: BulkProgress?
            for await snapshot in progress { last = snapshot }
            let result = try await running
            #expect(result.failures.map(\.index) == [7, 20])
            #expect(result.failures.map { ($0.error as? BulkError)?.status } == [422, 422])
            #expect(result.successes.map { inputs[$0.index].name } == result.successes.map(\.output.name))
            #expect(result.successes.count == 28 && result.unknown.isEmpty)
            #expect(result.summary.retried == 1)
            #expect(last?.completed == 30 && last?.failed == 2 && last?.retried == 1)
            #expect(desk.service.contents.creations.values.allSatisfy { $0 == 1 })
        }
    }

    @Test(arguments: Shape.allCases, [1, 2, 5, 9])
    func
        `cancelled while its requests are under way, a run ends within a second, and the server agrees with its account`(
            shape: Shape,
            moment: Int
        ) async throws
    {
        let arrived = AsyncStream.makeStream(of: Void.self)
        let count = Locked(0)
        let door: @Sendable (LoopbackRequest) -> LoopbackRequest = { request in
            let number = count.withLock { count in
                count += 1
                return count
            }
            if number == moment { arrived.continuation.yield() }
            return request
        }
        try await withDesk(latency: .milliseconds(3), door: door) { desk in
            desk.service.settings.rowCost = .milliseconds(1)
            let inputs = records(1_000)
            let run = Task { try await shape.run(inputs, at: desk, .test(chunk: 10, concurrency: 3)) }
            for await _ in arrived.stream { break }
            let clock = ContinuousClock()
            let start = clock.now
            run.cancel()
            let result = try await run.value
            #expect(clock.now - start < .seconds(1))
            #expect(result.indices == Array(0..<1_000))
            #expect(result.summary.total == 1_000)
            let creations = desk.service.contents.creations
            #expect(result.successes.allSatisfy { creations[inputs[$0.index].name] == 1 })
            #expect(result.notSent.allSatisfy { creations[$0.input.name] == nil })
            #expect(result.failures.isEmpty)
            #expect(creations.count <= result.successes.count + result.unknown.count)
        }
    }

    @Test func `an input that is not valid is never sent`() async throws {
        try await withDesk { desk in
            let url = try desk.url("/items")
            let creation = BulkRequests<Record, Record>(over: desk.transport) { record in
                if record.name.isEmpty { throw BulkError(.invalidInput, "A record needs a name.", offender: "name") }
            } request: { item in
                HTTPRequest(url: url, body: Array(#"{"name":"\#(item.input.name)"}"#.utf8))
            }
            let result = try await BulkRunner(creation, options: .test()).run(records(9) { $0 % 3 == 0 ? "" : "\($0)" })
            #expect(result.failures.map(\.index) == [0, 3, 6])
            #expect(result.failures.map { ($0.error as? BulkError)?.offender } == ["name", "name", "name"])
            #expect(desk.server.statistics.requests == 6)
        }
    }

    @Test func `chunks keep the distance in time that is asked for`() async throws {
        try await withDesk { desk in
            var options = BulkOptions.test(chunk: 10, concurrency: 4)
            options.delayBetweenChunks = .milliseconds(20)
            let clock = ContinuousClock()
            let start = clock.now
            _ = try await BulkRunner(try desk.envelope(), options: options).run(records(50)).get()
            #expect(clock.now - start >= .milliseconds(80))
            #expect(desk.server.statistics.requests == 5)
        }
    }
}
