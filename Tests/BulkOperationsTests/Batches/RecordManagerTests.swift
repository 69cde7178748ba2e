// SPDX-License-Identifier: Apache-2.0
//
// Units of work on real sockets: creations, updates and deletions of records in envelopes.

import BulkOperations
import HTTPTransport
import LoopbackServer
import Testing

@Suite("A batch of records", .timeLimit(.minutes(1)))
struct RecordManagerTests {
    private typealias Records = BulkEnvelope<BulkWork<Record>, Record?>

    private func manager(of desk: Desk, chunk: Int = 100) throws -> BulkRunner<Records> {
        let records = Records(to: try desk.url("/bulk"), over: desk.transport) { item in
            let work = item.input
            let path = "/" + work.model + (work.recordID.map { "/" + $0 } ?? "")
            return switch work.kind {
            case .create: BulkEnvelopeOperation(.post, path, body: work.payload)
            case .update: BulkEnvelopeOperation(.put, path, body: work.payload)
            case .delete: BulkEnvelopeOperation(.delete, path)
            }
        }
        return try BulkRunner(records, options: .test(chunk: chunk))
    }

    @Test func `bulkCreate gives ids in the order of the inputs, in chunks of at most so many`() async throws {
        try await withDesk { desk in
            let (_, result) = try await withBulkBatch(try manager(of: desk)) { batch in
                for record in records(250) { try batch.create("items", record) }
            }
            let created = try result.get().map { try #require($0) }
            #expect(created.map(\.name) == records(250).map(\.name))
            #expect(Set(created.map(\.id)).count == 250)
            #expect(result.summary.chunks == 3)
            #expect(desk.server.statistics.requests == 3)
        }
    }

    @Test func `bulkUpdate takes the same data for many, or data for each, and bulkDelete comes after it`() async throws
    {
        try await withDesk { desk in
            _ = try await BulkRunner(try desk.envelope(), options: .test()).run(records(10)).get()
            let (_, result) = try await withBulkBatch(try manager(of: desk)) { batch in
                try batch.delete("items", ids: ["9", "10", "2"])
                try batch.update("items", ids: ["1", "2", "3"], Record(name: "same"))
                try batch.update("items", id: "4", Record(name: "fourth"))
                try batch.update("items", id: "99", Record(name: "none"))
            }
            #expect(result.failures.map(\.input.recordID) == ["99"])
            #expect((result.failures.first?.error as? BulkError)?.status == 404)
            #expect(result.outputs[4]??.name == "same")
            #expect(
                desk.service.contents.names.sorted()
                    == ["fourth", "record 4", "record 5", "record 6", "record 7", "same", "same"]
            )
        }
    }

    @Test func `nothing reaches the server if the scope throws`() async throws {
        try await withDesk { desk in
            await #expect(throws: TestError.self) {
                _ = try await withBulkBatch(try manager(of: desk)) { batch in
                    for record in records(10) { try batch.create("items", record) }
                    throw TestError()
                }
            }
            #expect(desk.server.statistics.requests == 0)
        }
    }

    @Test func `a collector sends a chunk as soon as it is full`() async throws {
        try await withDesk { desk in
            let collector = BulkCollector(try BulkRunner(try desk.envelope(), options: .test(chunk: 20)))
            for record in records(50) { try await collector.add(record) }
            let result = try await collector.finish()
            #expect(try result.get().map(\.name) == records(50).map(\.name))
            #expect(desk.server.statistics.requests == 3)
        }
    }
}
