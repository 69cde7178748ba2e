// SPDX-License-Identifier: Apache-2.0
//
// A policy at work. It runs the user's code, so it is asked before the lock is taken, never under it.

/// What must be known before a key is looked up.
@usableFromInline
struct Lookup: Sendable {
    @usableFromInline let cacheKey: CacheKey?
    @usableFromInline let time: Duration

    @inlinable
    init(cacheKey: CacheKey?, time: Duration) {
        self.cacheKey = cacheKey
        self.time = time
    }
}

/// A result that may come to be kept, and for how long it may.
@usableFromInline
struct Candidate<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    @usableFromInline let key: Key
    @usableFromInline let result: Result<Value, any Error>
    @usableFromInline let lookup: Lookup?
    /// `nil` if it is not to be kept.
    @usableFromInline let retention: Retention?

    @inlinable
    init(key: Key, result: Result<Value, any Error>, lookup: Lookup?, retention: Retention?) {
        self.key = key
        self.result = result
        self.lookup = lookup
        self.retention = retention
    }
}

/// For how long the results of a batch are to be kept, and what else it brought.
@usableFromInline
struct Judgement<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// In the order of the keys; empty if nothing is kept, or if there are no rules for it.
    @usableFromInline var retentions: [Retention?] = []
    /// Results of keys that were not asked for.
    @usableFromInline var additional: [Candidate<Key, Value>] = []

    @inlinable
    init() {}
}

/// The policy of a loader, on a clock that has begun to run. A loader whose policy changes nothing has none.
@usableFromInline
final class CacheRules<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    @usableFromInline let limit: CachePolicy<Key, Value>.Limit
    @usableFromInline let total: Int
    @usableFromInline let timeToLive: Duration?
    @usableFromInline let staleTime: Duration?
    @usableFromInline let errors: (@Sendable (any Error) -> ErrorCaching)?
    @usableFromInline let cacheKey: (@Sendable (Key) -> CacheKey)?
    /// The time since the loader was made; `nil` if nothing ages.
    @usableFromInline let elapsed: (@Sendable () -> Duration)?
    /// Whether results are kept.
    @usableFromInline let keeps: Bool
    /// Whether what is kept needs book-keeping.
    @usableFromInline let keepsBooks: Bool

    @usableFromInline
    init?(_ policy: CachePolicy<Key, Value>, options: DataLoaderOptions) {
        keeps = options.memoises
        keepsBooks = keeps && !policy.keepsAllForEver
        guard keepsBooks || policy.cacheKey != nil && (keeps || options.deduplicates) else { return nil }
        limit = policy.limit
        total = policy.limit.total
        timeToLive = policy.timeToLive
        staleTime = policy.staleWhileRevalidate
        errors = policy.errors
        cacheKey = policy.cacheKey
        elapsed = keepsBooks && (timeToLive != nil || errors != nil) ? Self.stopwatch(on: policy.clock) : nil
    }

    private static func stopwatch<C: Clock<Duration>>(on clock: C) -> @Sendable () -> Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }

    /// A memo that goes by these rules.
    @usableFromInline var memo: Memo<Key, Value> {
        Memo(
            hasCacheKeys: cacheKey != nil,
            ledger: keepsBooks ? Ledger(limit: total, ages: elapsed != nil) : nil
        )
    }

    @inlinable var time: Duration { elapsed?() ?? .zero }

    @inlinable
    func lookup(of key: Key) -> Lookup { Lookup(cacheKey: cacheKey?(key), time: time) }

    @inlinable
    func lookups(of keys: [Key]) -> [Lookup] {
        let time = time
        return keys.map { Lookup(cacheKey: cacheKey?($0), time: time) }
    }

    /// For how long a result is to be kept; `nil` for not at all.
    @inlinable
    func retention(of result: Result<Value, any Error>, for key: Key, at time: Duration) -> Retention? {
        guard keepsBooks else { return keeps ? .forever : nil }
        var retention = Retention(since: time)
        switch result {
        case .success(let value):
            switch limit.kind {
            case .unlimited: break
            case .entries: retention.cost = 1
            case .cost(_, _, let cost): retention.cost = max(0, cost(key, value))
            }
            retention.freshUntil = timeToLive.map { time + $0 }
            if let staleTime { retention.staleUntil = retention.freshUntil.map { $0 + staleTime } }
        case .failure(let error):
            switch limit.kind {
            case .unlimited: break
            case .entries: retention.cost = 1
            case .cost(_, let cost, _): retention.cost = cost
            }
            guard let end = end(of: error, at: time) else { return nil }
            retention.freshUntil = end
        }
        return retention.cost > total ? nil : retention
    }

    /// When an error begins to be of no use, which may be never; `nil` if it is not to be kept.
    @usableFromInline
    func end(of error: any Error, at time: Duration) -> Duration?? {
        switch errors?(error).kind ?? .asValues {
        case .asValues: .some(timeToLive.map { time + $0 })
        case .forever: .some(nil)
        case .limited(let duration): duration > .zero ? .some(time + duration) : nil
        case .never: nil
        }
    }
}

extension DataLoader {
    /// What the policy says of a result. It runs the user's code.
    @inlinable
    nonisolated func candidate(_ key: Key, _ result: Result<Value, any Error>) -> Candidate<Key, Value> {
        guard let cache else {
            let retention: Retention? = options.memoises ? .forever : nil
            return Candidate(key: key, result: result, lookup: nil, retention: retention)
        }
        let lookup = cache.lookup(of: key)
        let retention = cache.retention(of: result, for: key, at: lookup.time)
        return Candidate(key: key, result: result, lookup: lookup, retention: retention)
    }

    /// What the policy says of the outcome of some keys; `nil` if there is no policy, and no more than what was asked
    /// for. It runs the user's code.
    @inlinable
    nonisolated func judgement(of outcome: BatchOutcome<Key, Value>, for keys: [Key]) -> Judgement<Key, Value>? {
        let keepsBooks = cache?.keepsBooks ?? false
        return keepsBooks || outcome.hasMoreThanAsked ? judge(outcome, of: keys) : nil
    }

    @inlinable
    nonisolated func judge(_ outcome: BatchOutcome<Key, Value>, of keys: [Key]) -> Judgement<Key, Value> {
        var judgement = Judgement<Key, Value>()
        for (key, value) in outcome.additional { judgement.additional.append(candidate(key, .success(value))) }
        guard let cache, cache.keepsBooks else { return judgement }
        let time = cache.time
        judgement.retentions = keys.enumerated().map { position, key in
            guard outcome.isOfKey(at: position) else { return nil }
            return cache.retention(of: outcome.result(at: position), for: key, at: time)
        }
        return judgement
    }
}
