// SPDX-License-Identifier: Apache-2.0
//
// Looking into the cache, recording and replaying it, and clearing by predicate.

import DataLoading
import Testing

@Suite("Cache contents", .timeLimit(.minutes(5)))
struct CacheContentsTests {
    @Test func `what is known can be looked at without a fetch or a wait`() async throws {
        let (loader, log) = tenfold()
        #expect(loader.cachedValue(for: 1) == nil)
        _ = try await loader.load(1)
        loader.prime(2, throwing: TestError(2))
        #expect(loader.cachedValue(for: 1) == 10)
        #expect(loader.cachedResult(for: 1)?.value == 10)
        #expect(loader.cachedValue(for: 2) == nil)
        #expect(loader.cachedResult(for: 2)?.error as? TestError == TestError(2))
        #expect(loader.cachedResult(for: 3) == nil)
        #expect(log.count == 1)
    }

    @Test func `a key that is on its way is not known`() async throws {
        let (loader, _) = tenfold()
        try await withBatching {
            let pending = loader.enqueue(1)
            #expect(loader.cachedResult(for: 1) == nil)
            #expect(loader.cachedValues().isEmpty)
            _ = try await pending.value
        }
        #expect(loader.cachedValues() == [1: 10])
    }

    @Test func `a known nil is told from an unknown value`() async throws {
        let loader = DataLoader<Int, Int?> { _ in [:] }
        #expect(loader.cachedValue(for: 1) == .none)
        _ = try await loader.load(1)
        #expect(loader.cachedValue(for: 1) == .some(nil))
    }

    @Test func `without memoisation nothing is known`() async throws {
        let (loader, _) = tenfold(options: try DataLoaderOptions(memoises: false))
        _ = try await loader.load(1)
        #expect(loader.prime([2: 2]) == 0)
        #expect(loader.cachedValue(for: 1) == nil)
        #expect(loader.cachedValues().isEmpty)
    }

    @Test func `a recorded cache replays without a fetch`() async throws {
        let (first, _) = tenfold()
        _ = try await first.loadMany(1...100)
        first.prime(0, throwing: TestError())
        let (second, log) = tenfold()
        #expect(second.prime(first.cachedValues()) == 100)
        #expect(try await second.loadMany(1...100) == (1...100).map { $0 * 10 })
        #expect(log.count == 0)
    }

    @Test func `priming many leaves what is known alone unless forced, and answers who waits`() async throws {
        let (loader, log) = tenfold()
        loader.prime(1, with: 1)
        let values = try await withBatching {
            let pending = [loader.enqueue(2), loader.enqueue(3)]
            #expect(loader.prime([1: 100, 2: 200]) == 1)
            return try await [pending[0].value, pending[1].value]
        }
        #expect(values == [200, 30])
        #expect(log.all == [[3]])
        #expect(loader.prime([1: 100, 2: 201], force: true) == 2)
        #expect(loader.cachedValues() == [1: 100, 2: 201, 3: 30])
    }

    @Test func `clearing by predicate forgets the keys that satisfy it`() async throws {
        let (loader, log) = tenfold()
        _ = try await loader.loadMany(1...6)
        loader.prime(8, throwing: TestError())
        loader.clear { $0.isMultiple(of: 2) }
        #expect(loader.cachedValues() == [1: 10, 3: 30, 5: 50])
        #expect(loader.cachedResult(for: 8) == nil)
        _ = try await loader.loadMany(1...6)
        #expect(log.all == [[1, 2, 3, 4, 5, 6], [2, 4, 6]])
    }

    @Test func `a predicate that throws forgets nothing, and later ones work`() async throws {
        let (loader, _) = tenfold()
        loader.prime([1: 1, 2: 2])
        #expect(throws: TestError.self) { try loader.clear { _ in throw TestError() } }
        #expect(loader.cachedValues() == [1: 1, 2: 2])
        loader.clear { $0 == 1 }
        #expect(loader.cachedValues() == [2: 2])
    }

    @Test func `clearing by predicate keeps a fetch under way from being kept, and leaves unsent keys`() async throws {
        let batches = HeldBatches()
        let loader = DataLoader<Int, Int> { try await batches.fetch($0) }
        let sent = loader.enqueue(1)
        let old = await batches.next()
        let (unsent, joined) = await withBatching {
            let unsent = loader.enqueue(2)
            loader.clear { _ in true }
            return (unsent, loader.enqueue(2))
        }
        let batch = await batches.next()
        #expect(batch.keys == [2])
        old.answer.resume(returning: [1: 1])
        batch.answer.resume(returning: [2: 2])
        #expect(try await [sent.value, unsent.value, joined.value] == [1, 2, 2])
        #expect(loader.cachedValues() == [2: 2])
    }

    @Test func `what is primed while a predicate judges stays, what was asked for before does not`() async throws {
        let batches = HeldBatches()
        let loader = DataLoader<Int, Int> { try await batches.fetch($0) }
        loader.prime([1: 1, 2: 2, 3: 3])
        let old = loader.enqueue(4)
        let batch = await batches.next()
        let start = loader.beginClearing()
        loader.prime(1, with: 100, force: true)
        loader.clear(2)
        loader.prime(2, with: 200)
        loader.prime(5, with: 500)
        batch.answer.resume(returning: [4: 4, 6: 6])
        #expect(try await old.value == 4)
        loader.endClearing(since: start)
        #expect(loader.cachedValues() == [1: 100, 2: 200, 5: 500])
    }

    @Test func `a predicate may call the loader, clearing all and by predicate too`() async throws {
        let (loader, _) = tenfold()
        loader.prime([1: 1, 2: 2, 3: 3])
        loader.clear { key in
            if key == 1 {
                loader.clearAll()
                loader.prime([1: 10, 2: 20, 3: 30])
                loader.clear { $0 == 3 }
            }
            return true
        }
        #expect(loader.cachedValues() == [1: 10, 2: 20])
        loader.clear { $0 == 1 }
        #expect(loader.cachedValues() == [2: 20])
    }
}
