// SPDX-License-Identifier: Apache-2.0
//
// Progress as a sequence, no faster than somebody can look at it.

internal import Synchronization

/// The progress of one run: a sequence of snapshots, throttled, always with the last one.
///
/// ```swift
/// import BulkOperations
///
/// func run(_ runner: BulkRunner<BulkClosure<Int, Int>>, on inputs: [Int]) async throws {
///     let progress = BulkProgressUpdates()
///     async let result = runner.run(inputs, progress: progress)
///     for await snapshot in progress { print(snapshot.completed, "of", snapshot.total ?? 0) }
///     print(try await result.summary)
/// }
/// ```
///
/// Whoever is slow to look sees the newest snapshot and not each. It is for one consumer. It ends when its run does.
public final class BulkProgressUpdates: AsyncSequence, Sendable {
    /// A snapshot.
    public typealias Element = BulkProgress

    private let interval: Duration
    private let stream: AsyncStream<BulkProgress>
    private let continuation: AsyncStream<BulkProgress>.Continuation
    private let last = Mutex<Duration?>(nil)

    /// Makes a sequence for one run.
    ///
    /// - Parameter interval: The least time between two snapshots, by the clock of the run; 100 ms by default. The last
    ///   one comes at once.
    public init(every interval: Duration = .milliseconds(100)) {
        self.interval = interval
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Iterates over the snapshots.
    public func makeAsyncIterator() -> AsyncStream<BulkProgress>.Iterator { stream.makeAsyncIterator() }

    /// Takes a snapshot if it is time for one.
    func update(at elapsed: Duration, _ snapshot: () -> BulkProgress) {
        let isDue = last.withLock { last in
            if let last, elapsed - last < interval { return false }
            last = elapsed
            return true
        }
        if isDue { continuation.yield(snapshot()) }
    }

    func finish(with snapshot: BulkProgress?) {
        if let snapshot { continuation.yield(snapshot) }
        continuation.finish()
    }
}
