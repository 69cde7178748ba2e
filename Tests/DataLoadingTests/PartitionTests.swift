// SPDX-License-Identifier: Apache-2.0
//
// Keys of different contexts never meet.

import DataLoading
import Testing

@Suite("Partitions", .timeLimit(.minutes(5)))
struct PartitionTests {
    /// Loaders whose value of a key is the context and the key, and the log of their batches.
    private func labelled(maxPartitions: Int? = nil) throws -> (
        PartitionedLoader<String, Int, String>, BatchLog<String>
    ) {
        let log = BatchLog<String>()
        let loaders = try PartitionedLoader<String, Int, String>(maxPartitions: maxPartitions) { context, keys in
            let values = Dictionary(uniqueKeysWithValues: keys.map { ($0, "\(context)\($0)") })
            log.append(keys.map { "\(context)\($0)" })
            return values
        }
        return (loaders, log)
    }

    @Test func `equal keys of two contexts in one tick go in two batches`() async throws {
        let (loaders, log) = try labelled()
        let values = try await withBatching {
            async let a = loaders.loader(for: "a").loadMany([1, 2])
            async let b = loaders.loader(for: "b").loadMany([1, 2])
            return try await [a, b]
        }
        #expect(values == [["a1", "a2"], ["b1", "b2"]])
        #expect(Set(log.all) == [["a1", "a2"], ["b1", "b2"]])
    }

    @Test func `a value that one context knows is fetched for another`() async throws {
        let (loaders, log) = try labelled()
        _ = try await loaders.loader(for: "a").load(1)
        #expect(try await loaders.loader(for: "b").load(1) == "b1")
        #expect(log.all == [["a1"], ["b1"]])
    }

    @Test func `every context has a cache of its own, within the bounds of the policy`() async throws {
        let cache = try CachePolicy<Int, Int>(limit: .entries(1))
        let loaders = try PartitionedLoader<String, Int, Int>(maxPartitions: nil, cache: cache) { _, keys in
            Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
        }
        for context in ["a", "b"] { _ = try await loaders.loader(for: context).loadMany([1, 2]) }
        for context in ["a", "b"] {
            #expect(loaders.loader(for: context).cachedValue(for: 1) == nil)
            #expect(loaders.loader(for: context).cachedValue(for: 2) == 2)
        }
    }

    @Test func `a value is primed for one context only`() async throws {
        let (loaders, _) = try labelled()
        loaders.loader(for: "a").prime(1, with: "secret")
        #expect(try await loaders.loader(for: "b").load(1) == "b1")
    }

    @Test func `a context has one loader`() throws {
        let (loaders, _) = try labelled()
        #expect(loaders.loader(for: "a") === loaders.loader(for: "a"))
        #expect(loaders.loader(for: "a") !== loaders.loader(for: "b"))
        #expect(loaders.count == 2)
    }

