// SPDX-License-Identifier: Apache-2.0
//
// The three ways to ask: one key, many keys, and a key now whose value is awaited later.

extension DataLoader {
    /// Loads the value of a key.
    ///
    /// A value that is known is returned without suspending. Otherwise the load joins the fetch of the key if there is
    /// one, or the batch that is being gathered. Loads made one after another, each awaited, cannot share a batch: use
    /// child tasks, ``loadMany(_:)`` or ``enqueue(_:)``.
    ///
    /// When the calling task is cancelled, this returns at once. The key is still fetched if somebody else wants it.
    ///
    /// - Parameter key: The key.
    /// - Returns: The value.
    /// - Throws: The key's error, whatever the batch function threw, ``DataLoaderError`` if the function broke its
    ///   contract, or `CancellationError`.
    /// - Complexity: O(1), besides the fetch.
    @inlinable @inline(__always)
    public nonisolated func load(_ key: Key) async throws -> Value {
        // Part of its callers, and so small that it can be: a frame costs as much as a lock.
        let key = hashed(key)
        if let result = intake.withLock({ $0.known(key) }) { return try result.get() }
        return try await fetch(key)
    }

    /// Loads the value of a key that may have to be waited for. A function of its own, so that a hit has a small frame.
    @inlinable @inline(never)
    nonisolated func fetch(_ key: HashedKey<Key>) async throws -> Value {
        switch enter(key, waits: true) {
        case .finished(let result):
            return try result.get()
        case .waiting(let ticket, let event):
            if let event { handle(event, of: ticket.queue) }
            return try await value(of: ticket, givingUpKeyWhenCancelled: true)
        }
    }

    /// Loads the values of several keys, with one suspension for all.
    ///
    /// When the calling task is cancelled, this returns at once. Keys that somebody else wants are still fetched.
    ///
    /// - Parameter keys: The keys. They may repeat.
    /// - Returns: The values in the order of the keys.
    /// - Throws: The error of the first key, in their order, that has one. All keys are awaited before. When the
    ///   calling task is cancelled, a key without a result has `CancellationError`.
    /// - Complexity: O(*n*), besides the fetch.
    @inlinable
    public nonisolated func loadMany(_ keys: some Collection<Key>) async throws -> [Value] {
        try await ended(keys).loads.map { try result(of: $0).get() }
    }

    /// Loads several keys and tells for each its value or its error, with one suspension for all.
    ///
    /// When the calling task is cancelled, this returns at once; keys without a result then have `CancellationError`.
    ///
    /// - Parameter keys: The keys. They may repeat.
    /// - Returns: The results in the order of the keys.
    /// - Complexity: O(*n*), besides the fetch.
    @inlinable
    public nonisolated func loadManyResults(_ keys: some Collection<Key>) async -> [Result<Value, any Error>] {
        await ended(keys).loads.map { result(of: $0) }
    }

    /// Loads several keys, and waits until their loads have ended: nobody changes the group any more.
    @inlinable
    nonisolated func ended(_ keys: some Collection<Key>) async -> LoadGroup<Key, Value> {
        let keys = Array(keys)  // A lazy collection runs its owner's code, which may call the loader.
        let group = enter(keys)
        await wait(for: group)
        intake.withLock { $0.settle(group) }
        return group
    }

    @inlinable
    nonisolated func result(of load: LoadGroup<Key, Value>.Load) -> Result<Value, any Error> {
        switch load {
        case .finished(let result): result
        case .waiting: .failure(CancellationError())
        case .circular(let key): .failure(circularLoad(of: key))
        }
    }

    /// Asks for a key now, to have its value later: like a promise, without a task.
    ///
    /// The key is sent with the batch that is being gathered, whether or not its value is awaited.
    ///
    /// ```swift
    /// import DataLoading
    ///
    /// func pair(_ loader: DataLoader<Int, String>) async throws -> (String, String) {
    ///     let one = loader.enqueue(1)
    ///     let two = loader.enqueue(2)
    ///     return try await (one.value, two.value)  // one batch
    /// }
    /// ```
    ///
    /// - Parameter key: The key.
    /// - Returns: The load, whose value can be awaited any number of times.
    /// - Complexity: O(1), besides the fetch.
    @inlinable
    public nonisolated func enqueue(_ key: Key) -> PendingLoad<Key, Value> {
        switch enter(hashed(key), waits: false) {
        case .finished(let result):
            return PendingLoad(loader: self, state: .finished(result))
        case .waiting(let ticket, let event):
            if let event { handle(event, of: ticket.queue) }
            return PendingLoad(loader: self, state: .waiting(ticket.queue, slot: ticket.slot))
        }
    }
}
