// SPDX-License-Identifier: Apache-2.0
//
// An item a request, on real sockets: what an SDK's bulk methods do.

import BulkOperations
import Foundation
import HTTPTransport
import LoopbackServer
import Testing

@Suite("Bulk: an item a request", .timeLimit(.minutes(2)))
struct RequestsTests {
    @Test func `createMany keeps going when some fail, and tells the server's reasons`() async throws {
        try await withDesk { desk in
            let inputs = records(20) { $0 % 5 == 0 ? "fail \($0)" : "record \($0)" }
            let result = try await BulkRunner(try desk.creation(), options: .test()).run(inputs)
            #expect(result.failures.map(\.index) == [0, 5, 10, 15])
            let error = result.failures.first?.error as? BulkError
            #expect(error?.status == 422)
            #expect(error?.serverCode == "invalid")
            #expect(error?.details == [.init(field: "name", message: "The record 'fail 0' fails on purpose.")])
            #expect(desk.service.contents.names.count == 16)
        }
    }

    @Test func `getMany yields the records in the order of their ids`() async throws {
        try await withDesk { desk in
            let created = try await BulkRunner(try desk.envelope(), options: .test()).run(records(30)).get()
            let ids = created.compactMap(\.id).shuffled()
            let reading = BulkRequests<String, Record>(over: desk.transport) { item in
                HTTPRequest(method: .get, url: try desk.url("/items/\(item.input)"))
            }
            let result = try await BulkRunner(reading, options: .test(concurrency: 8)).run(ids)
            #expect(try result.get().map(\.id) == ids)
        }
    }

