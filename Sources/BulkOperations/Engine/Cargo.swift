// SPDX-License-Identifier: Apache-2.0
//
// Items on their way from the source to their ends.

/// Items without an end that travel together, and what is known of each.
struct Cargo<Input: Sendable>: Sendable {
    private(set) var items: [BulkItem<Input>]
    /// As many as there are items.
    private(set) var pasts: [ItemPast]

    /// Items that were never sent.
    init(_ items: [BulkItem<Input>] = []) {
        self.items = items
        pasts = Array(repeating: ItemPast(), count: items.count)
    }

    var count: Int { items.count }
    var isEmpty: Bool { items.isEmpty }

    mutating func append(_ item: BulkItem<Input>, _ past: ItemPast) {
        var item = item
        item.attempt = past.allAttempts + 1
        items.append(item)
        pasts.append(past)
    }

    static func += (cargo: inout Self, more: Self) {
        if cargo.isEmpty {
            cargo = more
        } else {
            cargo.items += more.items
            cargo.pasts += more.pasts
        }
    }

    /// Some of the items.
    subscript(places: Range<Int>) -> Self {
        var part = Self()
        part.items = Array(items[places])
        part.pasts = Array(pasts[places])
        return part
    }

    /// Gives each item its idempotency key.
    mutating func setKeys(_ prefix: String) {
        for place in items.indices { items[place].keyPrefix = prefix }
    }
}

extension Cargo {
    /// What outcomes say of items.
    struct Judgement<Output: Sendable>: Sendable {
        var ends = Ends<Input, Output>()
        /// What is to be tried again.
        var rest = Cargo()
        /// The longest that a server wants to be left alone.
        var retryAfter: Duration?
    }

    /// Notes an outcome for each item.
    func judged<Output>(by outcomes: [BulkOutcome<Output>], _ retry: BulkRetry) -> Judgement<Output> {
        var judgement = Judgement<Output>()
        judgement.ends.reserveCapacity(count)
        for place in items.indices {
            var past = pasts[place]
            let item = items[place]
            if let end = past.add(outcomes[place], hasKey: item.keyPrefix != nil, retry) {
                judgement.ends.add(BulkRecord(item, end, attempts: past.allAttempts))
            } else {
                judgement.rest.append(item, past)
                if case .transient(_, let time?) = outcomes[place] {
                    judgement.retryAfter = max(judgement.retryAfter ?? .zero, time)
                }
            }
        }
        return judgement
    }

    /// The items that pass a check; the others end.
    func checked<Output>(_ check: (Input) throws -> Void, _ ends: inout Ends<Input, Output>) -> Self {
        var faults: [Int: any Error] = [:]
        for place in items.indices {
            do { try check(items[place].input) } catch { faults[place] = error }
        }
        guard !faults.isEmpty else { return self }
        var rest = Self()
        for place in items.indices {
            if let fault = faults[place] {
                ends.add(BulkRecord(items[place], .failed(fault), attempts: pasts[place].allAttempts))
            } else {
                rest.append(items[place], pasts[place])
            }
        }
        return rest
    }

    /// How the items end if they are not tried again.
    ///
    /// - Parameter error: Why nobody knows what became of an attempt that is under way, if one is.
    func ends<Output>(abandoned error: (any Error)? = nil) -> Ends<Input, Output> {
        var ends = Ends<Input, Output>()
        ends.reserveCapacity(count)
        for (item, past) in zip(items, pasts) {
            let end = error.map(BulkEnd<Output>.unknown) ?? past.end()
            ends.add(BulkRecord(item, end, attempts: past.allAttempts + (error == nil ? 0 : 1)))
        }
        return ends
    }
}
