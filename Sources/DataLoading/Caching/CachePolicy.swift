// SPDX-License-Identifier: Apache-2.0
//
// How much a loader remembers, for how long, and what it takes for the same key. Each decision stands alone.

/// What a ``DataLoader`` keeps of what it fetched. It is checked when it is made.
///
/// The default keeps everything until it is cleared, which suits a loader that lives as long as one request. One that
/// lives longer needs a limit, a time, or both:
///
/// ```swift
/// import DataLoading
///
/// struct Article: Sendable { var id: Int; var text: String }
/// struct NoSuchArticle: Error { var id: Int }
///
/// func articles(
///     from fetch: @escaping @concurrent @Sendable ([Int]) async throws -> [Int: Article]
/// ) throws -> DataLoader<Int, Article> {
///     let cache = try CachePolicy<Int, Article>(
///         limit: .cost(64_000_000) { _, article in article.text.utf8.count },
///         timeToLive: .seconds(60),
///         staleWhileRevalidate: .seconds(600),
///         errors: { error in error is NoSuchArticle ? .for(.seconds(5)) : .never }
///     )
///     return DataLoader(cache: cache, fetch: fetch)
/// }
/// ```
///
/// It has an effect only while ``DataLoaderOptions/memoises`` is on; only ``keyed(by:)`` serves
/// ``DataLoaderOptions/deduplicates`` too. The functions that you give it run on the thread of whoever loads, primes or
/// brings results, and never under a lock: they may call the loader. See <doc:Caching>.
public struct CachePolicy<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// How much is kept; ``Limit/unlimited`` by default.
    public let limit: Limit

    /// How long a value is good for, from the moment it was fetched or primed; `nil`, the default, for ever.
    public let timeToLive: Duration?

    /// How long after ``timeToLive`` a value is still given while it is fetched anew; `nil`, the default, for not at
    /// all.
    public let staleWhileRevalidate: Duration?

    let errors: (@Sendable (any Error) -> ErrorCaching)?
    let clock: any Clock<Duration>
    private(set) var cacheKey: (@Sendable (Key) -> CacheKey)?

    /// Keeps everything until it is cleared. Costs nothing.
    public init() {
        limit = .unlimited
        timeToLive = nil
        staleWhileRevalidate = nil
        errors = nil
        clock = ContinuousClock()
    }

    /// Chooses what to keep.
    ///
    /// - Parameters:
    ///   - limit: How much is kept. What was used longest ago goes first.
    ///   - timeToLive: How long a value is good for, more than zero; for ever by default. A value whose time is over is
    ///     fetched anew by the next load; its memory is given back then, or little by little as others are kept.
    ///   - staleWhileRevalidate: How long after that a value is still given at once, more than zero. The first load
    ///     that finds it stale puts its key into the batch that is being gathered, once. If the refresh fails, the
    ///     value stays until this time is over, and the next load tries again. Needs a `timeToLive`.
    ///   - errors: How long the error of a key is kept; as long as a value by default. The error of a whole batch is
    ///     never kept.
    ///   - clock: The clock that measures the times.
    /// - Throws: ``DataLoaderError`` with ``DataLoaderError/Code/invalidOption`` that names the option.
    public init(
        limit: Limit = .unlimited,
        timeToLive: Duration? = nil,
        staleWhileRevalidate: Duration? = nil,
        errors: (@Sendable (any Error) -> ErrorCaching)? = nil,
        clock: any Clock<Duration> = ContinuousClock()
    ) throws(DataLoaderError) {
        if let (name, value, rule) = limit.fault { throw .invalidOption(name, is: "\(value)", mustBe: rule) }
        for (name, time) in [("timeToLive", timeToLive), ("staleWhileRevalidate", staleWhileRevalidate)] {
            if let time, time <= .zero { throw .invalidOption(name, is: "\(time)", mustBe: "more than zero") }
        }
        if let staleWhileRevalidate, timeToLive == nil {
            let rule = "nil without a timeToLive, which it prolongs"
            throw .invalidOption("staleWhileRevalidate", is: "\(staleWhileRevalidate)", mustBe: rule)
        }
        self.limit = limit
        self.timeToLive = timeToLive
        self.staleWhileRevalidate = staleWhileRevalidate
        self.errors = errors
        self.clock = clock
    }

    /// The same policy for a loader that tells keys apart by something else than their `==`.
    ///
    /// Keys with the same cache key share a fetch and what is kept: the batch function is given the one that was asked
    /// for first, and its answer goes to all of them. Clearing or priming one of them does so for all.
    ///
    /// - Parameter cacheKey: Makes the cache key of a key, always the same for the same key. It is called for every load,
    ///   unless the loader neither memoises nor deduplicates: then never.
    /// - Returns: The policy with the function. An earlier one is replaced.
    public func keyed(by cacheKey: @escaping @Sendable (Key) -> some Hashable & Sendable) -> Self {
        var policy = self
        policy.cacheKey = { CacheKey(cacheKey($0)) }
        return policy
    }

    /// Whether results need no book-keeping.
    var keepsAllForEver: Bool {
        if case .unlimited = limit.kind { timeToLive == nil && errors == nil } else { false }
    }
}

extension CachePolicy {
    /// How much a loader keeps.
    ///
    /// Only results count. Keys that are being fetched do not: they are bounded by who asks for them.
    public struct Limit: Sendable {
        @usableFromInline
        enum Kind: Sendable {
            case unlimited
            case entries(Int)
            case cost(Int, ofError: Int, of: @Sendable (Key, Value) -> Int)
        }

        @usableFromInline let kind: Kind

        /// No limit.
        public static var unlimited: Self { Self(kind: .unlimited) }

        /// At most so many results.
        ///
        /// - Parameter count: How many, at least 1. ``CachePolicy`` refuses less.
        public static func entries(_ count: Int) -> Self { Self(kind: .entries(count)) }

        /// Results that cost at most so much together.
        ///
        /// A result that costs more than all of that is given to its callers and not kept.
        ///
        /// - Parameters:
        ///   - total: How much, in a unit of your choice, at least 1. ``CachePolicy`` refuses less.
        ///   - errorCost: What an error that is kept costs, zero or more; 1 by default.
        ///   - cost: What a value costs. Less than zero is taken for zero. It is called once for each value that is
        ///     fetched or primed.
        public static func cost(
            _ total: Int,
            ofError errorCost: Int = 1,
            of cost: @escaping @Sendable (Key, Value) -> Int
        ) -> Self {
            Self(kind: .cost(total, ofError: errorCost, of: cost))
        }

        var total: Int {
            switch kind {
            case .unlimited: .max
            case .entries(let count): count
            case .cost(let total, _, _): total
            }
        }

        fileprivate var fault: (name: String, value: Int, rule: String)? {
            if total < 1 { return ("limit", total, "at least 1") }
            if case .cost(_, let errorCost, _) = kind, errorCost < 0 { return ("ofError", errorCost, "zero or more") }
            return nil
        }
    }
}
