// SPDX-License-Identifier: Apache-2.0
//
// What a loader has done so far, in numbers.

/// What a ``DataLoader`` has done since it was made. See ``DataLoader/statistics``.
///
/// It is one moment's: ``loads`` is always the sum of its parts, and whoever has the result of a batch finds that batch
/// counted.
public struct DataLoaderStatistics: Hashable, Sendable {
    /// Loads whose result was known. Counted when the load is made.
    public internal(set) var hits = 0
    /// Loads that share the fetch of a key that was pending. Counted when the load is made.
    public internal(set) var coalesced = 0
    /// Loads that added their key to a tick. Counted when the load is made. The key is sent later, and so counted in
    /// ``keys``, unless it is primed or its last caller leaves before.
    public internal(set) var misses = 0
    /// Loads that ended with `CancellationError` because their caller was cancelled: counted when a load leaves, and when
    /// a `loadMany` returns, which counts each key that has no result. The end of a wait for ``PendingLoad/value`` is
    /// not: the load goes on.
    public internal(set) var cancelledLoads = 0

    /// Batches. Counted when they are sent, before the function is called.
    public internal(set) var batches = 0
    /// Keys in these batches; those that repeat where ``DataLoaderOptions/deduplicates`` is off, each time. Those that are
    /// fetched to refresh a stale value are among them, although the load that found it so was a hit.
    public internal(set) var keys = 0
    /// Keys whose result was an error of their own. Counted when it is there: as a rule, when their batch is back.
    public internal(set) var failedKeys = 0
    /// Batches with one error for all keys that had no result: their function threw, took too long, or broke its
    /// contract. Counted when they are back, or when their time is up. These keys do not count in ``failedKeys``.
    public internal(set) var failedBatches = 0

    /// How long the batches waited to be sent, all together: each from the moment when the first key of its tick was
    /// asked for. Counted when they are sent.
    ///
    /// No key of a batch waited longer, and with a limit of concurrent batches, under which keys gather after the tick
    /// has ended, most waited less.
    public internal(set) var timeWaiting = Duration.zero
    /// How long the batch functions took, all together: more than the time that has passed if they run at the same
    /// time. Counted when they are back, or when their time is up, and then as much as that was.
    public internal(set) var timeFetching = Duration.zero

    /// How many batches had from 2^*i* to 2^(*i* + 1) - 1 keys.
    private var batchesBySize: [Int] = []

    init() {}

    /// How often a key was asked for: by a load, by each key of a `loadMany`, by an enqueued one.
    public var loads: Int { hits + coalesced + misses }

    /// How many batches had how many keys: one, 2 to 3, 4 to 7, and so on up to the largest.
    ///
    /// - Complexity: O(log *n*) in the size of the largest batch.
    public var batchSizes: [(sizes: ClosedRange<Int>, batches: Int)] {
        batchesBySize.enumerated().map { power, batches in
            (1 << power...(1 << power - 1) + 1 << power, batches)
        }
    }
}

// Counting, under the lock of the loader

extension DataLoaderStatistics {
    @usableFromInline
    mutating func countHit() {
        hits += 1
    }

    @usableFromInline
    mutating func countJoining() {
        coalesced += 1
    }

    @usableFromInline
    mutating func countMiss() {
        misses += 1
    }

    @usableFromInline
    mutating func countCancelledLoad() {
        cancelledLoads += 1
    }

    @usableFromInline
    mutating func countStart(keys count: Int, wait: Duration) {
        batches += 1
        keys += count
        timeWaiting += wait
        let power = Int.bitWidth - 1 - count.leadingZeroBitCount
        while batchesBySize.count <= power { batchesBySize.append(0) }
        batchesBySize[power] += 1
    }

    @usableFromInline
    mutating func countFailedKey() {
        failedKeys += 1
    }

    @usableFromInline
    mutating func countEnd(failedKeys count: Int, hasFailed: Bool, time: Duration) {
        failedKeys += count
        failedBatches += hasFailed ? 1 : 0
        timeFetching += time
    }
}
