// SPDX-License-Identifier: Apache-2.0
//
// A transport around another that counts what passes.

import HTTPTransport
import Synchronization

/// Counts requests and the bytes of their bodies, whatever moves them.
final class CountingTransport: HTTPClientTransport {
    private let base: any HTTPClientTransport
    private let count = Mutex(Traffic())

    init(_ base: any HTTPClientTransport) {
        self.base = base
    }

    /// What has passed so far.
    var traffic: Traffic { count.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        count.withLock {
            $0.requests += 1
            $0.bytesOut += request.body.count
        }
        let response = try await base.send(request)
        count.withLock { $0.bytesIn += response.body.count }
        return response
    }
}
