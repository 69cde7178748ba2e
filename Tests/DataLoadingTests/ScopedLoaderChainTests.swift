// SPDX-License-Identifier: Apache-2.0
//
// Loaders of a scope that find each other, and how long they live.

import DataLoading
import Testing

@Suite("Loaders by name: chains and lifetimes", .timeLimit(.minutes(5)))
struct ScopedLoaderChainTests {
    private let innerLog = BatchLog<Int>()
    private let outerLog = BatchLog<Int>()

    private func inner() throws -> DataLoader<Int, Int> {
        try .scoped("inner") { [innerLog] keys in
            innerLog.append(keys)
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0 * 10) })
        }
    }

    /// A loader whose batch function finds another loader by its name.
    private func outer() throws -> DataLoader<Int, Int> {
        try .scoped("outer") { [self] keys in
            outerLog.append(keys)
            return Dictionary(uniqueKeysWithValues: zip(keys, try await inner().loadMany(keys)))
        }
    }

    @Test func `a batch function finds the loaders of its scope, one batch a level`() async throws {
        let results = try await withBatching {
            let loader = try outer()
            return await loadEach(1...100, from: loader)
        }
        #expect(results.map(\.value) == (1...100).map { $0 * 10 })
        #expect(outerLog.sizes == [100])
        #expect(innerLog.sizes == [100])
    }

    @Test func `a batch function finds them also for a task that no tick waits for`() async throws {
        let isSame = try await withBatching {
            let loader = try inner()
            let value = try await Task { try await outer().load(1) }.value
            #expect(value == 10)
            return try await loader.load(1) == 10
        }
        #expect(isSame)
        #expect(innerLog.all == [[1]], "both asked the same loader")
    }

    @Test func `a batch function that outlives its scope still finds them`() async throws {
        let isEnded = Gate()
        let pending = try await withBatching {
            try DataLoader<Int, Int>.scoped("late") { [self] keys in
                await isEnded.wait()
                return [keys[0]: try await inner().load(keys[0])]
            }.enqueue(1)
        }
        isEnded.open()
        #expect(try await pending.value == 10)
    }

    @Test func `two loaders that find each other do not lock each other out`() async throws {
        @Sendable func halving(_ name: String, then other: String) throws -> DataLoader<Int, Int> {
            try .scoped(name) { keys in
                let loader = try halving(other, then: name)
                let halves = try await loader.loadMany(keys.filter { $0 > 0 }.map { $0 / 2 })
                return Dictionary(uniqueKeysWithValues: zip(keys.filter { $0 > 0 }, halves.map { $0 + 1 }))
                    .merging([0: 0]) { first, _ in first }
            }
        }
        let steps = try await withBatching { try await halving("left", then: "right").load(1_024) }
        #expect(steps == 11)
    }

    @Test func `a loader that is made from another does not lock the other out`() async throws {
        let value = try await withBatching {
            let source = try inner()
            let loader = try DataLoader<Int, Int>.scoped("made of inner") { keys in
                [keys[0]: try await source.load(keys[0]) + 1]
            }
            return try await loader.load(1)
        }
        #expect(value == 11)
    }

    @Test func `a loader ends with its scope`() async throws {
        let ended = Gate()
        try await withBatching {
            let witness = Witness(opening: ended)
            let loader = try DataLoader<Int, Int>.scoped("watched") { keys in witness.tenfold(keys) }
            _ = try await loader.load(1)
            #expect(!ended.isOpen)
        }
        await ended.wait()
    }

    @Test func `loaders that find each other end with their scope`() async throws {
        let ended = [Gate(), Gate()]
        @Sendable func loader(_ index: Int) throws -> DataLoader<Int, Int> {
            let witness = Witness(opening: ended[index])
            return try .scoped("\(index)") { keys in
                if index == 0 { _ = try await loader(1).loadMany(keys) } else { _ = try loader(0) }
                return witness.tenfold(keys)
            }
        }
        try await withBatching { _ = try await loader(0).load(1) }
        for gate in ended { await gate.wait() }
    }

    @Test func `a loader with a batch in flight ends when the batch does`() async throws {
        let (ended, sent, answer) = (Gate(), Gate(), Gate())
        try await withBatching {
            let witness = Witness(opening: ended)
            let loader = try DataLoader<Int, Int>.scoped("watched") { keys in
                sent.open()
                await answer.wait()
                return witness.tenfold(keys)
            }
            _ = loader.enqueue(1)
        }
        await sent.wait()
        #expect(!ended.isOpen)
        answer.open()
        await ended.wait()
    }

    @Test func `a loader lives as long as a task that was made in its scope`() async throws {
        let (ended, go) = (Gate(), Gate())
        @Sendable func watched() throws -> DataLoader<Int, Int> {
            let witness = Witness(opening: Gate())
            return try .scoped("watched") { keys in witness.tenfold(keys) }
        }
        let task = try await withBatching {
            let witness = Witness(opening: ended)
            let loader = try DataLoader<Int, Int>.scoped("watched") { keys in witness.tenfold(keys) }
            loader.prime(1, with: 111)
            return Task {
                await go.wait()
                return try await watched().load(1)
            }
        }
        #expect(!ended.isOpen)
        go.open()
        #expect(try await task.value == 111, "it is the same loader")
        await ended.wait()
    }

    @Test func `a loader that is kept can be used after its scope`() async throws {
        let loader = try await withBatching { try inner() }
        #expect(try await loader.load(1) == 10)
        #expect(try await withBatching { try await loader.load(2) } == 20)
    }

    @Test func `a shared loader may be used with the loaders of a scope`() async throws {
        let (shared, log) = tenfold()
        for _ in 1...2 {
            let value = try await withBatching {
                let own = try DataLoader<Int, Int>.scoped("own") { keys in
                    Dictionary(uniqueKeysWithValues: zip(keys, try await shared.loadMany(keys)))
                }
                return try await own.load(1)
            }
            #expect(value == 10)
        }
        #expect(log.all == [[1]], "the second scope finds what the first one has loaded")
    }
}