    @Test func `tasks on all threads that ask first for a context get one loader`() async throws {
        let (loaders, _) = try labelled()
        for round in 0..<20 {
            let found = await withTaskGroup(of: ObjectIdentifier.self) { group in
                for _ in 0..<50 { group.addTask { ObjectIdentifier(loaders.loader(for: "\(round)")) } }
                return await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(found.count == 1)
        }
    }

    @Test func `of two loaders made for a context at the same time one is kept`() throws {
        let (reference, meanwhile) = (Locked<PartitionedLoader<Int, Int, Int>?>(nil), Locked<[ObjectIdentifier]>([]))
        let loaders = try PartitionedLoader<Int, Int, Int>(maxPartitions: nil) { context in
            if let loaders = reference.withLock({ $0.take() }) {
                let loader = loaders.loader(for: context)
                meanwhile.withLock { $0.append(ObjectIdentifier(loader)) }
            }
            return .keyed { _ in [:] }
        }
        reference.withLock { $0 = loaders }
        let loader = loaders.loader(for: 1)
        #expect(meanwhile.withLock { $0 } == [ObjectIdentifier(loader)])
        #expect(loaders.loader(for: 1) === loader)
        #expect(loaders.count == 1)
    }

    @Test func `each context has its own aligned batch function`() async throws {
        let loaders = try PartitionedLoader<Int, Int, Int>(
            maxPartitions: nil,
            options: try DataLoaderOptions(maxBatchSize: 3),
            batchFunction: { factor in .aligned { keys in keys.map { .success($0 * factor) } } }
        )
        #expect(try await loaders.loader(for: 2).loadMany(1...4) == [2, 4, 6, 8])
        #expect(try await loaders.loader(for: 3).load(1) == 3)
        #expect(loaders.loader(for: 2).options.maxBatchSize == 3)
    }

    @Test func `what a removed context knew is fetched anew`() async throws {
        let (loaders, log) = try labelled()
        _ = try await loaders.loader(for: "a").load(1)
        _ = try await loaders.loader(for: "b").load(1)
        #expect(loaders.remove("a"))
        #expect(!loaders.remove("a"))
        _ = try await loaders.loader(for: "a").load(1)
        _ = try await loaders.loader(for: "b").load(1)
        #expect(log.all == [["a1"], ["b1"], ["a1"]])
    }

    @Test func `a fetch that was under way at removal answers its callers and no others`() async throws {
        let (sent, answer) = (Gate(), Gate())
        let calls = Locked(0)
        let loaders = try PartitionedLoader<String, Int, Int>(maxPartitions: nil) { _, _ in
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
            async let old = loaders.loader(for: "a").load(1)
            await sent.wait()
            loaders.remove("a")
            answer.open()
            return try await [old, loaders.loader(for: "a").load(1)]
        }
        #expect(values == [1, 2])
    }

    @Test func `contexts are removed by predicate`() async throws {
        let (loaders, _) = try labelled()
        let kept = loaders.loader(for: "b1")
        for context in ["a1", "a2"] { _ = loaders.loader(for: context) }
        loaders.removeAll { $0.hasPrefix("a") }
        #expect(loaders.count == 1)
        #expect(loaders.loader(for: "b1") === kept)
        loaders.removeAll()
        #expect(loaders.count == 0)
    }

    @Test func `beyond the limit the context that was asked for longest ago goes`() throws {
        let (loaders, _) = try labelled(maxPartitions: 2)
        let (a, b) = (loaders.loader(for: "a"), loaders.loader(for: "b"))
        _ = loaders.loader(for: "a")
        _ = loaders.loader(for: "c")
        #expect(loaders.count == 2)
        #expect(loaders.loader(for: "a") === a)
        #expect(loaders.loader(for: "b") !== b)
    }

    @Test func `callers of a context that goes beyond the limit get their values`() async throws {
        let (loaders, log) = try labelled(maxPartitions: 1)
        let values = try await withBatching {
            try await withThrowingTaskGroup(of: String.self) { group in
                for context in ["a", "b", "c"] {
                    group.addTask { try await loaders.loader(for: context).load(1) }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
        }
        #expect(values == ["a1", "b1", "c1"])
        #expect(log.count == 3)
        #expect(loaders.count == 1)
    }

    @Test(arguments: [0, -1])
    func `a limit below one is refused by name`(limit: Int) {
        let error = #expect(throws: DataLoaderError.self) { try labelled(maxPartitions: limit) }
        #expect(error?.code == .invalidOption)
        #expect(error?.offender == "maxPartitions")
    }

    @Test func `a removed loader ends when nobody uses it`() async throws {
        let ended = Gate()
        let loaders = try PartitionedLoader<Int, Int, Int>(maxPartitions: nil) { _ in
            let witness = Witness(opening: ended)
            return .keyed { keys in witness.tenfold(keys) }
        }
        let load = loaders.loader(for: 1).enqueue(1)
        #expect(!ended.isOpen)
        loaders.remove(1)
        #expect(try await load.value == 10)
        _ = consume load
        await ended.wait()
    }

    @Test func `every one of many tasks gets the value of its own context, whatever is removed`() async throws {
        let (loaders, log) = try labelled(maxPartitions: 5)
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<5_000 {
                let (context, key) = ("\(number % 8):", number % 31)
                group.addTask {
                    if number % 97 == 0 { loaders.remove(context) }
                    return (try? await loaders.loader(for: context).load(key)) == "\(context)\(key)"
                }
            }
            for await isRight in group { #expect(isRight) }
        }
        #expect(loaders.count <= 5)
        for batch in log.all { #expect(Set(batch.map { $0.prefix(2) }).count == 1) }
    }
}
