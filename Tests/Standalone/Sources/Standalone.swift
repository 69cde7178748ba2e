// SPDX-License-Identifier: Apache-2.0
//
// A user of DataLoading alone: 1,000 loads in one scope must make one batch, and each return its own value.

import DataLoading
import Synchronization

@main
enum Standalone {
    static let batchSizes = Mutex<[Int]>([])

    static func main() async throws {
        let loader = DataLoader<Int, String> { keys in
            batchSizes.withLock { $0.append(keys.count) }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, "value \($0)") })
        }
        let values = try await withBatching {
            try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for key in 0..<1_000 {
                    group.addTask { (key, try await loader.load(key)) }
                }
                var values: [Int: String] = [:]
                for try await (key, value) in group { values[key] = value }
                return values
            }
        }
        let sizes = batchSizes.withLock { $0 }
        precondition(sizes == [1_000], "1,000 loads made batches of \(sizes), not one of 1,000")
        precondition(values.count == 1_000 && values.allSatisfy { $0.value == "value \($0.key)" }, "a value is wrong")
        print("1,000 loads, \(sizes.count) batch")
    }
}
