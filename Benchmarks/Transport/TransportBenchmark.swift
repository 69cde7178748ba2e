// SPDX-License-Identifier: Apache-2.0
//
// What the transport costs beside libcurl itself: throughput, processor time, and many requests at once.

enum TransportBenchmark {
    static func run(_ options: TransportOptions) async throws {
        switch options.role {
        case .serve(let milliseconds): try ServerProcess.serve(latencyInMilliseconds: milliseconds)
        case .burst(let url, let requests, let connections):
            try await Burst.run(url: url, requests: requests, connections: connections)
        case .measure: try await measure(options)
        }
    }

    private static func measure(_ options: TransportOptions) async throws {
        let report = TransportReport(isJSON: options.printsJSON)
        report.begin()
        let server = try ServerProcess(latencyInMilliseconds: 0)
        defer { server.stop() }
        let servers = [(name: "loopback", url: server.url)] + options.endpoints.map { (name: name(of: $0), url: $0) }
        for server in servers {
            for var load in TransportLoad.all where options.includes(load) {
                load.base = server.url
                load.caFile = options.caFile
                let race = TransportRace(
                    load: load,
                    rounds: options.rounds ?? (options.isQuick ? 5 : 15),
                    requests: load.requests(isQuick: options.isQuick)
                )
                report.add(load, server: server.name, try await race.run())
            }
        }
        if options.inFlight == nil, options.kind == nil { try bursts(report, options) }
    }

    private static func bursts(_ report: TransportReport, _ options: TransportOptions) throws {
        let server = try ServerProcess(latencyInMilliseconds: Burst.latencyInMilliseconds)
        defer { server.stop() }
        for connections in options.isQuick ? [256] : Burst.connections {
            let result = try Burst.measure(url: server.url, connections: connections)
            report.add(result, requests: Burst.requests, connections: connections)
        }
    }

    /// `https` over TLS, where the server may choose HTTP/2, and `http` in the clear.
    private static func name(of endpoint: String) -> String {
        endpoint.hasPrefix("https:") ? "endpoint, TLS" : "endpoint"
    }
}
