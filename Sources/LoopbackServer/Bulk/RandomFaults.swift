// SPDX-License-Identifier: Apache-2.0
//
// A handler around another that fails some of the requests at random.

import Synchronization

/// Fails a share of the requests of any handler, each in one of five ways, in an order that a seed decides.
///
/// ```swift
/// let service = BulkService()
/// let faults = RandomFaults(rate: 0.05, seed: 1, around: service.respond)
/// let server = try LoopbackHTTPServer(handler: faults.respond)
/// ```
package final class RandomFaults: Sendable {
    /// What happens to a request.
    package enum Fault: CaseIterable, Hashable, Sendable {
        /// The connection is reset before the handler saw the request.
        case resetBefore
        /// The handler has answered, then the connection is reset.
        case resetAfter
        /// 429, without having asked the handler. `Retry-After` is 0.
        case tooManyRequests
        /// 503, without having asked the handler.
        case unavailable
        /// The handler has answered, and half of its body is sent.
        case halfBody
    }

    private struct State {
        var rate: Double
        var generator: SplitMix64
        var counts: [Fault: Int] = [:]
    }

    private let state: Mutex<State>
    private let faults: [Fault]
    private let handler: @Sendable (LoopbackRequest) -> LoopbackReply

    /// - Parameters:
    ///   - rate: The share of requests that fail, from 0 to 1.
    ///   - seed: Decides which ones, in the order in which requests arrive.
    ///   - faults: The ways to fail, each as likely as another.
    ///   - handler: Answers the others.
    package init(
        rate: Double,
        seed: UInt64,
        faults: [Fault] = Fault.allCases,
        around handler: @escaping @Sendable (LoopbackRequest) -> LoopbackReply
    ) {
        state = Mutex(State(rate: rate, generator: SplitMix64(state: seed)))
        self.faults = faults
        self.handler = handler
    }

    /// The share of requests that fail. It may change at any time.
    package var rate: Double {
        get { state.withLock { $0.rate } }
        set { state.withLock { $0.rate = newValue } }
    }

    /// How many requests have failed in each way.
    package var counts: [Fault: Int] { state.withLock { $0.counts } }

    /// Answers a request, or fails it.
    package func respond(to request: LoopbackRequest) -> LoopbackReply {
        switch draw() {
        case nil: return handler(request)
        case .resetBefore: return .script([.reset])
        case .resetAfter:
            _ = handler(request)
            return .script([.reset])
        case .tooManyRequests:
            return .problem(429, "rate_limited", "Too many requests.").adding([("Retry-After", "0")])
        case .unavailable: return .problem(503, "unavailable", "The server is not available.")
        case .halfBody: return handler(request).cutInHalf(for: request)
        }
    }

    private func draw() -> Fault? {
        state.withLock { state in
            guard Double.random(in: 0..<1, using: &state.generator) < state.rate,
                let fault = faults.randomElement(using: &state.generator)
            else { return nil }
            state.counts[fault, default: 0] += 1
            return fault
        }
    }
}

/// Random numbers that are the same in every run.
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var result = state
        result = (result ^ (result >> 30)) &* 0xBF58_476D_1CE4_E5B9
        result = (result ^ (result >> 27)) &* 0x94D0_49BB_1331_11EB
        return result ^ (result >> 31)
    }
}
