// SPDX-License-Identifier: Apache-2.0
//
// What tests need to know of a loader's inside, to wait for a state instead of a time.

@testable import DataLoading

extension DataLoader {
    nonisolated func hasCallers(_ count: Int, of key: Key) async -> Bool {
        intake.withLock { intake in
            guard case .pending(let queue, let slot)? = intake.entries[key] else { return false }
            return queue.slots[slot].callers == count
        }
    }
}
