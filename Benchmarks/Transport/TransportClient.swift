// SPDX-License-Identifier: Apache-2.0
//
// What is measured: the transport as a program uses it, a task a caller.

import CurlTransport
import HTTPTransport
import Synchronization

/// Callers who send one request after another over a transport that they share.
struct TransportClient: Sendable {
    private let transport: CurlHTTPTransport
    private let request: HTTPRequest
    private let load: TransportLoad

    init(_ load: TransportLoad) throws {
        self.load = load
        transport = try CurlHTTPTransport(
            configuration: CurlConfiguration(maximumConnectionsPerHost: load.inFlight, caFile: load.caFile)
        )
        var headers = HTTPHeaders()
        try headers.append(name: "Content-Type", value: "application/json")
        request = HTTPRequest(
            method: load.kind.isPost ? .post : .get,
            url: try HTTPURL(load.url),
            headers: headers,
            body: load.kind.isPost ? TransportLoad.Kind.request : []
        )
    }

    /// Sends so many requests.
    func run(_ requests: Int) async throws {
        let executor = load.callers == .onThread ? transport.executor(for: request.url) : nil
        try await withTaskExecutorPreference(executor) { try await runCallers(requests) }
    }

    func shutdown() async { await transport.shutdown() }

    private func runCallers(_ requests: Int) async throws {
        let left = Left(requests)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<load.inFlight {
                group.addTask {
                    while left.takeOne() { try await send() }
                }
            }
            try await group.waitForAll()
        }
    }

    private func send() async throws {
        let response = try await transport.send(request)
        guard response.status == 200, response.body.count == load.kind.responseBytes else {
            throw MeasurementError(
                message: "a response is wrong: status \(response.status), \(response.body.count) bytes"
            )
        }
    }
}

/// How many requests are still to be sent.
private final class Left: Sendable {
    private let count: Atomic<Int>

    init(_ count: Int) { self.count = Atomic(count) }

    func takeOne() -> Bool { count.subtract(1, ordering: .relaxed).newValue >= 0 }
}
