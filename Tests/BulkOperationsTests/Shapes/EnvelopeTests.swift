// SPDX-License-Identifier: Apache-2.0
//
// REST envelopes on real sockets.

import BulkOperations
import HTTPTransport
import LoopbackServer
import Testing

@Suite("Bulk: envelopes", .timeLimit(.minutes(2)))
struct EnvelopeTests {
    @Test func `results are matched by id, whatever their order`() async throws {
        try await withDesk { desk in
            var envelope = try desk.envelope()
            envelope.isParallel = true
            let result = try await BulkRunner(envelope, options: .test(chunk: 50)).run(records(120))
            #expect(try result.get().map(\.name) == records(120).map(\.name))
            #expect(desk.server.statistics.requests == 3)
        }
    }

    @Test func `an operation without a result is unknown, by its name`() async throws {
        try await withDesk { desk in
            let inputs = [Record(name: "a"), Record(name: "lost"), Record(name: "b")]
            let result = try await BulkRunner(try desk.envelope(), options: .test()).run(inputs)
            #expect(result.successes.map(\.index) == [0, 2])
            #expect(result.unknown.map(\.index) == [1])
            let error = result.unknown.first?.error as? BulkError
            #expect(error?.code == .missingResult)
            #expect(error?.message.contains("POST /items") == true)
        }
    }

    @Test func `a refused operation tells its code, its message and its details`() async throws {
        try await withDesk { desk in
            let result = try await BulkRunner(try desk.envelope(), options: .test()).run([Record(name: "")])
            let error = result.failures.first?.error as? BulkError
            #expect(error?.serverCode == "invalid")
            #expect(error?.details.map(\.field) == ["name"])
        }
    }

    @Test func `an atomic envelope does all or nothing`() async throws {
        try await withDesk { desk in
            var options = BulkOptions.test(chunk: 3)
            options.failureMode = .atomic
            let runner = try BulkRunner(try desk.envelope(), options: options)
            let failed = try await runner.run(records(10) { $0 == 7 ? "fail" : "record \($0)" })
            #expect(failed.failures.count == 10)
            #expect(desk.service.contents.names.isEmpty)
            let done = try await runner.run(records(10))
            #expect(done.successes.count == 10)
            #expect(desk.server.statistics.requests == 2)
        }
    }

    @Test func `an input that is not valid keeps an atomic run from being sent`() async throws {
        try await withDesk { desk in
            var options = BulkOptions.test()
            options.failureMode = .atomic
            let envelope = BulkEnvelope<Record, Record>(
                to: try desk.url("/bulk"),
                over: desk.transport,
                validate: { if $0.name.isEmpty { throw TestError() } },
                operation: { BulkEnvelopeOperation(.post, "/items", body: $0.input) }
            )
            let result = try await BulkRunner(envelope, options: options).run([Record(name: "a"), Record(name: "")])
            #expect(result.failures.map(\.index) == [1])
            #expect(result.notSent.map(\.index) == [0])
            #expect(desk.server.statistics.requests == 0)
        }
    }

    @Test func `what the server is too busy for is sent again`() async throws {
        try await withDesk { desk in
            let inputs = records(10) { $0 < 3 ? "busy \($0)" : "record \($0)" }
            let result = try await BulkRunner(try desk.envelope(), options: .test()).run(inputs)
            #expect(result.successes.count == 10)
            #expect(result.summary.retried == 3)
            #expect(desk.server.statistics.requests == 2)
        }
    }

    @Test func `successes without bodies are successes`() async throws {
        try await withDesk { desk in
            var envelope = BulkEnvelope<Record, Record?>(to: try desk.url("/bulk"), over: desk.transport) {
                BulkEnvelopeOperation(.post, "/items", body: $0.input)
            }
            envelope.suppressesSuccess = true
            let result = try await BulkRunner(envelope, options: .test()).run(records(3))
            #expect(result.successes.map(\.output) == [nil, nil, nil])
        }
    }

    @Test func `what fails after a failure was not executed, where the server stops at the first`() async throws {
        try await withDesk { desk in
            var envelope = try desk.envelope()
            envelope.continuesOnError = false
            let result = try await BulkRunner(envelope, options: .test()).run(
                records(4) { $0 == 1 ? "fail" : "r\($0)" }
            )
            #expect(result.failures.map(\.index) == [1, 2, 3])
            #expect(desk.service.contents.names == ["r0"])
        }
    }

    @Test func `what the time of the server was too short for is sent again under its key`() async throws {
        try await withDesk { desk in
            desk.service.settings.rowCost = .milliseconds(2)
            var envelope = try desk.envelope()
            envelope.serverTimeout = .milliseconds(7)
            var options = BulkOptions.test(attempts: 6)
            options.usesIdempotencyKeys = true
            let result = try await BulkRunner(envelope, options: options).run(records(10))
            #expect(try result.get().map(\.name) == records(10).map(\.name))
            #expect(result.successes.map(\.attempts) == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4])
            #expect(desk.service.contents.creations.values.allSatisfy { $0 == 1 })
        }
    }

    @Test func `progress tells the rate and the time that remains, as a sequence`() async throws {
        try await withDesk { desk in
            desk.service.settings.rowCost = .milliseconds(1)
            let progress = BulkProgressUpdates(every: .zero)
            let runner = try BulkRunner(try desk.envelope(), options: .test(chunk: 10, concurrency: 1))
            async let result = runner.run(records(100), progress: progress)
            var snapshots: [BulkProgress] = []
            for await snapshot in progress { snapshots.append(snapshot) }
            _ = try await result.get()
            let completed = snapshots.map(\.completed)
            #expect(completed == completed.sorted() && completed.last == 100)
            let midway = try #require(snapshots.first { (10..<100).contains($0.completed) })
            #expect(midway.rate > 0 && midway.rate < 1_000)
            #expect(try #require(midway.timeRemaining) > .zero)
            #expect(try #require(midway.fraction) < 1)
        }
    }

    @Test func `with faults at random and keys, 10,000 creations are each done once`() async throws {
        try await withDesk(faultRate: 0.05) { desk in
            var options = BulkOptions.test(chunk: 100, concurrency: 4, attempts: 8)
            options.usesIdempotencyKeys = true
            let result = try await BulkRunner(try desk.envelope(), options: options).run(records(10_000))
            #expect(result.successes.count == 10_000)
            #expect(desk.service.contents.creations.count == 10_000)
            #expect(desk.service.contents.creations.values.allSatisfy { $0 == 1 })
        }
    }
}
