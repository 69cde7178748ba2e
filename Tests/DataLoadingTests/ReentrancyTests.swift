// SPDX-License-Identifier: Apache-2.0
//
// Code of the user's that calls the loader from where it is called: no lock of ours may be held there.

import DataLoading
import Testing

@Suite("Reentrancy", .timeLimit(.minutes(5)))
struct ReentrancyTests {
    @Test func `a lazy collection of keys may call the loader`() async throws {
        let (loader, _) = tenfold()
        let keys = (1...3).lazy.map { key in
            loader.prime(key, with: -key)
            return key
        }
        #expect(try await loader.loadMany(keys) == [-1, -2, -3])
    }

    @Test func `the description of a key may call the loader`() async throws {
        struct Key: Hashable, Sendable, CustomStringConvertible {
            static let loader = Locked<DataLoader<Key, Int>?>(nil)
            var description: String {
                Key.loader.withLock { $0 }?.clear(self)
                return "key"
            }
        }
        let loader = DataLoader<Key, Int> { _ in [:] }
        Key.loader.withLock { $0 = loader }
        let error = await #expect(throws: DataLoaderError.self) { try await loader.load(Key()) }
        #expect(error?.offender == "key")
        Key.loader.withLock { $0 = nil }
    }

    private final class Value: Sendable {
        let onEnd: @Sendable () -> Void
        init(_ onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }
        deinit { onEnd() }
    }

    @Test func `the end of a value may call the loader`() async throws {
        let ended = Locked(0)
        let reference = Locked<DataLoader<Int, Value>?>(nil)
        let onEnd: @Sendable () -> Void = {
            reference.withLock { $0 }?.clear(99)
            ended.withLock { $0 += 1 }
        }
        let loader = DataLoader<Int, Value> { keys in
            Dictionary(uniqueKeysWithValues: keys.map { ($0, Value(onEnd)) })
        }
        reference.withLock { $0 = loader }
        _ = try await withBatching { try await loader.loadMany(1...4).count }
        loader.clear(1)
        loader.prime(2, with: Value(onEnd), force: true)
        loader.clearAll()
        #expect(ended.withLock { $0 } == 5)
        reference.withLock { $0 = nil }
    }

    @Test func `the end of a value that nobody waits for any more may call the loader`() async throws {
        let (sent, answer, ended) = (Gate(), Gate(), Gate())
        let reference = Locked<DataLoader<Int, Value>?>(nil)
        let loader = DataLoader<Int, Value>(options: try DataLoaderOptions(memoises: false)) { keys in
            sent.open()
            await answer.wait()
            let value = Value {
                reference.withLock { $0 }?.clear(99)
                ended.open()
            }
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, value) })
        }
        reference.withLock { $0 = loader }
        await withBatching {
            await withTaskGroup { group in
                group.addTask { _ = try? await loader.load(1) }
                await sent.wait()
                group.cancelAll()
            }
            answer.open()
        }
        await ended.wait()
        reference.withLock { $0 = nil }
    }

    @Test func `the end of a value that was primed and never asked for may call the loader`() async throws {
        let ended = Gate()
        let reference = Locked<DataLoader<Int, Value>?>(nil)
        let loader = DataLoader<Int, Value>(options: try DataLoaderOptions(memoises: false)) { _ in [:] }
        reference.withLock { $0 = loader }
        await withBatching {
            _ = loader.enqueue(1)
            let value = Value {
                reference.withLock { $0 }?.clear(99)
                ended.open()
            }
            loader.prime(1, with: value)
        }
        await ended.wait()
        reference.withLock { $0 = nil }
    }
}
