// SPDX-License-Identifier: Apache-2.0
//
// Runs the ways one after the other, on the built-in server or another, and checks that they agree.

import CurlTransport
import HTTPTransport
import LoopbackServer

/// Why the comparison cannot be made.
struct DemoError: Error {
    var message: String
}

struct Demo {
    let options: Options
    private let progress = Progress()

    /// Measures every way.
    ///
    /// - Throws: ``DemoError`` if the ways do not return the same data.
    func run() async throws -> [Measurement] {
        if let endpoint = options.endpoint { return try await compare(at: endpoint) }
        let service = DemoGraphQLService(resources: options.count)
        let server = try LoopbackHTTPServer(latency: options.latency, handler: service.respond)
        defer { server.stop() }
        return try await compare(at: try HTTPURL(server.url + DemoGraphQLService.path))
    }

    private func compare(at endpoint: HTTPURL) async throws -> [Measurement] {
        let ids = (1...options.count).map(String.init)
        var measurements: [Measurement] = []

        var original: [Resource] = []
        for way in [Way.oneByOne, .allAtOnce, .loader, .aliases] {
            let (cost, found) = try await measure(way, at: endpoint) { try await $0.read(ids, way) }
            let resources = try Self.unwrapped(found, ids)
            if way == .oneByOne { original = resources }
            try Self.check(way, resources, are: original)
            measurements.append(cost.compared(to: measurements.first))
        }

        // One way changes the names, the other changes them back: each must return what it wrote, and nothing stays.
        let before = Array(original.prefix(options.mutationCount))
        let renamed = before.map { $0.named("\($0.name), renamed") }
        let (slow, first) = try await measure(.mutationsOneByOne, at: endpoint) {
            try await $0.write(renamed, .mutationsOneByOne)
        }
        try Self.check(.mutationsOneByOne, first, are: renamed)
        let (fast, second) = try await measure(.mutationsAliased, at: endpoint) {
            try await $0.write(before, .mutationsAliased)
        }
        try Self.check(.mutationsAliased, second, are: before)
        return measurements + [slow, fast.compared(to: slow)]
    }

    /// Runs a way on a transport of its own, so that none finds connections which another has opened.
    private func measure<Output>(
        _ way: Way,
        at endpoint: HTTPURL,
        _ work: (Session) async throws -> Output
    ) async throws -> (Measurement, Output) {
        // All at once, a request may wait for long until it is its turn, and this time counts.
        let curl = try CurlHTTPTransport(configuration: CurlConfiguration(timeout: .seconds(600)))
        let transport = CountingTransport(curl)
        do {
            let session = try Session(endpoint: endpoint, transport: transport, batch: options.batch)
            let clock = ContinuousClock()
            let start = clock.now
            let output = try await progress.showing {
                "\(way.title): \(transport.traffic.requests.grouped) requests"
            } while: {
                try await work(session)
            }
            let time = clock.now - start
            await curl.shutdown()
            return (Measurement(way: way, traffic: transport.traffic, time: time, speedup: 1), output)
        } catch {
            await curl.shutdown()
            throw error
        }
    }

    private static func unwrapped(_ found: [Resource?], _ ids: [String]) throws(DemoError) -> [Resource] {
        if let missing = zip(ids, found).first(where: { $0.1 == nil }) {
            throw DemoError(
                message: "the server has no resource '\(missing.0)'; it must have those from 1 to \(ids.count)"
            )
        }
        return found.compactMap { $0 }
    }

    private static func check(_ way: Way, _ found: [Resource], are expected: [Resource]) throws(DemoError) {
        guard found != expected else { return }
        let difference = zip(found, expected).first { $0.0 != $0.1 }
        throw DemoError(
            message: "'\(way.title)' returned other data than it should"
                + (difference.map { ": \($0.0) instead of \($0.1)" } ?? ": \(found.count) resources")
        )
    }
}
