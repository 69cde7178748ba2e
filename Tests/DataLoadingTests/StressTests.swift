// SPDX-License-Identifier: Apache-2.0
//
// Everything at once, from many threads: each load ends exactly once, with its own value or its own cancellation.

import DataLoading
import Testing

@Suite("Stress", .timeLimit(.minutes(5)))
struct StressTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `loads, cancellations, clears and primes race without a loss`(seed: UInt64) async {
        let loader = DataLoader<Int, Int>(
            .aligned { keys in
                if keys.first?.isMultiple(of: 17) == true { throw TestError() }
                await Task.yield()
                return keys.map { $0.isMultiple(of: 13) ? .failure(TestError($0)) : .success($0) }
            }
        )
        await withTaskGroup { group in
            for worker in 0..<64 {
                var random = SplitMix64(state: seed &* 1_000 &+ UInt64(worker))
                let operations = (0..<200).map { _ in (random.next() % 6, Int(random.next() % 50)) }
                group.addTask {
                    if worker.isMultiple(of: 2) {
                        await withBatching { await Self.perform(operations, on: loader) }
                    } else {
                        await Self.perform(operations, on: loader)
                    }
                }
            }
        }
    }

    private static func perform(_ operations: [(UInt64, Int)], on loader: DataLoader<Int, Int>) async {
        await withTaskGroup { group in
            for (operation, key) in operations {
                switch operation {
                case 0: loader.clear(key)
                case 1: loader.prime(key, with: key, force: true)
                case 2:
                    let task = Task { try await loader.load(key) }
                    task.cancel()
                    await check(key) { try await task.value }
                case 3: group.addTask { await check(key) { try await loader.enqueue(key).value } }
                case 4: group.addTask { await check(key) { try await loader.loadMany([key, key])[1] } }
                default: group.addTask { await check(key) { try await loader.load(key) } }
                }
            }
        }
    }

    private static func check(_ key: Int, _ load: () async throws -> Int) async {
        do {
            let value = try await load()
            #expect(value == key)
        } catch let error as TestError {
            #expect(error.key == nil || error.key == key)
        } catch {
            #expect(error is CancellationError)
        }
    }
}

/// A small, seeded generator, so that a failing run can be run again.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
