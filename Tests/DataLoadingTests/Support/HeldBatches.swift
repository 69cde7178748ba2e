// SPDX-License-Identifier: Apache-2.0
//
// A batch function whose batches stop and wait until a test answers them.

typealias HeldBatches = Held<Int, [Int: Int]>

final class Held<Key: Sendable, Answer: Sendable>: Sendable {
    /// A batch that waits for its answer.
    struct Batch: Sendable {
        let keys: [Key]
        let answer: CheckedContinuation<Answer, any Error>
    }

    private struct State: Sendable {
        var arrived: [Batch] = []
        var taker: CheckedContinuation<Batch, Never>?
    }

    private let state = Locked(State())

    /// Does not listen to cancellation.
    func fetch(_ keys: [Key]) async throws -> Answer {
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

extension Held<Int, [Int: Int]>.Batch {
    /// Answers with each key as its own value.
    func answerKeys() {
        answer.resume(returning: Dictionary(keys.map { ($0, $0) }) { first, _ in first })
    }
}
