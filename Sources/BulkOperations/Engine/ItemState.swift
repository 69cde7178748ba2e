// SPDX-License-Identifier: Apache-2.0
//
// What is known of an item between two attempts, and what an outcome makes of it.

/// An item that has no end yet.
struct ItemState<Input: Sendable>: Sendable {
    /// What an outcome means.
    enum Verdict<Output: Sendable>: Sendable {
        case end(BulkEnd<Output>)
        case again(ItemState, retryAfter: Duration?)
    }

    var item: BulkItem<Input>
    /// How often this run sent it.
    var attempts = 0
    /// How often earlier runs did.
    var earlierAttempts = 0
    /// Why it has no end after its attempts.
    var error: (any Error)?
    /// Whether one of its attempts may have done it. Only a success makes that certain again.
    var isSuspect = false

    /// What becomes of the item after one more attempt.
    ///
    /// An item that was sent and of which nothing else is known ends as unknown: that it was refused later says nothing of
    /// the earlier attempt, unless it is its idempotency key that was refused.
    func judged<Output>(by outcome: BulkOutcome<Output>, _ retry: BulkRetry) -> Verdict<Output> {
        var next = self
        next.attempts += 1
        switch outcome {
        case .success(let output):
            return .end(.succeeded(output))
        case .failure(let error):
            let isCertain = !isSuspect || (item.keyPrefix != nil && error.answersKey)
            return .end(isCertain ? .failed(error) : .unknown(error))
        case .transient(let error, let retryAfter):
            next.error = error
            let isTooLong = retryAfter.map { $0 > retry.longestRetryAfter } ?? false
            guard next.attempts < retry.maxAttempts, !isTooLong else { return .end(next.end()) }
            return .again(next, retryAfter: retryAfter)
        case .unknown(let error, let mayRepeat):
            next.error = error
            next.isSuspect = true
            guard mayRepeat, next.attempts < retry.maxAttempts else { return .end(next.end()) }
            return .again(next, retryAfter: nil)
        }
    }

    /// How the item ends if it is not tried again.
    func end<Output>() -> BulkEnd<Output> {
        guard let error else { return .notSent }
        return isSuspect ? .unknown(error) : .failed(error)
    }

    /// Notes that an earlier process sent the item, and may have done it.
    mutating func suspect(because error: any Error, attempts: Int) {
        isSuspect = true
        self.error = error
        earlierAttempts = attempts
    }

    /// The record of the item with its end.
    func record<Output>(_ end: BulkEnd<Output>, attempts: Int) -> BulkRecord<Input, Output> {
        BulkRecord(item, end, attempts: attempts + earlierAttempts)
    }
}
