// SPDX-License-Identifier: Apache-2.0
//
// The decisions a user can make about a run. Each stands alone.

/// The options of a ``BulkRunner``, which checks them when it is made.
///
/// ```swift
/// import BulkOperations
///
/// func options() -> BulkOptions {
///     var options = BulkOptions()
///     options.chunking = .adaptive(target: .milliseconds(500), between: 10...1_000)
///     options.maxConcurrentChunks = 8
///     options.retry.maxAttempts = 5
///     options.usesIdempotencyKeys = true
///     return options
/// }
/// ```
public struct BulkOptions: Sendable {
    /// How many items travel together: 100 by default.
    public var chunking = BulkChunking.fixed(100)

    /// The largest number of chunks in flight at a time, at least 1; 5 by default. No more inputs are read than these
    /// chunks hold, so that a source of any length needs no more memory than they do.
    public var maxConcurrentChunks = 5

    /// The least time from the start of one chunk to the start of the next; zero by default. Several runs that share a
    /// ``rateLimiter`` are better slowed down by that.
    public var delayBetweenChunks = Duration.zero

    /// How fast attempts may follow each other. By default each run has a limiter of its own without a limit, which
    /// learns from responses.
    public var rateLimiter: BulkRateLimiter?

    /// What is tried again, how often and when.
    public var retry = BulkRetry()

    /// The longest time for one attempt of a chunk, more than zero; `nil`, the default, for no limit. Then its task is
    /// cancelled; items of which it says nothing within the ``gracePeriod`` are unknown.
    public var chunkTimeout: Duration?

    /// The longest time for the whole run, more than zero; `nil`, the default, for no limit. Then it ends as if it were
    /// cancelled.
    public var timeout: Duration?

    /// What a failure means for the rest; nothing by default.
    public var failureMode = BulkFailureMode.goOn

    /// Whether items have a ``BulkItem/idempotencyKey``. Off by default. Switch it on where the server takes such keys:
    /// items of unknown outcome are then sent again with their key, and none is done twice.
    public var usesIdempotencyKeys = false

    /// How long a cancelled chunk has to say what became of its items; 500 ms by default.
    public var gracePeriod = Duration.milliseconds(500)

    /// What measures all times; `ContinuousClock` by default.
    public var clock: any Clock<Duration> = ContinuousClock()

    /// Where the randomness of retry delays comes from; the system's by default. A run works on a copy.
    public var generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()

    /// What to call the run in the names of its tasks; `nil` by default.
    public var name: String?

    /// The defaults.
    public init() {}
}

/// What a failure of an item means for the rest of the run.
public enum BulkFailureMode: Hashable, Sendable {
    /// The rest goes on.
    case goOn
    /// No further chunk is sent once so many items have failed, and nothing is tried again. Attempts that are under way
    /// are waited for.
    case stop(afterFailures: Int)
    /// All inputs travel as one chunk, which is done as a whole or not at all. The operation must be
    /// ``BulkOperation/isAtomic``, and the inputs no more than it takes at once. An input that is not valid keeps all
    /// from being sent.
    case atomic

    /// No further chunk is sent once an item has failed.
    public static let stopAtFirst = Self.stop(afterFailures: 1)
}

extension BulkOptions {
    @usableFromInline
    func check(for operation: some BulkOperation) throws(BulkError) {
        try check()
        guard failureMode == .atomic, !operation.isAtomic else { return }
        throw BulkError(
            .notAtomic,
            "\(type(of: operation)) cannot do a chunk as a whole or not at all; choose another failure mode.",
            offender: "failureMode"
        )
    }

    func check() throws(BulkError) {
        if maxConcurrentChunks < 1 {
            throw .invalidOption("maxConcurrentChunks", is: "\(maxConcurrentChunks)", mustBe: "at least 1")
        }
        if let chunkTimeout, chunkTimeout <= .zero {
            throw .invalidOption("chunkTimeout", is: "\(chunkTimeout)", mustBe: "more than zero, or nil for no limit")
        }
        if let timeout, timeout <= .zero {
            throw .invalidOption("timeout", is: "\(timeout)", mustBe: "more than zero, or nil for no limit")
        }
        if delayBetweenChunks < .zero {
            throw .invalidOption("delayBetweenChunks", is: "\(delayBetweenChunks)", mustBe: "zero or more")
        }
        if gracePeriod < .zero {
            throw .invalidOption("gracePeriod", is: "\(gracePeriod)", mustBe: "zero or more")
        }
        if case .stop(let failures) = failureMode, failures < 1 {
            throw .invalidOption("failureMode", is: "\(failureMode)", mustBe: "stop after at least 1 failure")
        }
        try chunking.check()
        try retry.check()
    }
}
