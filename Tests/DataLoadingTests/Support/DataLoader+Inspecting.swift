// SPDX-License-Identifier: Apache-2.0
//
// What tests need to know of a loader's inside, to wait for a state instead of a time.

@testable import DataLoading

extension DataLoader {
    nonisolated func hasCallers(_ count: Int, of key: Key) async -> Bool {
        intake.withLock { intake in
            guard let place = intake.memo.find(key), case .pending(_, let id) = intake.memo.places[place] else {
                return false
            }
            return intake.queues[Int(id.queue)]?.slots[Int(id.slot)].callers == Int32(count)
        }
    }

    nonisolated var hasBatchesInFlight: Bool { intake.withLock { $0.running > 0 } }

    /// How many batches are in flight, and how many queues wait for room to send.
    nonisolated var traffic: (running: Int, due: Int) {
        intake.withLock { ($0.running, $0.due.count) }
    }

    /// How many keys it remembers, and how many queues have not ended.
    nonisolated var holdings: (keys: Int, queues: Int) {
        intake.withLock { ($0.memo.places.count { $0.key != nil }, $0.queues.count { $0 != nil }) }
    }

    /// The keys that were loaded outside of all scopes and are not sent yet.
    nonisolated var gatheredKeys: [Key] {
        intake.withLock { $0.gathering.queue(of: nil)?.slots.filter(\.isGathered).map(\.key) ?? [] }
    }

    nonisolated func isRefreshing(_ key: Key) -> Bool {
        let cacheKey = cache?.cacheKey?(key)
        return intake.withLock { intake in
            guard let place = intake.memo.find(key, as: cacheKey) else { return false }
            return intake.memo.ledger?.refresh(of: place) != nil
        }
    }

    /// Whether a key has a place in the memo, for whatever it is worth.
    nonisolated func holds(_ key: Key) -> Bool {
        let cacheKey = cache?.cacheKey?(key)
        return intake.withLock { $0.memo.find(key, as: cacheKey) } != nil
    }

    /// The two ends of `clear(where:)`, with time for whatever happens while a predicate judges.
    nonisolated func beginClearing() -> Intake<Key, Value>.ClearingStart {
        intake.withLock { $0.beginClearing() }
    }

    nonisolated func endClearing(since start: Intake<Key, Value>.ClearingStart) {
        let numbers = start.places.indices.filter { start.key(at: $0) != nil }
        _ = intake.withLock { $0.endClearing(numbers, since: start) }
    }
}
