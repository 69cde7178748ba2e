// SPDX-License-Identifier: Apache-2.0
//
// Many keys that one caller asks for together, and waits for once.

/// The loads of one `loadMany`, in the order of its keys.
///
/// The group waits in the line of one slot at a time: when that has its result, the group moves on to the next slot that
/// has none, and its caller is resumed when there is no such slot left.
@usableFromInline
final class LoadGroup<Key: Hashable & Sendable, Value: Sendable>: @unchecked Sendable {
    // The loader's lock guards every access.

    @usableFromInline
    enum Load {
        case finished(Result<Value, any Error>)
        case waiting(queue: Int32, slot: Int32)
        /// The load would wait for the batch that makes it.
        case circular(Key)
    }

    /// The queues of the loads, few as a rule.
    @exclusivity(unchecked) @usableFromInline var queues: [LoadQueue<Key, Value>] = []
    @exclusivity(unchecked) @usableFromInline var loads: [Load] = []
    /// The loads before this one have results.
    @exclusivity(unchecked) @usableFromInline var cursor = 0
    @exclusivity(unchecked) @usableFromInline var continuation: UnsafeContinuation<Void, Never>?
    /// Its number in the line of the slot it waits for.
    @exclusivity(unchecked) @usableFromInline var waiter = -1
    /// Whether its caller was cancelled.
    @exclusivity(unchecked) @usableFromInline var hasLeft = false
    /// The batch whose function asks.
    @exclusivity(unchecked) @usableFromInline var batch: RunningBatch?

    @inlinable
    init(count: Int) {
        loads.reserveCapacity(count)
    }

    @inlinable
    func append(_ queue: LoadQueue<Key, Value>, slot: Int) {
        if queues.last !== queue { queues.append(queue) }
        loads.append(
            .waiting(
                queue: Int32(truncatingIfNeeded: queues.count - 1),
                slot: Int32(truncatingIfNeeded: slot)
            )
        )
    }
}
