// SPDX-License-Identifier: Apache-2.0
//
// Keeping results under a policy, and letting others go for them.
//
// What goes is handed out, so that it ends outside the lock: the end of a value is its owner's code.

extension Memo {
    /// Keeps a result, and makes room for it.
    ///
    /// - Parameter discarded: Gets what was known before and what had to go.
    /// - Complexity: O(1), and for each that goes.
    @inlinable
    mutating func keep(
        _ result: Result<Value, any Error>,
        of key: Key,
        at number: Int,
        for retention: Retention,
        discarded: inout [Forgotten]
    ) {
        if number < places.count, case .finished = places[number] {
            discarded.append(Forgotten(places[number]))
            ledger?.remove(number)
        }
        knowsResults = true
        set(number, to: .finished(key, result))
        guard ledger != nil else { return }
        while let oldest = ledger?.excess(beside: retention.cost) { discarded.append(remove(oldest)) }
        ledger?.insert(number, retention)
        // Two looks for each that comes: what nobody asks for any more is gone before the memo has doubled.
        for _ in 0..<2 {
            guard let suspect = ledger?.nextSuspect(among: places.count) else { return }
            guard case .finished = places[suspect], fetch(of: suspect) == nil else { continue }
            if age(of: suspect, at: retention.since) == .spent { discarded.append(remove(suspect)) }
        }
    }

    /// How old the result at a place is.
    @inlinable
    func age(of number: Int, at time: Duration) -> Age {
        ledger?.age(of: number, at: time) ?? .fresh
    }

    /// The slot that will bring a result, the first or a new one.
    @inlinable
    func fetch(of number: Int) -> SlotID? {
        switch places[number] {
        case .pending(_, let slot): slot
        case .finished: ledger?.refresh(of: number)
        case .vacant: nil
        }
    }

    /// Gives a result up whose refresh is under way: the place waits for that.
    ///
    /// - Returns: The result.
    @inlinable
    mutating func giveUp(_ number: Int, awaiting slot: SlotID) -> Place? {
        guard case .finished(let key, _) = places[number] else { return nil }
        let place = places[number]
        ledger?.remove(number)
        places[number] = .pending(key, slot)
        return place
    }
}

extension Memo {
    /// Notes, for those who want to know, that a place is asked for anew or primed.
    @inlinable
    mutating func renew(_ number: Int) {
        if renewals != nil { renewals?.numbers.append(Int32(truncatingIfNeeded: number)) }
    }
}

/// Which places were asked for anew or primed, while somebody wants to know.
@usableFromInline
struct Renewals: Sendable {
    @usableFromInline var numbers: [Int32] = []
    /// How many want to know.
    @usableFromInline var readers = 0

    @inlinable
    init() {}
}
