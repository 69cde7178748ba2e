// SPDX-License-Identifier: Apache-2.0
//
// Which batch waits for which: to find the circles in which all would wait for ever.

import Synchronization

/// The edges from batches whose functions load to the batches that bring what they load.
///
/// Used only by loads that a batch function makes. Its lock may be taken under a loader's, never the other way round.
@usableFromInline
enum WaitGraph {
    private static let lock = Lock(0)

    /// Set in a batch's count of waits when its function has ended: what its tasks do now, they do for nobody.
    private static let hasEnded: UInt = 1 << (UInt.bitWidth - 1)

    /// Notes that a batch waits for one more load.
    @usableFromInline
    static func beginWait(of batch: RunningBatch) {
        let before = batch.waits.add(1, ordering: .acquiringAndReleasing).oldValue
        if before == 0 { batch.waitingChanged(to: true) }
    }

    /// Notes that a batch waits for one load less.
    @usableFromInline
    static func endWait(of batch: RunningBatch) {
        let after = batch.waits.subtract(1, ordering: .acquiringAndReleasing).newValue
        if after == 0 { batch.waitingChanged(to: false) }
    }

    /// Notes that the function of a batch has ended. Tasks that it left behind wait on their own account.
    @usableFromInline
    static func end(_ batch: RunningBatch) {
        let waits = batch.waits.bitwiseOr(hasEnded, ordering: .acquiringAndReleasing).oldValue
        guard waits > 0 else { return }  // Then it waits for no batch, and none is added any more.
        lock.withLock { _ in batch.awaited = [:] }
        batch.waitingChanged(to: false)
    }

    /// Adds that one batch waits for another.
    ///
    /// - Returns: Whether it may: not if the other waits for it, by whatever detour.
    /// - Complexity: O(*n*) in the number of batches that the other waits for.
    @usableFromInline
    static func add(from batch: RunningBatch, to carrier: RunningBatch) -> Bool {
        lock.withLock { _ in
            guard batch.waits.load(ordering: .acquiring) & hasEnded == 0 else { return true }
            guard !leads(from: carrier, to: batch) else { return false }
            batch.awaited[ObjectIdentifier(carrier), default: (carrier, 0)].loads += 1
            return true
        }
    }

    /// Takes back what `add` added.
    @usableFromInline
    static func remove(from batch: RunningBatch, to carrier: RunningBatch) {
        lock.withLock { _ in
            let id = ObjectIdentifier(carrier)
            guard let edge = batch.awaited[id] else { return }
            batch.awaited[id] = edge.loads > 1 ? (carrier, edge.loads - 1) : nil
        }
    }

    private static func leads(from start: RunningBatch, to end: RunningBatch) -> Bool {
        var seen: Set<ObjectIdentifier> = []
        var open = [start]
        while let batch = open.popLast() {
            if batch === end { return true }
            guard seen.insert(ObjectIdentifier(batch)).inserted else { continue }
            open += batch.awaited.values.map(\.batch)
        }
        return false
    }
}
