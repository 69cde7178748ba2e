// SPDX-License-Identifier: Apache-2.0
//
// Two observers where there is room for one.

extension DataLoaderObserver {
    /// An observer that tells both this one and another.
    ///
    /// - Parameter other: The other observer. It is told second.
    /// - Returns: The two as one.
    public func and(_ other: some DataLoaderObserver<Key>) -> some DataLoaderObserver<Key> {
        CombinedObserver(first: self, second: other)
    }
}

struct CombinedObserver<First: DataLoaderObserver, Second: DataLoaderObserver<First.Key>>: DataLoaderObserver {
    typealias Key = First.Key

    struct Caller: Sendable {
        let first: First.Caller?
        let second: Second.Caller?
    }

    let first: First
    let second: Second

    func willLoad(_ key: Key) -> Caller? {
        let caller = Caller(first: first.willLoad(key), second: second.willLoad(key))
        return caller.first == nil && caller.second == nil ? nil : caller
    }

    func didLoad(_ load: ObservedLoad<Key>) {
        first.didLoad(load)
        second.didLoad(load)
    }

    func willRun(_ batch: ObservedBatch<Key>, after wait: Duration, for callers: [Caller]) {
        first.willRun(batch, after: wait, for: callers.compactMap(\.first))
        second.willRun(batch, after: wait, for: callers.compactMap(\.second))
    }

    func didFail(_ key: Key, with error: any Error, in batch: ObservedBatch<Key>) {
        first.didFail(key, with: error, in: batch)
        second.didFail(key, with: error, in: batch)
    }

    func didRun(_ batch: ObservedBatch<Key>, in time: Duration, failedKeys: Int, error: (any Error)?) {
        first.didRun(batch, in: time, failedKeys: failedKeys, error: error)
        second.didRun(batch, in: time, failedKeys: failedKeys, error: error)
    }
}
