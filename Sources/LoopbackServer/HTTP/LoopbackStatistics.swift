// SPDX-License-Identifier: Apache-2.0
//
// What a server has seen: connections, requests, and every byte on the wire.

import Synchronization

/// What a server has served since it started.
///
/// A client that has read a whole reply finds it counted, with its request.
package struct LoopbackStatistics: Hashable, Sendable {
    /// Connections accepted.
    package var connections = 0
    /// Requests that were complete and well formed.
    package var requests = 0
    /// Requests that were refused: too large, or not well formed. They count where the refusal is made, which may be
    /// before they are complete.
    package var refusals = 0
    /// All bytes received: request lines, header fields, bodies.
    package var bytesReceived = 0
    /// All bytes sent: status lines, header fields, bodies.
    package var bytesSent = 0

    package init() {}

    /// What was added since an earlier state.
    package static func - (later: Self, earlier: Self) -> Self {
        var difference = Self()
        difference.connections = later.connections - earlier.connections
        difference.requests = later.requests - earlier.requests
        difference.refusals = later.refusals - earlier.refusals
        difference.bytesReceived = later.bytesReceived - earlier.bytesReceived
        difference.bytesSent = later.bytesSent - earlier.bytesSent
        return difference
    }
}

/// The counters behind the statistics. The server's thread writes, any thread reads.
struct LoopbackCounters: ~Copyable {
    let connections = Atomic(0)
    let requests = Atomic(0)
    let refusals = Atomic(0)
    let bytesReceived = Atomic(0)
    let bytesSent = Atomic(0)

    var snapshot: LoopbackStatistics {
        var statistics = LoopbackStatistics()
        statistics.connections = connections.load(ordering: .acquiring)
        statistics.requests = requests.load(ordering: .acquiring)
        statistics.refusals = refusals.load(ordering: .acquiring)
        statistics.bytesReceived = bytesReceived.load(ordering: .acquiring)
        statistics.bytesSent = bytesSent.load(ordering: .acquiring)
        return statistics
    }
}

extension Atomic where Value == Int {
    /// Adds to a counter that only one thread writes.
    func count(_ amount: Int) { add(amount, ordering: .releasing) }
}
