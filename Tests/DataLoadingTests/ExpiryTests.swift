// SPDX-License-Identifier: Apache-2.0
//
// Values that grow old: when they are fetched anew, and what is given meanwhile.

import DataLoading
import Testing

@Suite("Expiry", .timeLimit(.minutes(5)))
struct ExpiryTests {
    private let clock = ManualClock()

    @Test func `a value is fetched anew when its time is over, and not a moment before`() async throws {
        let (loader, calls) = counting(try CachePolicy(timeToLive: .seconds(10), clock: clock))
        #expect(try await loader.load(1) == 1)
        clock.advance(by: .seconds(10) - .nanoseconds(1))
        #expect(try await loader.load(1) == 1)
        clock.advance(by: .nanoseconds(1))
        #expect(loader.cachedValue(for: 1) == nil)
        #expect(loader.cachedValues().isEmpty)
        #expect(try await loader.load(1) == 2)
        #expect(calls.withLock { $0 } == 2)
    }

    @Test func `being used does not prolong a value's time`() async throws {
        let (loader, _) = counting(try CachePolicy(timeToLive: .seconds(10), clock: clock))
        for _ in 0..<10 {
            #expect(try await loader.load(1) == 1)
            clock.advance(by: .seconds(1))
        }
        #expect(try await loader.load(1) == 2)
    }

    @Test func `the time begins when a value is there, not when it is asked for`() async throws {
        let batches = HeldBatches()
        let loader = DataLoader<Int, Int>(cache: try CachePolicy(timeToLive: .seconds(10), clock: clock)) { keys in
            try await batches.fetch(keys)
        }
        async let value = loader.load(1)
        let batch = await batches.next()
        clock.advance(by: .seconds(60))
        batch.answer.resume(returning: [1: 5])
        #expect(try await value == 5)
        #expect(loader.cachedValue(for: 1) == 5)
    }

    @Test func `who asks together for a value that is over shares one fetch`() async throws {
        let (loader, calls) = counting(try CachePolicy(timeToLive: .seconds(10), clock: clock))
        _ = try await loader.load(1)
        clock.advance(by: .seconds(10))
        let values = await withBatching { await loadEach([1, 1, 1], from: loader).map(\.value) }
        #expect(values == [2, 2, 2])
        #expect(calls.withLock { $0 } == 2)
    }

    @Test func `a value that is over can be primed without force`() async throws {
        let (loader, _) = counting(try CachePolicy(timeToLive: .seconds(10), clock: clock))
        #expect(loader.prime(1, with: 7))
        #expect(!loader.prime(1, with: 8))
        clock.advance(by: .seconds(10))
        #expect(loader.prime(1, with: 8))
        #expect(try await loader.load(1) == 8)
    }

    @Test func `what nobody asks for any more is let go as others come`() throws {
        let (loader, _) = counting(try CachePolicy(timeToLive: .seconds(10), clock: clock))
        for key in 0..<1_000 { loader.prime(key, with: key) }
        clock.advance(by: .seconds(10))
        for key in 1_000..<1_600 { loader.prime(key, with: key) }
        #expect(loader.holdings.keys == 600)
    }

    @Test(arguments: ["timeToLive", "staleWhileRevalidate"])
    func `a time that is not more than zero is refused`(option: String) {
        for time in [Duration.zero, .seconds(-1)] {
            let error = #expect(throws: DataLoaderError.self) {
                try CachePolicy<Int, Int>(
                    timeToLive: option == "timeToLive" ? time : .seconds(1),
                    staleWhileRevalidate: option == "timeToLive" ? nil : time
                )
            }
            #expect(error?.code == .invalidOption)
            #expect(error?.offender == option)
        }
    }

    @Test func `a stale time without a time to live is refused`() {
        let error = #expect(throws: DataLoaderError.self) {
            try CachePolicy<Int, Int>(staleWhileRevalidate: .seconds(1))
        }
        #expect(error?.offender == "staleWhileRevalidate")
        #expect(error?.message.contains("timeToLive") == true)
    }

    /// A loader whose value of a key is the number of the fetch, and that number.
    private func counting(_ cache: CachePolicy<Int, Int>) -> (DataLoader<Int, Int>, Locked<Int>) {
        let calls = Locked(0)
        let loader = DataLoader<Int, Int>(cache: cache) { keys in
            let call = calls.withLock {
                $0 += 1; return $0
            }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, call) })
        }
        return (loader, calls)
    }
}
