// SPDX-License-Identifier: Apache-2.0
//
// Having a loader know the popular keys before anybody asks for them.

/// Whether the current task loads on behalf of no caller.
@usableFromInline
enum Warming {
    @TaskLocal fileprivate static var isOn = false

    @usableFromInline static var isUnderWay: Bool { isOn }
}

/// What became of the keys that a loader was warmed with.
public struct WarmingResult<Key: Hashable & Sendable>: Sendable {
    /// The keys that the loader knows now, most popular first; those that it knew before are among them.
    public internal(set) var warmed: [Key] = []
    /// The errors of the other keys. They do not keep the rest from being loaded.
    public internal(set) var failures: [Key: any Error] = [:]
}

extension PopularKeys {
    /// Has a loader load the most popular keys, so that they are known when somebody asks.
    ///
    /// What the loader knows already is not fetched. The other keys are loaded batch after batch, so that at any moment
    /// the store has no more to do than one batch, each in a scope of ticks of its own (or in the current one, if there
    /// is one), so that the loader's schedule delays none. These loads do not count as uses.
    ///
    /// - Parameters:
    ///   - loader: The loader. It must memoise.
    ///   - count: How many keys at most.
    ///   - minimum: How often a key must have been used for certain; at least once by default.
    ///   - batchSize: How many keys are loaded at a time, at least 1. The loader's
    ///     ``DataLoaderOptions/maxBatchSize`` cuts them further, into batches at the same time.
    /// - Returns: Which keys were loaded, and which were not, and why.
    /// - Throws: `CancellationError`, at once when the task is cancelled; ``DataLoaderError`` with
    ///   ``DataLoaderError/Code/invalidOption`` if the loader does not memoise or the batch size is not valid. No error
    ///   of a key.
    @discardableResult
    public func warm<Value>(
        _ loader: DataLoader<Key, Value>,
        top count: Int,
        atLeast minimum: Int = 1,
        batchSize: Int = 100
    ) async throws -> WarmingResult<Key> {
        try Self.check(loader.options, batchSize: batchSize)
        var rest = top(count, atLeast: minimum).map(\.key)[...]
        var result = WarmingResult<Key>()
        while !rest.isEmpty {
            try Task.checkCancellation()
            let batch = rest.prefix(batchSize)
            rest = rest.dropFirst(batchSize)
            let loaded = await Warming.$isOn.withValue(true) {
                await withBatching { await loader.loadManyResults(batch) }
            }
            for (key, loaded) in zip(batch, loaded) {
                switch loaded {
                case .success: result.warmed.append(key)
                case .failure(let error): result.failures[key] = error
                }
            }
        }
        try Task.checkCancellation()
        return result
    }

    /// Warms a loader again and again, until it is cancelled or the loader is no more.
    ///
    /// The first round is one interval from now, and each after that one interval after the round before it has ended.
    /// A round is what ``warm(_:top:atLeast:batchSize:)`` does, at the priority `utility`. It loads what the loader has
    /// forgotten since.
    ///
    /// The loader is not kept alive: when nobody else has it, the warming ends with the interval.
    ///
    /// - Parameters:
    ///   - loader: The loader. It must memoise.
    ///   - count: How many keys at most.
    ///   - minimum: How often a key must have been used for certain; at least once by default.
    ///   - batchSize: How many keys are loaded at a time, at least 1.
    ///   - interval: The time between rounds, more than zero.
    ///   - clock: The clock that measures it.
    ///   - onRound: Told what became of each round. By default errors of keys go unnoticed: whoever asks for such a key
    ///     gets them then.
    /// - Returns: The task that does it. Cancel it to end the warming; its value is awaited to see the end, or to get
    ///   the error of a clock that cannot sleep.
    /// - Throws: ``DataLoaderError`` with ``DataLoaderError/Code/invalidOption`` if the loader does not memoise, or the
    ///   interval or the batch size is not valid.
    @discardableResult
    public func keepWarm<Value>(
        _ loader: DataLoader<Key, Value>,
        top count: Int,
        atLeast minimum: Int = 1,
        batchSize: Int = 100,
        every interval: Duration,
        clock: any Clock<Duration> = ContinuousClock(),
        onRound: @escaping @Sendable (WarmingResult<Key>) -> Void = { _ in }
    ) throws(DataLoaderError) -> Task<Void, any Error> {
        try Self.check(loader.options, batchSize: batchSize)
        guard interval > .zero else {
            throw .invalidOption("interval", is: "\(interval)", mustBe: "more than zero")
        }
        let name = loader.options.name.map { "\($0) warming" }
        return Task.detached(name: name, priority: .utility) { [weak loader] in
            while true {
                try await clock.sleep(for: interval)
                guard let loader else { return }
                onRound(try await self.warm(loader, top: count, atLeast: minimum, batchSize: batchSize))
            }
        }
    }

    private static func check(_ options: DataLoaderOptions, batchSize: Int) throws(DataLoaderError) {
        guard options.memoises else {
            throw .invalidOption("memoises", is: "false", mustBe: "true for a loader that is to be warmed")
        }
        guard batchSize > 0 else {
            throw .invalidOption("batchSize", is: "\(batchSize)", mustBe: "at least 1")
        }
    }
}
