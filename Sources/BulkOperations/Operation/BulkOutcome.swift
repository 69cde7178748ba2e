// SPDX-License-Identifier: Apache-2.0
//
// What one attempt says of one item.

/// What became of an item in one attempt, as far as the operation can say.
///
/// The difference that matters is what happened on the other side: it was done, certainly not done, or nobody knows.
public enum BulkOutcome<Output: Sendable>: Sendable {
    /// It was done.
    case success(Output)
    /// It was not done, and would not be if it were tried again.
    case failure(any Error)
    /// It was not done, and may be if it is tried again.
    ///
    /// - Parameters:
    ///   - error: Why not; what the item fails with after its last attempt.
    ///   - retryAfter: How long the server wants to be left alone, if it said so.
    case transient(any Error, retryAfter: Duration? = nil)
    /// It went out, and nobody can say whether it was done.
    ///
    /// - Parameters:
    ///   - error: Why nobody can.
    ///   - mayRepeat: Whether it does no harm if it is done twice, as the item has an idempotency key that the server
    ///     knows, or replaces something as a whole. Only then is it tried again.
    case unknown(any Error, mayRepeat: Bool = false)
}
