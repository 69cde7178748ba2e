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
        intake.withLock { ($0.memo.count, $0.queues.count { $0 != nil }) }
    }
}
