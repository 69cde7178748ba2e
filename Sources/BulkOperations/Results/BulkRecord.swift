// SPDX-License-Identifier: Apache-2.0
//
// How one item ended.

/// How an item ended.
public enum BulkEnd<Output: Sendable>: Sendable {
    /// It was done.
    case succeeded(Output)
    /// It was certainly not done.
    case failed(any Error)
    /// It was sent, and nobody can say whether it was done. Do not repeat it blindly.
    case unknown(any Error)
    /// It was never sent.
    case notSent
}

/// The end of one item of a run. Each input that was read has exactly one.
public struct BulkRecord<Input: Sendable, Output: Sendable>: Sendable {
    /// The place of the input among all inputs of the run, from 0 on.
    public let index: Int
    /// The input.
    public let input: Input
    /// How it ended.
    public let end: BulkEnd<Output>
    /// How often it was sent; 0 for an input that is not valid.
    public let attempts: Int
    /// Whether the end was read from a journal: this run did not send the item.
    public let isFromJournal: Bool
    @usableFromInline let round: Int

    @inlinable
    init(_ item: BulkItem<Input>, _ end: BulkEnd<Output>, attempts: Int, isFromJournal: Bool = false) {
        index = item.index
        input = item.input
        round = item.round
        self.end = end
        self.attempts = attempts
        self.isFromJournal = isFromJournal
    }
}
