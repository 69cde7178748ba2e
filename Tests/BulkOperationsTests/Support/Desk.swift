// SPDX-License-Identifier: Apache-2.0
//
// A server of bulk endpoints on a socket, and a transport to it, for one test.

import BulkOperations
import CurlTransport
import HTTPTransport
import LoopbackServer

/// A record of the bulk endpoints.
struct Record: Codable, Equatable, Sendable {
    var id: String?
    var name: String
}

/// What a test of a shape works at.
struct Desk: Sendable {
    let service: BulkService
    let server: LoopbackHTTPServer
    let transport: CurlHTTPTransport
    let faults: RandomFaults

    func url(_ path: String) throws -> HTTPURL { try HTTPURL(server.url + path) }

    /// Creates a record by a request of its own.
    func creation() throws -> BulkRequests<Record, Record> {
        let url = try url("/items")
        return BulkRequests(over: transport) { item in
            HTTPRequest(url: url, body: Array(#"{"name":"\#(item.input.name)"}"#.utf8))
        }
    }

    /// Creates records in envelopes.
    func envelope() throws -> BulkEnvelope<Record, Record> {
        BulkEnvelope(to: try url("/bulk"), over: transport) { item in
            BulkEnvelopeOperation(.post, "/items", body: item.input)
        }
    }

    /// Creates records as jobs.
    func jobs(_ change: (inout BulkJobs<Record, Record>) -> Void = { _ in }) throws -> BulkJobs<Record, Record> {
        let routes = BulkJobRoutes(below: try url("/jobs"), hasEvents: false)
        var jobs = BulkJobs<Record, Record>(at: routes, over: transport)
        jobs.firstPoll = .milliseconds(1)
        jobs.longestPoll = .milliseconds(10)
        change(&jobs)
        return jobs
    }
}

/// Runs a test at a desk that is gone afterwards.
func withDesk(
    faultRate: Double = 0,
    latency: Duration = .zero,
    _ test: (Desk) async throws -> Void
) async throws {
    let service = BulkService()
    let faults = RandomFaults(rate: faultRate, seed: 42, around: service.respond)
    let server = try LoopbackHTTPServer(latency: latency, handler: faults.respond)
    defer { server.stop() }
    let desk = Desk(service: service, server: server, transport: try CurlHTTPTransport(), faults: faults)
    do {
        try await test(desk)
    } catch {
        await desk.transport.shutdown(drainingFor: .zero)
        throw error
    }
    await desk.transport.shutdown(drainingFor: .zero)
}

func records(_ count: Int, _ name: (Int) -> String = { "record \($0)" }) -> [Record] {
    (0..<count).map { Record(name: name($0)) }
}
