// SPDX-License-Identifier: Apache-2.0
//
// A bulk service with a clock that stands still until it is told, for tests that need no socket.

import LoopbackServer
import Synchronization
import Testing

/// Time that a test moves.
final class TestTime: Sendable {
    private let offset = Mutex(Duration.zero)
    private let start = ContinuousClock.now

    var now: ContinuousClock.Instant { offset.withLock { start + $0 } }

    func advance(by duration: Duration) { offset.withLock { $0 += duration } }
}

/// A service that is asked without a socket.
struct Desk {
    let time = TestTime()
    let service: BulkService

    init(_ change: (inout BulkService.Settings) -> Void = { _ in }) {
        var settings = BulkService.Settings()
        change(&settings)
        service = BulkService(settings: settings) { [time] in time.now }
    }

    func ask(
        _ method: String,
        _ target: String,
        _ body: String = "",
        headers: [(name: String, value: String)] = []
    ) throws -> (status: Int, headers: [String: String], body: String) {
        let request = try LoopbackRequest(method: method, target: target, headers: headers, body: Array(body.utf8))
        let reply = try #require(service.respond(to: request).message)
        return (
            reply.status, Dictionary(reply.headers.map { ($0.name, $0.value) }) { $1 },
            String(decoding: reply.body, as: UTF8.self)
        )
    }
}
