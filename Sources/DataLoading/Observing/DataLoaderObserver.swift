// SPDX-License-Identifier: Apache-2.0
//
// Who is told what a loader does, as it happens.

/// Is told of the loads and the batches of a ``DataLoader``.
///
/// Give it to the loader when you make that. Every requirement has a default that does nothing: implement what you want
/// to know.
///
/// ```swift
/// import DataLoading
/// import Synchronization
///
/// /// Counts how often each key is asked for, whatever becomes of it.
/// final class KeyCounts<Key: Hashable & Sendable>: DataLoaderObserver {
///     private let counts = Mutex<[Key: Int]>([:])
///
///     func didLoad(_ load: ObservedLoad<Key>) {
///         counts.withLock { $0[load.key, default: 0] += 1 }
///     }
///
///     func count(of key: Key) -> Int { counts.withLock { $0[key] ?? 0 } }
/// }
///
/// let counts = KeyCounts<Int>()
/// let squares = DataLoader<Int, Int>(observer: counts) { keys in
///     Dictionary(uniqueKeysWithValues: keys.map { ($0, $0 * $0) })
/// }
/// ```
///
/// All methods are called synchronously, where it happens: those of a load by the task that asks, those of a batch by
/// whoever ends the tick and by the task of the batch. They see the task-local values of these. They are called under
/// no lock, from several threads at a time, and may call the loader. While they run the loader waits, so they should be
/// short.
///
/// What is certain of the order:
/// - ``willLoad(_:)``, then ``didLoad(_:)``, before the load is waited for.
/// - ``willRun(_:after:for:)``, then the batch function, then ``didFail(_:with:in:)`` for each key that has an error of
///   its own, in the order of the keys, then ``didRun(_:in:failedKeys:error:)``, and only then do the callers go on that
///   wait for the batch. Those of a key that a streaming function resolves go on at once, after ``didFail(_:with:in:)`` if
///   it has an error.
/// - ``willLoad(_:)`` of every caller that a batch is sent for comes before the ``willRun(_:after:for:)`` of that batch.
///   So does ``didLoad(_:)`` in a scope, where one thread does both; outside, threads that are at it at the same time
///   may call them in either order.
/// - Every ``willRun(_:after:for:)`` is followed by one ``didRun(_:in:failedKeys:error:)`` for the same batch.
public protocol DataLoaderObserver<Key>: Sendable {
    /// The keys of the loader.
    associatedtype Key: Hashable & Sendable

    /// What is to be remembered of a caller until its key is sent, such as the context of its span. `Never`, the
    /// default, for nothing.
    associatedtype Caller: Sendable = Never

    /// A key is about to be asked for, in whichever way: by a load, by each key of a `loadMany`, by an enqueued one.
    ///
    /// Not called if ``Caller`` is `Never`: there would be nothing to return.
    ///
    /// - Parameter key: The key.
    /// - Returns: What ``willRun(_:after:for:)`` is to be given for this caller, if the key is sent for it: not for a hit,
    ///   and not if the load joins a batch in flight. The loader lets go of it when the batch is sent, or with the tick
    ///   if the key is not. Its end must not call the loader.
    func willLoad(_ key: Key) -> Caller?

    /// A key has been asked for.
    ///
    /// - Parameter load: The load, and what it found.
    func didLoad(_ load: ObservedLoad<Key>)

    /// A batch is being sent: its function is called next.
    ///
    /// - Parameters:
    ///   - batch: The batch.
    ///   - wait: How long the first key of the batch's tick waited. None waited longer.
    ///   - callers: What ``willLoad(_:)`` returned for the callers of the batch's keys: in the order of the keys, and in
    ///     that of the calls where several ask for one key. A caller that was cancelled in the meantime is among them
    ///     if another one wants its key.
    func willRun(_ batch: ObservedBatch<Key>, after wait: Duration, for callers: [Caller])

    /// A key of a batch has an error of its own: its result is one, or there is none.
    ///
    /// Loads that find an error which is known already are hits, and nothing is said of it again.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - error: Its error.
    ///   - batch: The batch that brought it.
    func didFail(_ key: Key, with error: any Error, in batch: ObservedBatch<Key>)

    /// A batch is back: its function has returned, or thrown, or has used up its time and is not waited for any more.
    ///
    /// - Parameters:
    ///   - batch: The batch.
    ///   - time: How long the function took; ``DataLoaderOptions/batchTimeout`` if that was too long.
    ///   - failedKeys: How many keys have an error of their own.
    ///   - error: The error of the whole batch, or of all its keys that had no result yet, which no key is named for: what
    ///     the function threw, that its time was up, or how it broke its contract.
    func didRun(_ batch: ObservedBatch<Key>, in time: Duration, failedKeys: Int, error: (any Error)?)
}

extension DataLoaderObserver {
    /// Remembers nothing of the caller.
    @inlinable
    public func willLoad(_ key: Key) -> Caller? { nil }

    /// Does nothing.
    @inlinable
    public func didLoad(_ load: ObservedLoad<Key>) {}

    /// Does nothing.
    @inlinable
    public func willRun(_ batch: ObservedBatch<Key>, after wait: Duration, for callers: [Caller]) {}

    /// Does nothing.
    @inlinable
    public func didFail(_ key: Key, with error: any Error, in batch: ObservedBatch<Key>) {}

    /// Does nothing.
    @inlinable
    public func didRun(_ batch: ObservedBatch<Key>, in time: Duration, failedKeys: Int, error: (any Error)?) {}
}
