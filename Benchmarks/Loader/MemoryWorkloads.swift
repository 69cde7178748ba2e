// SPDX-License-Identifier: Apache-2.0
//
// What a loader keeps in memory for each key.

import DataLoading

extension Workload {
    /// Values that were loaded and are kept.
    static let memoryOfMemoisedValues = Workload.memory("memory-memoised") { n in
        try await warmUp()
        let loader = CountedLoader().loader
        let before = try residentSize()
        for start in stride(from: 0, to: n, by: 1_000) {
            let keys = start..<min(start + 1_000, n)
            try await withBatching { _ = try await loader.loadMany(keys) }
        }
        let growth = try residentSize() - before
        try await loader.loadOneByOne(n)
        return growth
    }

    /// Loads that were asked for and not sent yet, with what the caller holds of each.
    static let memoryOfPendingLoads = Workload.memory("memory-pending") { n in
        try await warmUp()
        let loader = CountedLoader().loader
        return try await withBatching {
            let before = try residentSize()
            let pending = (0..<n).map { loader.enqueue($0) }
            let growth = try residentSize() - before
            for (key, load) in pending.enumerated() { try expect(await load.value, for: key) }
            return growth
        }
    }

    /// Has everything loaded that is loaded once.
    private static func warmUp() async throws {
        let loader = CountedLoader().loader
        try await withBatching { try await loader.enqueueAll(1_000) }
        _ = try residentSize()
    }
}
