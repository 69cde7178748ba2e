// SPDX-License-Identifier: Apache-2.0
//
// Who is suspended until a key has its result: usually one caller, sometimes many, removable when cancelled.

/// A caller that is suspended.
struct Waiter<Value: Sendable>: Sendable {
    enum Target: Sendable {
        case single(UnsafeContinuation<Value, any Error>)
        case group(LoadGroup)
    }

    /// Distinguishes the callers of one queue; grows in call order.
    let id: UInt64
    let target: Target
}

/// A caller of `loadMany`, suspended until the last of its keys has a result. Reached only under the loader's lock.
final class LoadGroup: @unchecked Sendable {  // The loader's lock guards every access.
    var continuation: UnsafeContinuation<Void, Never>?
    var remaining = 0
}

/// The waiters of one key, in call order. The first costs no allocation.
struct Waiters<Value: Sendable>: Sendable {
    private enum Storage: Sendable {
        case none
        case one(Waiter<Value>)
        /// Sorted by id. A waiter that left is `nil` in its place, so that leaving moves nothing.
        case many(ids: [UInt64], [Waiter<Value>?])
    }

    private var storage = Storage.none

    /// Adds a waiter in its place.
    ///
    /// - Complexity: O(1) when waiters arrive in the order of their ids, which they do unless they race.
    mutating func insert(_ waiter: Waiter<Value>) {
        switch storage {
        case .none:
            storage = .one(waiter)
        case .one(let first):
            let pair = first.id < waiter.id ? [first, waiter] : [waiter, first]
            storage = .many(ids: pair.map(\.id), pair)
        case .many(var ids, var waiters):
            storage = .none
            let place = (ids.last ?? 0) < waiter.id ? ids.count : Self.place(of: waiter.id, in: ids)
            ids.insert(waiter.id, at: place)
            waiters.insert(waiter, at: place)
            storage = .many(ids: ids, waiters)
        }
    }

    /// Takes a waiter out, if it is there.
    ///
    /// - Complexity: O(log *n*).
    mutating func remove(id: UInt64) -> Waiter<Value>? {
        switch storage {
        case .one(let waiter) where waiter.id == id:
            storage = .none
            return waiter
        case .many(let ids, var waiters):
            let place = Self.place(of: id, in: ids)
            guard place < ids.count, ids[place] == id else { return nil }
            storage = .none
            let waiter = waiters[place].take()
            storage = .many(ids: ids, waiters)
            return waiter
        case .none, .one:
            return nil
        }
    }

    /// Calls a body for each waiter, in call order.
    func forEach(_ body: (Waiter<Value>) -> Void) {
        switch storage {
        case .none: break
        case .one(let waiter): body(waiter)
        case .many(_, let waiters): for case let waiter? in waiters { body(waiter) }
        }
    }

    private static func place(of id: UInt64, in ids: [UInt64]) -> Int {
        var low = 0
        var high = ids.count
        while low < high {
            let middle = (low + high) / 2
            if ids[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
