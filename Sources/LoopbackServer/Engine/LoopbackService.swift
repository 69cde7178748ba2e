// SPDX-License-Identifier: Apache-2.0
//
// What a server's thread and its owner share: the handler, the latency, the counters.

import Synchronization

final class LoopbackService: Sendable {
    let limits: LoopbackHTTPServer.Limits
    let refusing: @Sendable (LoopbackReply) -> LoopbackReply
    let handler: @Sendable (LoopbackRequest) -> LoopbackReply
    let counters = LoopbackCounters()
    private let latencyNanoseconds: Atomic<Int64>

    init(
        latency: Duration,
        limits: LoopbackHTTPServer.Limits,
        refusing: @escaping @Sendable (LoopbackReply) -> LoopbackReply,
        handler: @escaping @Sendable (LoopbackRequest) -> LoopbackReply
    ) {
        self.limits = limits
        self.refusing = refusing
        self.handler = handler
        latencyNanoseconds = Atomic(latency.clampedNanoseconds)
    }

    var latency: Duration {
        get { .nanoseconds(latencyNanoseconds.load(ordering: .relaxed)) }
        set { latencyNanoseconds.store(newValue.clampedNanoseconds, ordering: .relaxed) }
    }
}

extension Duration {
    /// Nanoseconds, at least none and at most some 292 years.
    var clampedNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        guard self > .zero else { return 0 }
        guard seconds < Int64.max / 1_000_000_000 else { return .max }
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
