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

    /// Creates records as jobs, which have no events if no other routes are given.
    func jobs(
        at routes: BulkJobRoutes? = nil,
        _ change: (inout BulkJobs<Record, Record>) throws -> Void = { _ in }
    ) throws -> BulkJobs<Record, Record> {
        let routes = try routes ?? BulkJobRoutes(below: url("/jobs"), hasEvents: false)
        var jobs = BulkJobs<Record, Record>(at: routes, over: transport)
        jobs.firstPoll = .milliseconds(1)
        jobs.longestPoll = .milliseconds(10)
        try change(&jobs)
        return jobs
    }
}

/// Runs a test at a desk that is gone afterwards.
///
/// - Parameters:
///   - now: The time of the service, by which its jobs go on.
///   - door: Sees each request before the service does, which gets what it returns.
func withDesk(
    faultRate: Double = 0,
    latency: Duration = .zero,
    configuration: CurlConfiguration = CurlConfiguration(),
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
    door: @escaping @Sendable (LoopbackRequest) -> LoopbackRequest = { $0 },
    _ test: (Desk) async throws -> Void
) async throws {
    let service = BulkService(now: now)
    let faults = RandomFaults(rate: faultRate, seed: 42) { service.respond(to: door($0)) }
    let server = try LoopbackHTTPServer(latency: latency, handler: faults.respond)
    defer { server.stop() }
    let transport = try CurlHTTPTransport(configuration: configuration)
    let desk = Desk(service: service, server: server, transport: transport, faults: faults)
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