    @Test func `updates and deletes are requests like any other`() async throws {
        try await withDesk { desk in
            let created = try await BulkRunner(try desk.envelope(), options: .test()).run(records(10)).get()
            let update = BulkRequests<Record, Record>(over: desk.transport) { item in
                let url = try desk.url("/items/\(item.input.id ?? "")")
                return HTTPRequest(method: .put, url: url, body: Array(#"{"name":"new"}"#.utf8))
            }
            _ = try await BulkRunner(update, options: .test()).run(created.prefix(4)).get()
            let deletion = BulkRequests<Record, Bool?>(over: desk.transport) { item in
                HTTPRequest(method: .delete, url: try desk.url("/items/\(item.input.id ?? "")"))
            }
            _ = try await BulkRunner(deletion, options: .test()).run(created.suffix(5)).get()
            #expect(desk.service.contents.names.sorted() == ["new", "new", "new", "new", "record 4"])
        }
    }

    @Test func `an update and a deletion by query are a request with a filter, and tell how many they matched`()
        async throws
    {
        struct Query: Encodable, Sendable { var filter: [String: String]; var changes: [String: String]? }
        struct Matched: Decodable, Sendable { var matched: Int }
        try await withDesk { desk in
            let names = records(30) { ["red", "green", "blue"][$0 % 3] }
            _ = try await BulkRunner(try desk.envelope(), options: .test(chunk: 30)).run(names).get()
            func byQuery(_ verb: String) throws -> BulkRequests<Query, Matched> {
                let url = try desk.url("/items/\(verb)-by-query")
                return BulkRequests(over: desk.transport) { item in
                    HTTPRequest(url: url, body: Array(try JSONEncoder().encode(item.input)))
                }
            }
            let updates = [
                Query(filter: ["name": "red"], changes: ["name": "green"]), Query(filter: [:], changes: [:]),
            ]
            let updated = try await BulkRunner(try byQuery("update"), options: .test()).run(updates)
            #expect(updated.outputs.map { $0?.matched } == [10, nil])
            #expect((updated.failures.first?.error as? BulkError)?.details.map(\.field) == ["filter"])
            let deletions = ["green", "blue", "none"].map { Query(filter: ["name": $0]) }
            let deleted = try await BulkRunner(try byQuery("delete"), options: .test(concurrency: 1)).run(deletions)
            #expect(try deleted.get().map(\.matched) == [20, 10, 0])
            #expect(desk.service.contents.names.isEmpty)
        }
    }

    @Test func `no more than so many requests are under way at a time, five if nothing else is said`() async throws {
        try await withDesk(latency: .milliseconds(2)) { desk in
            _ = try await BulkRunner(try desk.creation()).run(records(60)).get()
            #expect((2...5).contains(desk.server.statistics.connections))
        }
    }

    @Test func `failures are sent again from the result, and nothing else is`() async throws {
        try await withDesk { desk in
            desk.service.settings.apiKey = "secret"
            let key = Locked("wrong")
            let url = try desk.url("/items")
            let creation = BulkRequests<Record, Record>(over: desk.transport) { item in
                var request = HTTPRequest(url: url, body: Array(#"{"name":"\#(item.input.name)"}"#.utf8))
                if item.index % 2 == 0 || key.value == "secret" {
                    try request.headers.set(name: "X-API-Key", value: "secret")
                }
                return request
            }
            let first = try await BulkRunner(creation, options: .test()).run(records(20))
            #expect(first.failures.map(\.index) == Array(stride(from: 1, to: 20, by: 2)))
            key.withLock { $0 = "secret" }
            let second = try await first.retryFailed()
            #expect(try second.get().map(\.name) == records(20).map(\.name))
            #expect(desk.server.statistics.requests == 30)
            #expect(desk.service.contents.creations.values.allSatisfy { $0 == 1 })
        }
    }

    @Test func `a rate limit is learnt from the responses, shared by runs, and nothing is lost to it`() async throws {
        try await withDesk { desk in
            desk.service.settings.rateLimit = RateLimit(requests: 20, window: .seconds(1))
            var options = BulkOptions.test(concurrency: 4, attempts: 10)
            options.rateLimiter = try BulkRateLimiter()
            let runner = try BulkRunner(try desk.creation(), options: options)
            async let first = runner.run(records(25) { "a\($0)" })
            async let second = runner.run(records(25) { "b\($0)" })
            let results = try await [first, second]
            #expect(results.map(\.summary.succeeded) == [25, 25])
            #expect(desk.service.contents.creations.count == 50)
            #expect(desk.service.contents.creations.values.allSatisfy { $0 == 1 })
        }
    }

    @Test func `a run does not begin when the health check fails`() async throws {
        try await withDesk { desk in
            desk.service.settings.isHealthy = false
            var creation = try desk.creation()
            creation.healthCheck = HTTPRequest(method: .get, url: try desk.url("/health"))
            let runner = try BulkRunner(creation)
            let error = await #expect(throws: BulkError.self) { try await runner.run(records(5)) }
            #expect(error?.status == 503)
            #expect(desk.server.statistics.requests == 1)
        }
    }

    @Test func `an API key that is wrong is a failure of each item with the status 401`() async throws {
        try await withDesk { desk in
            desk.service.settings.apiKey = "secret"
            let result = try await BulkRunner(try desk.creation(), options: .test()).run(records(3))
            #expect(result.failures.map { ($0.error as? BulkError)?.status } == [401, 401, 401])
        }
    }

    /// Creates records while one request in twenty fails, and compares every one with what the server has.
    @Test(arguments: [false, true])
    func `with faults at random, the result and the store agree on each of 10,000 creations`(hasKeys: Bool) async throws
    {
        try await withDesk(faultRate: 0.05) { desk in
            var options = BulkOptions.test(concurrency: 16, attempts: 8)
            options.usesIdempotencyKeys = hasKeys
            let inputs = records(10_000)
            let result = try await BulkRunner(try desk.creation(), options: options).run(inputs)
            #expect(result.indices == Array(0..<10_000))
            let creations = desk.service.contents.creations
            let doubles = creations.filter { $0.value != 1 }
            #expect(doubles.isEmpty)
            let lost = result.successes.filter { creations[inputs[$0.index].name] != 1 }
            #expect(lost.isEmpty)
            let there = result.failures.filter { creations[$0.input.name] != nil }
            #expect(there.isEmpty)
            #expect(desk.faults.counts.count == RandomFaults.Fault.allCases.count)
            if hasKeys {
                #expect(result.successes.count == 10_000)
            } else {
                #expect((100...600).contains(result.unknown.count))
            }
        }
    }
}
