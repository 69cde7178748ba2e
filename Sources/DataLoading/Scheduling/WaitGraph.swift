// SPDX-License-Identifier: Apache-2.0
//
// Which batch waits for which: to find the circles in which all would wait for ever.

/// The edges from batches whose functions load to the batches that bring what they load.
///
/// Taken only by loads that a batch function makes. Its lock may be taken under a loader's, never the other way round.
@usableFromInline
enum WaitGraph {
    private static let lock = Lock(0)

    /// Notes that a batch waits for one more load.
    @usableFromInline
    static func beginWait(of batch: RunningBatch) {
        let isFirst = lock.withLock { _ in
            batch.waits += 1
            return batch.waits == 1 && !batch.hasEnded
        }
        if isFirst { batch.waitingChanged(to: true) }
    }

    /// Notes that a batch waits for one load less.
    @usableFromInline
    static func endWait(of batch: RunningBatch) {
        let isLast = lock.withLock { _ in
            batch.waits -= 1
            return batch.waits == 0 && !batch.hasEnded
        }
        if isLast { batch.waitingChanged(to: false) }
    }

    /// Notes that the function of a batch has ended. Tasks that it left behind wait on their own account.
    @usableFromInline
    static func end(_ batch: RunningBatch) {
        let wasWaiting = lock.withLock { _ in
            batch.hasEnded = true
            batch.awaited = [:]
            return batch.waits > 0
        }
        if wasWaiting { batch.waitingChanged(to: false) }
    }

    /// Adds that one batch waits for another.
    ///
    /// - Returns: Whether it may: not if the other waits for it, by whatever detour.
    /// - Complexity: O(*n*) in the number of batches that the other waits for.
    @usableFromInline
    static func add(from batch: RunningBatch, to carrier: RunningBatch) -> Bool {
        lock.withLock { _ in
            guard !batch.hasEnded else { return true }
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
