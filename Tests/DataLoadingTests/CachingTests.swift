// SPDX-License-Identifier: Apache-2.0
//
// What is remembered, what is forgotten, and what an older fetch must never undo.

import DataLoading
import Testing

@Suite("Caching", .timeLimit(.minutes(1)))
struct CachingTests {
    @Test func `a loaded value is not fetched again`() async throws {
        let (loader, log) = tenfold()
        try await withBatching {
            _ = try await loader.load(1)
            _ = try await loader.load(1)
            _ = try await loader.loadMany([1, 2])
        }
        #expect(log.all == [[1], [2]])
    }

    @Test func `without memoisation every tick fetches anew`() async throws {
        let (loader, log) = tenfold(options: try DataLoaderOptions(memoises: false))
        try await withBatching {
            _ = try await loader.load(1)
            _ = try await loader.load(1)
        }
        #expect(log.all == [[1], [1]])
    }

    @Test func `without memoisation a load never shares a fetch that was sent before it`() async throws {
        let sent = Gate()
        let answer = Gate()
        let calls = Locked(0)
        let loader = DataLoader<Int, Int>(options: try DataLoaderOptions(memoises: false)) { _ in
            let call = calls.withLock {
                $0 += 1; return $0
            }
            if call == 1 {
                sent.open()
                await answer.wait()
            }
            return [1: call]
        }
        let values = try await withBatching {
            async let old = loader.load(1)
            await sent.wait()
            let new = try await loader.load(1)
            answer.open()
            return [try await old, new]
        }
        #expect(values == [1, 2])
    }

    @Test func `a cleared key is fetched again, others are not`() async throws {
        let (loader, log) = tenfold()
        try await withBatching {
            _ = try await loader.loadMany([1, 2])
            loader.clear(1)
            _ = try await loader.loadMany([1, 2])
        }
        #expect(log.all == [[1, 2], [1]])
    }

    @Test func `clearAll forgets everything`() async throws {
        let (loader, log) = tenfold()
        try await withBatching {
            _ = try await loader.loadMany([1, 2])
            loader.clearAll()
            _ = try await loader.loadMany([1, 2])
        }
        #expect(log.all == [[1, 2], [1, 2]])
    }

    @Test func `a key cleared before it was sent is still sent once`() async throws {
        let (loader, log) = tenfold()
        let values = try await withBatching {
            let first = loader.enqueue(1)
            loader.clear(1)
            let second = loader.enqueue(1)
            loader.clearAll()
            let third = loader.enqueue(1)
            return try await [first.value, second.value, third.value]
        }
        #expect(values == [10, 10, 10])
        #expect(log.all == [[1]])
    }

    @Test(arguments: [true, false])
    func `clearing during a fetch keeps its result from coming back`(all: Bool) async throws {
        let (loader, sent, answer, calls) = heldLoader()
        let (old, new, later) = try await withBatching {
            async let old = loader.load(1)
            await sent.wait()
            if all { loader.clearAll() } else { loader.clear(1) }
            async let new = loader.load(1)
            answer.open()
            return try await (old, new, loader.load(1))
        }
        #expect(old == 1, "who asked before the clear gets the old value")
        #expect(new == 2)
        #expect(later == 2)
        #expect(calls.withLock { $0 } == 2)
    }

    @Test func `values of keys that were not asked for are kept, and answer who waits for them`() async throws {
        let log = BatchLog<Int>()
        let loader = DataLoader<Int, Int> { keys in
            log.append(keys)
            return [1: 10, 2: 20]
        }
        try await withBatching {
            _ = try await loader.load(1)
            #expect(try await loader.load(2) == 20)
        }
        #expect(log.all == [[1]])
    }

    @Test func `a value that was not asked for does not undo a clear`() async throws {
        let (sent, answer) = (Gate(), Gate())
        let calls = Locked(0)
        let loader = DataLoader<Int, Int> { keys in
            let call = calls.withLock {
                $0 += 1; return $0
            }
            if call == 1 {
                sent.open()
                await answer.wait()
            }
            return [1: call, 2: call]
        }
        let value = try await withBatching {
            async let first = loader.load(1)
            await sent.wait()
            loader.clear(2)
            answer.open()
            _ = try await first
            return try await loader.load(2)
        }
        #expect(value == 2)
    }

    @Test func `a primed value is not fetched`() async throws {
        let (loader, log) = tenfold()
        #expect(loader.prime(1, with: 111))
        let values = try await withBatching { try await loader.loadMany([1, 2]) }
        #expect(values == [111, 20])
        #expect(log.all == [[2]])
    }

    @Test func `priming leaves a known value alone unless forced`() async throws {
        let (loader, _) = tenfold()
        loader.prime(1, with: 1)
        #expect(!loader.prime(1, with: 2))
        #expect(try await loader.load(1) == 1)
        #expect(loader.prime(1, with: 3, force: true))
        #expect(try await loader.load(1) == 3)
    }

    @Test func `priming a key that has not been sent answers its callers and spares the fetch`() async throws {
        let (loader, log) = tenfold()
        let values = try await withBatching {
            let pending = [loader.enqueue(1), loader.enqueue(2)]
            loader.prime(1, with: 111)
            return try await [pending[0].value, pending[1].value]
        }
        #expect(values == [111, 20])
        #expect(log.all == [[2]])
    }

    @Test func `a tick whose keys were all primed calls nobody`() async throws {
        let (loader, log) = tenfold()
        let value = try await withBatching {
            let pending = loader.enqueue(1)
            loader.prime(1, with: 111)
            return try await pending.value
        }
        #expect(value == 111)
        #expect(log.count == 0)
    }

    @Test func `a value primed by force during a fetch outlives the fetch`() async throws {
        let (loader, sent, answer, _) = heldLoader()
        let (fetched, kept) = try await withBatching {
            async let old = loader.load(1)
            await sent.wait()
            #expect(!loader.prime(1, with: 500))
            #expect(loader.prime(1, with: 600, force: true))
            answer.open()
            return try await (old, loader.load(1))
        }
        #expect(fetched == 1)
        #expect(kept == 600)
    }

    @Test func `a failing batch does not take a newer primed value with it`() async throws {
        let sent = Gate()
        let answer = Gate()
        let loader = DataLoader<Int, Int> { _ in
            sent.open()
            await answer.wait()
            throw TestError()
        }
        await withBatching {
            async let failing = #expect(throws: TestError.self) { try await loader.load(1) }
            await sent.wait()
            loader.prime(1, with: 600, force: true)
            answer.open()
            _ = await failing
        }
        #expect(try await loader.load(1) == 600)
    }

    @Test func `a primed error is thrown`() async {
        let (loader, log) = tenfold()
        loader.prime(1, throwing: TestError(1))
        await #expect(throws: TestError(1)) { try await loader.load(1) }
        #expect(log.count == 0)
    }

    /// A loader whose first fetch says that it was sent and waits; the value of a key is the number of the fetch.
    private func heldLoader() -> (DataLoader<Int, Int>, sent: Gate, answer: Gate, calls: Locked<Int>) {
        let (sent, answer, calls) = (Gate(), Gate(), Locked(0))
        let loader = DataLoader<Int, Int> { keys in
            let call = calls.withLock {
                $0 += 1; return $0
            }
            if call == 1 {
                sent.open()
                await answer.wait()
            }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, call) })
        }
        return (loader, sent, answer, calls)
    }
}
