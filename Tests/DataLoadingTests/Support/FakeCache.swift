// SPDX-License-Identifier: Apache-2.0
//
// Second levels of cache that a test can fill, hold up and make fail.

import DataLoading

final class FakeCache: ValueCache {
    let values = Locked<[Int: Int]>([:])
    let reads = BatchLog<Int>()
    /// Whether a read returns all values, asked for or not.
    let readsAll = Locked(false)
    let readError = Locked<TestError?>(nil)
    let storeError = Locked<TestError?>(nil)
    let removeError = Locked<TestError?>(nil)
    /// What reads and stores wait for, whatever happens to their task.
    let readGate = Locked<Gate?>(nil)
    let storeGate = Locked<Gate?>(nil)
    /// Open as soon as a read or a store has begun, or a store has been done.
    let reading = Gate()
    let storing = Gate()
    let stored = Gate()

    func values(for keys: [Int]) async throws -> [Int: Int] {
        reads.append(keys)
        reading.open()
        await readGate.withLock { $0 }?.wait()
        if let error = readError.withLock({ $0 }) { throw error }
        let all = readsAll.withLock { $0 }
        return values.withLock { $0 }.filter { all || keys.contains($0.key) }
    }

    func store(_ new: [Int: Int]) async throws {
        storing.open()
        await storeGate.withLock { $0 }?.wait()
        if let error = storeError.withLock({ $0 }) { throw error }
        values.withLock { $0.merge(new) { $1 } }
        stored.open()
    }

    func removeValues(for keys: [Int]) async throws {
        if let error = removeError.withLock({ $0 }) { throw error }
        values.withLock { values in
            for key in keys { values[key] = nil }
        }
    }
}

/// A cache that can know that there is no value.
final class OptionalCache: ValueCache {
    let values = Locked<[Int: Int?]>([:])
    let stored = Gate()

    func values(for keys: [Int]) async throws -> [Int: Int?] {
        values.withLock { $0 }.filter { keys.contains($0.key) }
    }

    func store(_ new: [Int: Int?]) async throws {
        values.withLock { $0.merge(new) { $1 } }
        stored.open()
    }

    func removeValues(for keys: [Int]) async throws {}
}
