// SPDX-License-Identifier: Apache-2.0
//
// A load that was asked for and is not awaited yet.

/// A load made by ``DataLoader/enqueue(_:)``: asked for already, to be awaited when the value is needed.
///
/// Its key is fetched whether or not anybody awaits it, and its batch is not cancelled.
public struct PendingLoad<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    @usableFromInline
    enum State: Sendable {
        case finished(Result<Value, any Error>)
        case waiting(LoadQueue<Key, Value>, slot: Int)
    }

    @usableFromInline let loader: DataLoader<Key, Value>
    @usableFromInline let state: State

    @inlinable
    init(loader: DataLoader<Key, Value>, state: State) {
        self.loader = loader
        self.state = state
    }

    /// The value, as soon as it is there.
    ///
    /// It may be awaited any number of times, by any number of tasks. When the awaiting task is cancelled, this returns
    /// at once; the key is fetched all the same.
    ///
    /// - Throws: As ``DataLoader/load(_:)``.
    @inlinable
    public var value: Value {
        get async throws {
            switch state {
            case .finished(let result):
                return try result.get()
            case .waiting(let queue, let slot):
                switch loader.intake.withLock({ $0.enter(queue, slot: slot) }) {
                case .finished(let result):
                    return try result.get()
                case .waiting(let ticket, _):
                    return try await loader.valueOfEnqueued(ticket)
                }
            }
        }
    }
}
