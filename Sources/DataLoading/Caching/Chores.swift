// SPDX-License-Identifier: Apache-2.0
//
// What a change of a loader's state leaves to be done once its lock is free.

/// Callers to resume, queues to see to, values to let go.
@usableFromInline
struct Chores<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// In the order of the callers' calls.
    @usableFromInline var resumptions = Few<Intake<Key, Value>.Resumption>()
    @usableFromInline var events: [(QueueEvent, LoadQueue<Key, Value>)] = []
    /// What is not known any more.
    @usableFromInline var discarded: [Memo<Key, Value>.Forgotten] = []
    /// Queues that may have no other owner, with the keys and results that nobody waits for.
    @usableFromInline var ended: [LoadQueue<Key, Value>] = []

    @inlinable
    init() {}
}

extension DataLoader {
    @inlinable
    nonisolated func settle(_ chores: Chores<Key, Value>) {
        for (event, queue) in chores.events { handle(event, of: queue) }
        chores.resumptions.forEach { $0() }
    }
}
