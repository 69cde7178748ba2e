// SPDX-License-Identifier: Apache-2.0
//
// What is known of an item between two attempts, and what an outcome makes of it.

/// What became of an item that has no end yet.
@usableFromInline
struct ItemPast: Sendable {
    /// The item's index.
    @usableFromInline let index: Int
    /// How often this run sent it.
    @usableFromInline var attempts = 0
    /// How often earlier runs did.
    @usableFromInline var earlierAttempts = 0
    /// Why it has no end after its attempts.
    @usableFromInline var error: (any Error)?
    /// Whether one of its attempts may have done it. Only a success makes that certain again.
    @usableFromInline var isSuspect = false

    /// An item that was never sent.
    @inlinable
    init(of index: Int) {
        self.index = index
    }

    /// An item that earlier runs sent.
    init(of index: Int, attempts: Int, error: any Error, isSuspect: Bool) {
        self.index = index
        earlierAttempts = attempts
        self.error = error
        self.isSuspect = isSuspect
    }

    /// How often the item was sent.
    @inlinable var allAttempts: Int { attempts + earlierAttempts }

    /// Notes one more attempt.
    ///
    /// An item that was sent and of which nothing else is known ends as unknown: that it was refused later says nothing of
    /// the earlier attempt, unless it is its idempotency key that was refused.
    ///
    /// - Returns: How the item ends, or `nil` if it is to be tried again.
    @inlinable
    mutating func add<Output>(_ outcome: BulkOutcome<Output>, hasKey: Bool, _ retry: BulkRetry) -> BulkEnd<Output>? {
        attempts += 1
        switch outcome {
        case .success(let output):
            return .succeeded(output)
        case .failure(let error):
            let isCertain = !isSuspect || (hasKey && error.answersKey)
            return isCertain ? .failed(error) : .unknown(error)
        case .transient(let error, let retryAfter):
            self.error = error
            let isTooLong = retryAfter.map { $0 > retry.longestRetryAfter } ?? false
            return attempts < retry.maxAttempts && !isTooLong ? nil : end()
        case .unknown(let error, let mayRepeat):
            self.error = error
            isSuspect = true
            return attempts < retry.maxAttempts && mayRepeat ? nil : end()
        }
    }

    /// How the item ends if it is not tried again.
    @inlinable
    func end<Output>() -> BulkEnd<Output> {
        guard let error else { return .notSent }
        return isSuspect ? .unknown(error) : .failed(error)
    }
}
