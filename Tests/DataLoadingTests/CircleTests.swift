// SPDX-License-Identifier: Apache-2.0
//
// Batches that load: from their own loader, from others, and in circles.

import DataLoading
import Testing

@Suite("Batches that load", .timeLimit(.minutes(1)))
struct CircleTests {
    /// The parent of each number is its half; a batch function that needs the parents first, from its own loader.
    private func ancestors(_ options: DataLoaderOptions) -> DataLoader<Int, [Int]> {
        let reference = Locked<DataLoader<Int, [Int]>?>(nil)
        let loader = DataLoader<Int, [Int]>(options: options) { keys in
            guard let loader = reference.withLock({ $0 }) else { return [:] }
            var results: [Int: [Int]] = [:]
            for key in keys {
                results[key] = key <= 1 ? [] : try await loader.load(key / 2) + [key / 2]
            }
            return results
        }
        reference.withLock { $0 = loader }
        return loader
    }

    @Test func `a batch function may load from its own loader`() async throws {
        let loader = ancestors(DataLoaderOptions())
        let value = try await withBatching { try await loader.load(20) }
        #expect(value == [1, 2, 5, 10])
    }

    @Test(arguments: [1, 2])
    func `it may with a limit of concurrent batches too`(limit: Int) async throws {
        let loader = ancestors(try DataLoaderOptions(maxConcurrentBatches: limit))
        let inside = try await withBatching { try await loader.load(20) }
        #expect(inside == [1, 2, 5, 10])
        let outside = try await loader.load(300)
        #expect(outside == [1, 2, 4, 9, 18, 37, 75, 150])
    }

    @Test func `two loaders with a limit of one may load from each other`() async throws {
        let options = try DataLoaderOptions(maxConcurrentBatches: 1)
        let reference = Locked<DataLoader<Int, Int>?>(nil)
        let even = DataLoader<Int, Int>(options: options) { keys in
            guard let odd = reference.withLock({ $0 }) else { return [:] }
            var sums: [Int: Int] = [:]
            for key in keys { sums[key] = key == 0 ? 0 : try await odd.load(key - 1) + key }
            return sums
        }
        let odd = DataLoader<Int, Int>(options: options) { keys in
            var sums: [Int: Int] = [:]
            for key in keys { sums[key] = try await even.load(key - 1) + key }
            return sums
        }
        reference.withLock { $0 = odd }
        let sum = try await withBatching { try await even.load(10) }
        #expect(sum == 55)
    }

    @Test func `a batch that loads its own key is told`() async throws {
        let reference = Locked<DataLoader<Int, Int>?>(nil)
        let loader = DataLoader<Int, Int>(options: try DataLoaderOptions(maxConcurrentBatches: 1)) { keys in
            guard let loader = reference.withLock({ $0 }) else { return [:] }
            return Dictionary(uniqueKeysWithValues: zip(keys, try await loader.loadMany(keys)))
        }
        reference.withLock { $0 = loader }
        let error = await #expect(throws: DataLoaderError.self) {
            try await withBatching { try await loader.load(7) }
        }
        #expect(error?.code == .circularLoad)
        #expect(error?.offender == "7")
    }

    @Test(arguments: [nil, 1])
    func `a circle through two loaders is told, and not waited for`(limit: Int?) async throws {
        let options = try DataLoaderOptions(maxConcurrentBatches: limit)
        let reference = Locked<DataLoader<Int, Int>?>(nil)
        let first = DataLoader<Int, Int>(options: options) { keys in
            guard let second = reference.withLock({ $0 }) else { return [:] }
            return Dictionary(uniqueKeysWithValues: zip(keys, try await second.loadMany(keys)))
        }
        let second = DataLoader<Int, Int>(options: options) { keys in
            var values: [Int: Int] = [:]
            for key in keys { values[key] = try await first.load(key) }
            return values
        }
        reference.withLock { $0 = second }
        let error = await #expect(throws: DataLoaderError.self) {
            try await withBatching { try await first.load(1) }
        }
        #expect(error?.code == .circularLoad)
        let outside = await #expect(throws: DataLoaderError.self) { try await second.load(2) }
        #expect(outside?.code == .circularLoad)
    }

    @Test func `what is loaded twice from within, by two ways, is no circle`() async throws {
        let (leaf, log) = tenfold()
        let left = DataLoader<Int, Int> { keys in
            Dictionary(uniqueKeysWithValues: zip(keys, try await leaf.loadMany(keys)))
        }
        let right = DataLoader<Int, Int> { keys in
            async let direct = leaf.loadMany(keys)
            async let detour = left.loadMany(keys)
            return Dictionary(uniqueKeysWithValues: zip(keys, zip(try await direct, try await detour).map { $0 + $1 }))
        }
        let value = try await withBatching { try await right.load(3) }
        #expect(value == 60)
        #expect(log.all == [[3]])
    }
}
