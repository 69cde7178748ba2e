// SPDX-License-Identifier: Apache-2.0
//
// Keys that are told apart by something else than their own `==`.

/// A cache key of any type. Those of one loader are all of the same.
@usableFromInline
struct CacheKey: Hashable, @unchecked Sendable {  // It is only made of what is `Sendable`.
    private let base: AnyHashable

    init(_ base: some Hashable & Sendable) {
        self.base = AnyHashable(base)
    }
}

/// The index of a memo by cache key, and the cache key of each place.
@usableFromInline
struct CacheKeyIndex: Sendable {
    private var numbers: [CacheKey: Int32] = [:]
    private var keys: ContiguousArray<CacheKey?> = []

    @usableFromInline
    init() {}

    @usableFromInline
    mutating func prepare(for more: Int) {
        numbers.reserveCapacity(numbers.count + more)
        keys.reserveCapacity(keys.count + more)
    }

    @usableFromInline
    func find(_ key: CacheKey) -> Int? { numbers[key].map { Int($0) } }

    /// The number of a key's place, which is the vacant one if there is none.
    @usableFromInline
    mutating func claim(_ key: CacheKey, orElse vacant: Int) -> Int {
        let number = Int(Self.found(&numbers[key, default: -1], orElse: Int32(truncatingIfNeeded: vacant)))
        guard number == vacant else { return number }
        if number == keys.count { keys.append(key) } else { keys[number] = key }
        return number
    }

    private static func found(_ number: inout Int32, orElse vacant: Int32) -> Int32 {
        if number < 0 { number = vacant }
        return number
    }

    @usableFromInline
    subscript(number: Int) -> CacheKey? { keys[number] }

    @usableFromInline
    mutating func remove(_ number: Int) {
        if let key = keys[number].take() { numbers[key] = nil }
    }
}
