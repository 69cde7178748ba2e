// SPDX-License-Identifier: Apache-2.0
//
// What is known of each key. Who asks for a key hashes it; from then on it is known by its place.

/// A slot of a queue, as a place in the memo names it. The number of a queue is used anew once the queue has ended.
@usableFromInline
struct SlotID: Equatable, Sendable {
    @usableFromInline let queue: Int32
    @usableFromInline let slot: Int32

    @inlinable
    init(queue: Int, slot: Int) {
        self.queue = Int32(truncatingIfNeeded: queue)
        self.slot = Int32(truncatingIfNeeded: slot)
    }
}

/// A key and its hash, which is taken once: for a load of one key before the lock is.
@usableFromInline
struct HashedKey<Key: Hashable & Sendable>: Sendable {
    @usableFromInline let key: Key
    @usableFromInline let hash: UInt32

    /// - Parameter isNeeded: Whether the hash is: not where nothing is kept of a key, nor where a cache key stands for it.
    @inlinable
    init(_ key: Key, isNeeded: Bool = true) {
        self.key = key
        hash = isNeeded ? PlaceIndex.hash(of: key) : 0
    }
}

/// Results and pending fetches by key.
///
/// A pending place is identified by its slot: whoever changes a place on behalf of a slot first checks that it is still
/// of that slot, so newer values are never lost to older results.
@usableFromInline
struct Memo<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    @usableFromInline
    enum Place: Sendable {
        case vacant(next: Int)
        case pending(Key, SlotID)
        case finished(Key, Result<Value, any Error>)

        @inlinable var key: Key? {
            switch self {
            case .vacant: nil
            case .pending(let key, _), .finished(let key, _): key
            }
        }

        @inlinable
        func isOf(_ key: Key) -> Bool {
            switch self {
            case .vacant: false
            case .pending(let other, _), .finished(let other, _): other == key
            }
        }
    }

    @usableFromInline var index = PlaceIndex()
    @usableFromInline var places: ContiguousArray<Place> = []
    /// The first of the vacant places, which are linked; -1 if there is none.
    @usableFromInline var firstVacant = -1
    /// What keys are told apart by, for each place, if not by themselves.
    @usableFromInline var cacheKeys: ContiguousArray<CacheKey?>?
    /// What is known of the results, if they are bounded or age.
    @usableFromInline var ledger: Ledger?
    @usableFromInline var renewals: Renewals?
    /// Whether a result has ever been kept. Until then nobody need look for one.
    @usableFromInline var knowsResults = false
    /// How often everything was forgotten.
    @usableFromInline var generation = 0

    @inlinable
    init(hasCacheKeys: Bool = false, ledger: Ledger? = nil) {
        if hasCacheKeys { cacheKeys = [] }
        self.ledger = ledger
    }

    /// A memo of the same kind that knows nothing.
    @inlinable var emptied: Self {
        var memo = Self(hasCacheKeys: cacheKeys != nil, ledger: ledger?.emptied)
        memo.generation = generation + 1
        return memo
    }

    /// Makes room for more keys, if they are more than there are: few at a time must not copy all each time.
    @inlinable
    mutating func prepare(for more: Int) {
        guard more > places.count else { return }
        index.reserve(more)
        places.reserveCapacity(places.count + more)
        cacheKeys?.reserveCapacity(places.count + more)
    }

    /// The number of a key's place.
    @inlinable
    func find(_ key: Key) -> Int? { find(key, PlaceIndex.hash(of: key)) }

    @inlinable
    func find(_ key: Key, as cacheKey: CacheKey?) -> Int? {
        guard let cacheKey else { return find(key) }
        return find(cacheKey, PlaceIndex.hash(of: cacheKey))
    }

    @inlinable @inline(__always)
    func find(_ key: Key, _ hash: UInt32) -> Int? {
        index.first(of: hash) { places[$0].isOf(key) ? $0 : nil }
    }

    @inlinable
    func find(_ cacheKey: CacheKey, _ hash: UInt32) -> Int? {
        index.first(of: hash) { cacheKeys?[$0] == cacheKey ? $0 : nil }
    }

    /// What is known of a key, if it is a result. (Part of its callers: for a call, all of the memo is copied.)
    @inlinable @inline(__always)
    func result(of key: HashedKey<Key>) -> Result<Value, any Error>? {
        index.first(of: key.hash) { number in
            if case .finished(key.key, let result) = places[number] { result } else { nil }
        }
    }

    /// The number of a key's place. A new one is to be set at once.
    ///
    /// - Complexity: O(1).
    @inlinable
    mutating func claim(_ key: HashedKey<Key>) -> (number: Int, isNew: Bool) {
        if let number = find(key.key, key.hash) { return (number, false) }
        return (insertVacant(key.hash), true)
    }

    /// The number of the place of a key that was looked for, since when not all were removed.
    @inlinable
    mutating func claim(_ key: Key, _ glance: PlaceIndex.Glance) -> (number: Int, isNew: Bool) {
        if let number = glance.number, places[number].isOf(key) { return (number, false) }
        if let number = find(key, glance.hash) { return (number, false) }
        return (insertVacant(glance.hash), true)
    }

    @inlinable
    mutating func claim(_ key: HashedKey<Key>, as cacheKey: CacheKey?) -> (number: Int, isNew: Bool) {
        guard let cacheKey else { return claim(key) }
        let hash = PlaceIndex.hash(of: cacheKey)
        if let number = find(cacheKey, hash) { return (number, false) }
        let number = insertVacant(hash)
        if number == cacheKeys?.count { cacheKeys?.append(cacheKey) } else { cacheKeys?[number] = cacheKey }
        return (number, true)
    }

    @inlinable
    mutating func insertVacant(_ hash: UInt32) -> Int {
        let number = firstVacant >= 0 ? firstVacant : places.count
        index.insert(number, hash)
        return number
    }

    /// Fills a place that was claimed and is new, or changes one.
    @inlinable
    mutating func set(_ number: Int, to place: Place) {
        if number == places.count {
            places.append(place)
            return
        }
        if case .vacant(let next) = places[number] { firstVacant = next }
        places[number] = place
    }

    /// What is not known any more. It is to end outside the lock: the end of a value, or of a key, is its owner's code.
    @usableFromInline
    struct Forgotten: Sendable {
        @usableFromInline let place: Place
        @usableFromInline let cacheKey: CacheKey?

        @inlinable
        init(_ place: Place, cacheKey: CacheKey? = nil) {
            self.place = place
            self.cacheKey = cacheKey
        }
    }

    /// Forgets a key.
    @inlinable
    mutating func remove(_ number: Int) -> Forgotten {
        let place = places[number]
        guard let key = place.key else { return Forgotten(place) }
        let cacheKey = cacheKeys?[number].take()
        index.remove(number, cacheKey.map { PlaceIndex.hash(of: $0) } ?? PlaceIndex.hash(of: key))
        if case .finished = place { ledger?.remove(number) }
        places[number] = .vacant(next: firstVacant)
        firstVacant = number
        return Forgotten(place, cacheKey: cacheKey)
    }

    /// Whether what is known of a place is that a slot will bring it.
    @inlinable
    func isPending(_ number: Int, in slot: SlotID) -> Bool {
        guard number >= 0, number < places.count, case .pending(_, slot) = places[number] else { return false }
        return true
    }
}
