// SPDX-License-Identifier: Apache-2.0
//
// A number that several tasks change.

import Synchronization

final class Counter: Sendable {
    private let value = Atomic(0)

    func add(_ change: Int) -> Int { value.add(change, ordering: .relaxed).newValue }
}
