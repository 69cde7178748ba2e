// SPDX-License-Identifier: Apache-2.0
//
// A load that was asked for and is not awaited yet.

/// A load made by ``DataLoader/enqueue(_:)``: asked for already, to be awaited when the value is needed.
///
/// Its key is fetched whether or not anybody awaits it, and its batch is not cancelled.
public struct PendingLoad<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    @usableFromInline let loader: DataLoader<Key, Value>
    @usableFromInline let entered: Intake<Key, Value>.Entered

    @inlinable
    init(loader: DataLoader<Key, Value>, entered: Intake<Key, Value>.Entered) {
        self.loader = loader
        self.entered = entered
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
            switch entered {
            case .finished(let result):
                return try result.get()
            case .waiting(let ticket, _):
                let waiting = loader.intake.withLock { $0.lineUp(again: ticket) }
                return try await loader.value(of: waiting, givingUpKeyWhenCancelled: false)
            }
        }
    }
}
