// SPDX-License-Identifier: Apache-2.0
//
// How long errors are remembered: those of keys by policy, those of batches never.

import DataLoading
import Testing

@Suite("Error policy", .timeLimit(.minutes(5)))
struct ErrorPolicyTests {
    private let clock = ManualClock()

    @Test func `by default the error of a key is kept until it is cleared`() async throws {
        let (loader, log) = failing(CachePolicy())
        for _ in 0..<2 { await #expect(throws: TestError(1)) { try await loader.load(1) } }
        #expect(log.count == 1)
        loader.clear(1)
        await #expect(throws: TestError(1)) { try await loader.load(1) }
        #expect(log.count == 2)
    }

    @Test func `by default the error of a key lives as long as a value, and is never stale`() async throws {
        let cache = try CachePolicy<Int, Int>(
            timeToLive: .seconds(10),
            staleWhileRevalidate: .seconds(100),
            clock: clock
        )
        let (loader, log) = failing(cache)
        _ = await loader.loadManyResults([1])
        clock.advance(by: .seconds(9))
        _ = await loader.loadManyResults([1])
        #expect(log.count == 1)
        clock.advance(by: .seconds(1))
        #expect(loader.cachedResult(for: 1) == nil)
        _ = await loader.loadManyResults([1])
        #expect(log.count == 2)
    }

    @Test func `each error is kept as the policy says`() async throws {
        let cache = try CachePolicy<Int, Int>(
            timeToLive: .seconds(10),
            errors: { error in
                switch (error as? TestError)?.key {
                case 1: .never
                case 2: .for(.seconds(2))
                case 3: .forever
                case 4: .for(.zero)
                default: .asValues
                }
            },
            clock: clock
        )
        let (loader, log) = failing(cache)
        let keys = [1, 2, 3, 4, 5]
        _ = await loader.loadManyResults(keys)
        #expect(keys.filter { loader.cachedResult(for: $0) != nil } == [2, 3, 5])
        clock.advance(by: .seconds(2))
        #expect(keys.filter { loader.cachedResult(for: $0) != nil } == [3, 5])
        clock.advance(by: .seconds(8))
        _ = await loader.loadManyResults(keys)
        #expect(log.all == [keys, [1, 2, 4, 5]])
    }

    @Test func `an error that is not kept reaches all who asked together`() async throws {
        let (loader, log) = failing(try CachePolicy(errors: { _ in .never }))
        let errors = await withBatching { await loadEach([1, 1, 1], from: loader).map { $0.error as? TestError } }
        #expect(errors == [TestError(1), TestError(1), TestError(1)])
        #expect(log.all == [[1]])
    }

    @Test func `the policy is asked about missing values too`() async throws {
        let log = BatchLog<Int>()
        let cache = try CachePolicy<Int, Int>(
            errors: { ($0 as? DataLoaderError)?.code == .missingValue ? .never : .forever }
        )
        let loader = DataLoader<Int, Int>(cache: cache) { keys in
            log.append(keys)
            return [:]
        }
        _ = await loader.loadManyResults([1])
        _ = await loader.loadManyResults([1])
        #expect(log.count == 2)
    }

    @Test func `the error of a batch is not kept, whatever the policy says, which is not asked`() async throws {
        let asked = Locked(0)
        let cache = try CachePolicy<Int, Int>(
            errors: { _ in
                asked.withLock { $0 += 1 }
                return .forever
            }
        )
        let log = BatchLog<Int>()
        let loader = DataLoader<Int, Int>(cache: cache) { keys in
            log.append(keys)
            throw TestError()
        }
        _ = await loader.loadManyResults([1])
        _ = await loader.loadManyResults([1])
        #expect(log.count == 2)
        #expect(asked.withLock { $0 } == 0)
    }

    @Test func `a primed error is kept as the policy says`() async throws {
        let (loader, _) = tenfold(cache: try CachePolicy(errors: { $0 is CancellationError ? .never : .forever }))
        #expect(!loader.prime(1, throwing: CancellationError()))
        #expect(loader.prime(2, throwing: TestError()))
        #expect(try await loader.load(1) == 10)
        await #expect(throws: TestError.self) { try await loader.load(2) }
    }

    @Test func `a streamed error is kept as the policy says`() async throws {
        let log = BatchLog<Int>()
        let loader = DataLoader<Int, Int>(
            .streaming { keys, responder in
                log.append(keys)
                responder.resolve(1, throwing: TestError(1))
                responder.resolve(2, throwing: TestError(2))
            },
            cache: try CachePolicy(errors: { ($0 as? TestError)?.key == 1 ? .never : .forever })
        )
        _ = await loader.loadManyResults([1, 2, 3])
        _ = await loader.loadManyResults([1, 2, 3])
        #expect(log.all == [[1, 2, 3], [1]])
    }

    @Test func `the policy may call the loader`() async throws {
        let box = Locked<DataLoader<Int, Int>?>(nil)
        let (loader, log) = failing(
            try CachePolicy(
                errors: { _ in
                    box.withLock { $0 }?.clear(1)
                    return .forever
                }
            )
        )
        box.withLock { $0 = loader }
        _ = await loader.loadManyResults([1])
        #expect(log.count == 1)
        box.withLock { $0 = nil }
    }

    /// A loader that has an error of its own for every key.
    private func failing(_ cache: CachePolicy<Int, Int>) -> (DataLoader<Int, Int>, BatchLog<Int>) {
        let log = BatchLog<Int>()
        let loader = DataLoader<Int, Int>(
            .aligned { keys in
                log.append(keys)
                return keys.map { .failure(TestError($0)) }
            },
            cache: cache
        )
        return (loader, log)
    }
}
