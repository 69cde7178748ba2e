// SPDX-License-Identifier: Apache-2.0
//
// The book-keeping of a memo that is bounded or that ages: who was used last, what it costs, how long it is good for.

/// What is granted to a result that is kept.
@usableFromInline
struct Retention: Sendable {
    @usableFromInline var cost = 0
    /// When it was granted.
    @usableFromInline var since = Duration.zero
    /// When the result begins to be stale; `nil` for never.
    @usableFromInline var freshUntil: Duration?
    /// When a stale result is not to be given any more.
    @usableFromInline var staleUntil: Duration?

    /// Until it is cleared.
    @inlinable static var forever: Self { Self() }

    @inlinable
    init(cost: Int = 0, since: Duration = .zero) {
        self.cost = cost
        self.since = since
    }
}

/// How old a result is.
@usableFromInline
enum Age: Sendable {
    case fresh
    /// It is to be fetched anew, and given until that is done.
    case stale
    /// It is not to be given any more.
    case spent
}

/// The places of a memo that hold results, in the order in which they were used.
///
/// An entry lies at the number of its place, and is part of the linked order while the place holds a result. What is
/// refreshed stays in order, and knows the slot that will bring the new result.
@usableFromInline
struct Ledger: Sendable {
    private struct Entry: Sendable {
        var retention = Retention()
        var older: Int32 = -1
        var newer: Int32 = -1
        var refresh: SlotID?
    }

    /// What all results may cost together.
    private let limit: Int
    /// Whether results age, so that some may be worth nothing any more.
    private let ages: Bool
    private var entries: ContiguousArray<Entry> = []
    private var cost = 0
    private var oldest: Int32 = -1
    private var newest: Int32 = -1
    /// The place that is to be looked at next for a result whose time is over.
    private var hand = 0

    init(limit: Int, ages: Bool) {
        self.limit = limit
        self.ages = ages
    }

    /// One of the same rules, with no entry.
    @usableFromInline
    var emptied: Self { Self(limit: limit, ages: ages) }

    /// The entry that must go before one of this cost can come.
    @usableFromInline
    func excess(beside newCost: Int) -> Int? {
        cost > limit - newCost && oldest >= 0 ? Int(oldest) : nil
    }

    /// Adds an entry, as the one that was used last.
    @usableFromInline
    mutating func insert(_ number: Int, _ retention: Retention) {
        while entries.count <= number { entries.append(Entry()) }
        entries[number] = Entry(retention: retention)
        cost += retention.cost
        linkAsNewest(number)
    }

    @usableFromInline
    mutating func remove(_ number: Int) {
        cost -= entries[number].retention.cost
        unlink(number)
        entries[number] = Entry()
    }

    /// Notes that an entry is used.
    @usableFromInline
    mutating func use(_ number: Int) {
        guard Int(newest) != number else { return }
        unlink(number)
        linkAsNewest(number)
    }

    @usableFromInline
    func age(of number: Int, at time: Duration) -> Age {
        let retention = entries[number].retention
        guard let end = retention.freshUntil, time >= end else { return .fresh }
        if let end = retention.staleUntil, time < end { return .stale }
        return .spent
    }

    /// The slot that will bring a new result.
    @usableFromInline
    func refresh(of number: Int) -> SlotID? {
        number < entries.count ? entries[number].refresh : nil
    }

    @usableFromInline
    mutating func setRefresh(of number: Int, to slot: SlotID?) {
        entries[number].refresh = slot
    }

    /// A place among so many that is worth a look, because a result there may have aged. It is another each time.
    @usableFromInline
    mutating func nextSuspect(among count: Int) -> Int? {
        guard ages, count > 0 else { return nil }
        hand = hand + 1 < count ? hand + 1 : 0
        return hand
    }

    private mutating func unlink(_ number: Int) {
        let (older, newer) = (entries[number].older, entries[number].newer)
        if older >= 0 { entries[Int(older)].newer = newer } else { oldest = newer }
        if newer >= 0 { entries[Int(newer)].older = older } else { newest = older }
    }

    private mutating func linkAsNewest(_ number: Int) {
        let place = Int32(truncatingIfNeeded: number)
        entries[number].older = newest
        entries[number].newer = -1
        if newest >= 0 { entries[Int(newest)].newer = place } else { oldest = place }
        newest = place
    }
}
