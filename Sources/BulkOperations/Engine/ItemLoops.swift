// SPDX-License-Identifier: Apache-2.0
//
// What is done to each item: the only code of the engine that is compiled for the types of an operation.

/// The loops over items.
///
/// A runner makes them where its operation's types are known. Elsewhere in the engine they are not, and each step with a
/// value has to look its type up, so that there is none there for each item: only for each chunk.
@usableFromInline
struct ItemLoops<Input: Sendable, Output: Sendable>: Sendable {
    @usableFromInline typealias Record = BulkRecord<Input, Output>

    /// Keeps the items that are valid; the others end.
    let check: @Sendable (Cargo<Input>, inout Ends<Input, Output>) -> Cargo<Input>
    /// Notes an outcome for each item.
    let judge: @Sendable (Cargo<Input>, [BulkOutcome<Output>], BulkRetry) -> Judgement<Input, Output>
    /// Makes a result of records.
    let makeResult: @Sendable ([[Record]]) -> BulkResult<Input, Output>

    @inlinable
    init(_ operation: some BulkOperation<Input, Output>) {
        self.init { cargo, ends in
            cargo.checked(by: operation, &ends)
        } judge: { cargo, outcomes, retry in
            cargo.judged(by: outcomes, retry)
        } makeResult: { records in
            BulkResult(records)
        }
    }

    @usableFromInline
    init(
        check: @escaping @Sendable (Cargo<Input>, inout Ends<Input, Output>) -> Cargo<Input>,
        judge: @escaping @Sendable (Cargo<Input>, [BulkOutcome<Output>], BulkRetry) -> Judgement<Input, Output>,
        makeResult: @escaping @Sendable ([[Record]]) -> BulkResult<Input, Output>
    ) {
        self.check = check
        self.judge = judge
        self.makeResult = makeResult
    }
}

/// What outcomes say of items.
@usableFromInline
struct Judgement<Input: Sendable, Output: Sendable>: Sendable {
    @usableFromInline var ends = Ends<Input, Output>()
    /// What is to be tried again.
    @usableFromInline var rest = Cargo<Input>()
    /// How long the server wants to be left alone, at least; zero if it had too much and did not say how long. `nil` if it
    /// has no such wish.
    @usableFromInline var pause: Duration?

    @inlinable
    init() {}

    /// Notes why an item was not done.
    @usableFromInline
    mutating func heed(_ error: any Error, retryAfter: Duration?, atMost longest: Duration) {
        guard let time = retryAfter ?? (error.isTooManyRequests ? .zero : nil), time <= longest else { return }
        pause = max(pause ?? .zero, time)
    }
}

extension Cargo {
    /// Notes an outcome for each item.
    @inlinable
    func judged<Output>(by outcomes: [BulkOutcome<Output>], _ retry: BulkRetry) -> Judgement<Input, Output> {
        var judgement = Judgement<Input, Output>()
        judgement.ends.reserveCapacity(count)
        for place in items.indices {
            var past = pasts[place]
            let item = items[place]
            if case .transient(let error, let retryAfter) = outcomes[place] {
                judgement.heed(error, retryAfter: retryAfter, atMost: retry.longestRetryAfter)
            }
            if let end = past.add(outcomes[place], hasKey: item.keyPrefix != nil, retry) {
                judgement.ends.add(BulkRecord(item, end, attempts: past.allAttempts))
            } else {
                judgement.rest.append(item, past)
            }
        }
        return judgement
    }

    /// The items that are valid; the others end.
    @inlinable
    func checked<Operation: BulkOperation<Input, Output>, Output>(
        by operation: Operation,
        _ ends: inout Ends<Input, Output>
    ) -> Self {
        var faults: [(place: Int, error: any Error)] = []
        for place in items.indices {
            do { try operation.validate(items[place].input) } catch { faults.append((place, error)) }
        }
        return faults.isEmpty ? self : without(faults, &ends)
    }

    /// The other items; these end.
    @usableFromInline
    func without<Output>(_ faults: [(place: Int, error: any Error)], _ ends: inout Ends<Input, Output>) -> Self {
        var rest = Self()
        var faults = faults[...]
        for place in items.indices {
            if let fault = faults.first, fault.place == place {
                ends.add(BulkRecord(items[place], .failed(fault.error), attempts: pasts[place].allAttempts))
                faults.removeFirst()
            } else {
                rest.append(items[place], pasts[place])
            }
        }
        return rest
    }
}
