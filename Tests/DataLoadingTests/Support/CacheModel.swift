// SPDX-License-Identifier: Apache-2.0
//
// What a bounded and ageing cache must know, written as simply as possible: a list in the order of use, and seconds.

struct CacheModel {
    typealias Outcome = Result<Int, any Error>

    private struct Entry {
        let key: Int
        let outcome: Outcome
        let since: Int
    }

    let limit: Int
    let isByCost: Bool
    let timeToLive: Int
    let staleTime: Int
    var now = 0
    /// The least recently used first.
    private var entries: [Entry] = []

    init(limit: Int, isByCost: Bool, timeToLive: Int, staleTime: Int) {
        self.limit = limit
        self.isByCost = isByCost
        self.timeToLive = timeToLive
        self.staleTime = staleTime
    }

    /// What the source has for a key.
    static func result(of key: Int, version: Int) -> Outcome {
        (key % 100).isMultiple(of: 7) ? .failure(TestError(key % 100)) : .success(key % 100 * 1_000 + version)
    }

    var values: [Int: Int] {
        let known = entries.filter { !isSpent($0) }.compactMap { entry in
            entry.outcome.value.map { (entry.key, $0) }
        }
        return Dictionary(uniqueKeysWithValues: known)
    }

    /// What is known of a key, which is used by that.
    mutating func use(_ key: Int) -> Outcome? {
        guard let index = entries.firstIndex(where: { $0.key == key }), !isSpent(entries[index]) else { return nil }
        entries.append(entries.remove(at: index))
        return entries.last?.outcome
    }

    /// What a load gets at once, and whether the key is fetched.
    mutating func load(_ key: Int) -> (Outcome?, isFetched: Bool) {
        guard let outcome = use(key), let entry = entries.last else {
            entries.removeAll { $0.key == key }
            return (nil, true)
        }
        return (outcome, !isFresh(entry))
    }

    mutating func publish(_ key: Int, _ outcome: Outcome, isRefresh: Bool) {
        if isRefresh, outcome.value == nil { return }
        keep(key, outcome)
    }

    mutating func prime(_ key: Int, _ outcome: Outcome, force: Bool) -> Bool {
        if !force, let entry = entries.first(where: { $0.key == key }), isFresh(entry) { return false }
        return keep(key, outcome)
    }

    mutating func clear(where isOutdated: (Int) -> Bool) {
        entries.removeAll { isOutdated($0.key) }
    }

    /// Removes results of no use that a loader has let go on the way. Which, and when, is its own affair.
    mutating func removeSpent(where isGone: (Int) -> Bool) {
        entries = entries.filter { !isSpent($0) || !isGone($0.key) }
    }

    @discardableResult
    private mutating func keep(_ key: Int, _ outcome: Outcome) -> Bool {
        let entry = Entry(key: key, outcome: outcome, since: now)
        entries.removeAll { $0.key == key }
        guard cost(entry) <= limit else { return false }
        while entries.map(cost).reduce(cost(entry), +) > limit { entries.removeFirst() }
        entries.append(entry)
        return true
    }

    private func cost(_ entry: Entry) -> Int {
        guard isByCost else { return 1 }
        return entry.outcome.value.map { $0 % 10 } ?? 2
    }

    private func isFresh(_ entry: Entry) -> Bool {
        now - entry.since < (entry.outcome.value == nil ? 3 : timeToLive)
    }

    private func isSpent(_ entry: Entry) -> Bool {
        !isFresh(entry) && (entry.outcome.value == nil || now - entry.since >= timeToLive + staleTime)
    }
}
