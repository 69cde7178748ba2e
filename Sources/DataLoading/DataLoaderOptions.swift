// SPDX-License-Identifier: Apache-2.0
//
// The decisions a user can make about a loader. Each stands alone: changing one changes no other.

/// The options of a ``DataLoader``. They are checked when they are made.
public struct DataLoaderOptions: Sendable {
    /// The largest number of keys in one call of the batch function; `nil`, the default, for no limit. The keys of a
    /// tick beyond it go in further batches, at the same time.
    public let maxBatchSize: Int?

    /// The largest number of batches in flight at a time; `nil`, the default, for no limit. While it is reached, keys
    /// gather, inside scopes too, so batches grow under load by themselves.
    ///
    /// A batch whose function waits for loads of its own does not count while it waits: otherwise those might never be
    /// sent.
    public let maxConcurrentBatches: Int?

    /// Whether loads of a key that is pending share one fetch. On by default. When off, a key occurs in a batch as
    /// often as it was asked for. See <doc:Caching>.
    public let deduplicates: Bool

    /// Whether results are kept for later loads. On by default. A value is kept until it is cleared, or as long as the
    /// loader's ``CachePolicy`` says; so is the error of a key; the error of a whole batch is not. When off, every tick
    /// fetches anew.
    public let memoises: Bool

    /// Whether a load whose result is known waits for the batch that is being gathered, if there is one, so that it and
    /// the loads that miss are resumed together, and what they load next shares a batch. Off by default: a known result is
    /// returned at once. It says nothing of ``DataLoader/prime(_:with:force:)-(_,Value,_)``, nor of loads made while
    /// nothing is being gathered.
    public let alignsHits: Bool

    /// The longest time that a batch function may take, measured by ``clock``; `nil`, the default, for no limit.
    ///
    /// Then the callers of its keys that have no result get a ``DataLoaderError`` with
    /// ``DataLoaderError/Code/batchTimedOut``, which is not kept, and its task is cancelled. What it still returns is
    /// dropped; while it runs on, it counts for ``maxConcurrentBatches``.
    public let batchTimeout: Duration?

    /// The clock that measures ``batchTimeout``, and the times in ``DataLoader/statistics`` and those that observers are
    /// told; `ContinuousClock` by default. A schedule has its own.
    ///
    /// For statistics and observers it is read for each tick and for each batch, never for each key.
    public let clock: any Clock<Duration>

    /// When keys that were loaded outside ``withBatching(_:_:)`` are sent. Inside, the tick decides.
    public let schedule: DataLoaderSchedule

    /// What to call the loader in errors and in the names of its tasks; `nil` by default.
    public let name: String?

    /// Whether ``DataLoader/statistics`` are kept. Off by default: even a number costs a load some nanoseconds.
    public let collectsStatistics: Bool

    /// Whether anything is kept of a key.
    @inlinable var remembersKeys: Bool { memoises || deduplicates }

    /// The defaults.
    public init() {
        self.init(unchecked: nil)
    }

    /// Chooses options.
    ///
    /// - Parameters:
    ///   - maxBatchSize: The largest number of keys in a batch, at least 1; no limit by default.
    ///   - maxConcurrentBatches: The largest number of batches in flight, at least 1; no limit by default.
    ///   - deduplicates: Whether loads of a pending key share one fetch.
    ///   - memoises: Whether results are kept for later loads.
    ///   - alignsHits: Whether loads whose result is known wait for the batch that is being gathered.
    ///   - batchTimeout: The longest time that a batch function may take, more than zero; no limit by default.
    ///   - clock: The clock that measures it, and the times in statistics and of observers.
    ///   - schedule: When keys loaded outside ``withBatching(_:_:)`` are sent.
    ///   - name: What to call the loader.
    ///   - collectsStatistics: Whether ``DataLoader/statistics`` are kept.
    /// - Throws: ``DataLoaderError`` with ``DataLoaderError/Code/invalidOption`` that names the option.
    public init(
        maxBatchSize: Int? = nil,
        maxConcurrentBatches: Int? = nil,
        deduplicates: Bool = true,
        memoises: Bool = true,
        alignsHits: Bool = false,
        batchTimeout: Duration? = nil,
        clock: any Clock<Duration> = ContinuousClock(),
        schedule: DataLoaderSchedule = .quiescence(),
        name: String? = nil,
        collectsStatistics: Bool = false
    ) throws(DataLoaderError) {
        if let maxBatchSize, maxBatchSize < 1 {
            throw .invalidOption("maxBatchSize", is: "\(maxBatchSize)", mustBe: "at least 1, or nil for no limit")
        }
        if let maxConcurrentBatches, maxConcurrentBatches < 1 {
            let value = "\(maxConcurrentBatches)"
            throw .invalidOption("maxConcurrentBatches", is: value, mustBe: "at least 1, or nil for no limit")
        }
        if let batchTimeout, batchTimeout <= .zero {
            throw .invalidOption("batchTimeout", is: "\(batchTimeout)", mustBe: "more than zero, or nil for no limit")
        }
        if let (name, value) = schedule.invalidTime {
            throw .invalidOption(name, is: "\(value)", mustBe: "zero or more")
        }
        self.init(
            unchecked: maxBatchSize,
            maxConcurrentBatches: maxConcurrentBatches,
            deduplicates: deduplicates,
            memoises: memoises,
            alignsHits: alignsHits,
            batchTimeout: batchTimeout,
            clock: clock,
            schedule: schedule,
            name: name,
            collectsStatistics: collectsStatistics
        )
    }

    /// Options that are known to be valid.
    package init(
        unchecked maxBatchSize: Int?,
        maxConcurrentBatches: Int? = nil,
        deduplicates: Bool = true,
        memoises: Bool = true,
        alignsHits: Bool = false,
        batchTimeout: Duration? = nil,
        clock: any Clock<Duration> = ContinuousClock(),
        schedule: DataLoaderSchedule = .quiescence(),
        name: String? = nil,
        collectsStatistics: Bool = false
    ) {
        self.maxBatchSize = maxBatchSize
        self.maxConcurrentBatches = maxConcurrentBatches
        self.deduplicates = deduplicates
        self.memoises = memoises
        self.alignsHits = alignsHits
        self.batchTimeout = batchTimeout
        self.clock = clock
        self.schedule = schedule
        self.name = name
        self.collectsStatistics = collectsStatistics
    }
}
