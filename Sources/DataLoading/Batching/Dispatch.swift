// SPDX-License-Identifier: Apache-2.0
//
// A batch on its way: which one, and the keys it was sent with.

/// A batch that has been cut. It is one object, from the moment when its tick ends until its callers have their results.
@usableFromInline
final class Dispatch<Key: Hashable & Sendable, Value: Sendable>: RunningBatch, @unchecked Sendable {
    /// The queue that it was cut from; `nil` once it has ended: the tasks that its function leaves behind know the batch,
    /// and must not keep its results. Guarded by the loader's lock.
    @exclusivity(unchecked) @usableFromInline var queue: LoadQueue<Key, Value>?
    /// Whether it takes no results any more. Guarded by the loader's lock.
    @exclusivity(unchecked) @usableFromInline var isClosed = false
    /// What runs it, until it does: set before it is given to a task, and taken by that.
    @exclusivity(unchecked) @usableFromInline var loader: DataLoader<Key, Value>?
    @usableFromInline let slots: Range<Int>
    @usableFromInline let keys: [Key]
    /// How often keys had been cleared when it was cut.
    @usableFromInline let clears: Int

    @inlinable
    init(
        queue: LoadQueue<Key, Value>,
        slots: Range<Int>,
        keys: [Key],
        clears: Int,
        name: String?,
        onWaiting: (@Sendable (_ isWaiting: Bool) -> Void)?
    ) {
        self.queue = queue
        self.slots = slots
        self.keys = keys
        self.clears = clears
        super.init(scope: queue.scope, name: name, priority: queue.priority, onWaiting: onWaiting)
    }
}
