// SPDX-License-Identifier: Apache-2.0
//
// A batch function whose batches stop and wait until a test answers them.

final class HeldBatches: Sendable {
    typealias Answer = Result<[Int: Int], any Error>

    /// A batch that waits for its answer.
    struct Batch: Sendable {
        let keys: [Int]
        let answer: CheckedContinuation<[Int: Int], any Error>
    }

    private struct State: Sendable {
        var arrived: [Batch] = []
        var taker: CheckedContinuation<Batch, Never>?
    }

    private let state = Locked(State())

    func fetch(_ keys: [Int]) async throws -> [Int: Int] {
        try await withCheckedThrowingContinuation { answer in
            let batch = Batch(keys: keys, answer: answer)
            let taker: CheckedContinuation<Batch, Never>? = state.withLock { state in
                if state.taker == nil { state.arrived.append(batch) }
                defer { state.taker = nil }
                return state.taker
            }
            taker?.resume(returning: batch)
        }
    }

    /// The next batch, as soon as it is there.
    func next() async -> Batch {
        await withCheckedContinuation { taker in
            let batch: Batch? = state.withLock { state in
                guard state.arrived.isEmpty else { return state.arrived.removeFirst() }
                state.taker = taker
                return nil
            }
            if let batch { taker.resume(returning: batch) }
        }
    }
}
