// SPDX-License-Identifier: Apache-2.0
//
// What a batch function was called with, in order.

import Synchronization

final class BatchLog<Key: Sendable>: Sendable {
    private let batches = Locked<[[Key]]>([])

    func append(_ keys: [Key]) { batches.withLock { $0.append(keys) } }

    var all: [[Key]] { batches.withLock { $0 } }
    var count: Int { all.count }
    var sizes: [Int] { all.map(\.count) }
}
