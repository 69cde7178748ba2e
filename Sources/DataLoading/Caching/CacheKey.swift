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
