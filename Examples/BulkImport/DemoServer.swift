// SPDX-License-Identifier: Apache-2.0
//
// The server that is started when no endpoint is given.

import LoopbackServer

struct DemoServer {
    private let server: LoopbackHTTPServer

    /// Starts it; `nil` if there is another server to talk to, or none is needed.
    ///
    /// - Parameter bytes: What has been read of the file, in whose middle the cost of a row may change.
    init?(_ options: Options, bytes: ByteCount) throws {
        guard options.endpoint == nil, options.mode != .check else { return nil }
        let service = BulkService()
        service.settings.rowCost = options.rowCost
        let graphQL = DemoGraphQLService(resources: 0)
        let faults = RandomFaults(rate: Double(options.faultPercent) / 100, seed: 1) { request in
            if let cost = options.laterRowCost, bytes.isPastMiddle { service.settings.rowCost = cost }
            return request.path == DemoGraphQLService.path ? graphQL.respond(to: request) : service.respond(to: request)
        }
        server = try LoopbackHTTPServer(latency: options.latency, handler: faults.respond)
    }

    func url(for mode: Options.Mode) -> String {
        switch mode {
        case .rest, .check: server.url + "/items"
        case .envelope: server.url + "/bulk"
        case .graphql: server.url + DemoGraphQLService.path
        case .job: server.url + "/jobs"
        }
    }

    func stop() { server.stop() }
}
