// SPDX-License-Identifier: Apache-2.0
//
// What an operation is handed: some items that travel together.

public import HTTPTransport

/// One input of a run, with its place in it.
public struct BulkItem<Input: Sendable>: Sendable {
    /// The place of the input among all inputs of the run, from 0 on. It never changes, also when failures are run again.
    public let index: Int
    /// The input.
    public let input: Input
    /// Which attempt this is, from 1 on.
    public internal(set) var attempt = 1
    /// How often the item was run again after it had failed.
    @usableFromInline var round = 0
    /// What the keys of the run begin with; `nil` if there are none.
    @usableFromInline var keyPrefix: String?

    @inlinable
    init(index: Int, input: Input, round: Int = 0, keyPrefix: String? = nil) {
        self.index = index
        self.input = input
        self.round = round
        self.keyPrefix = keyPrefix
    }

    /// What tells a server that an item it sees twice is the same; `nil` unless ``BulkOptions/usesIdempotencyKeys``.
    ///
    /// It is the same in all attempts, and after a run was resumed from its journal. An item that failed for certain gets
    /// another one when it is run again, because servers answer a known key with the failure that they remember.
    public var idempotencyKey: String? {
        keyPrefix.map { round == 0 ? "\($0)-\(index)" : "\($0)-\(index).\(round)" }
    }
}

/// Items that are sent together.
public struct BulkChunk<Input: Sendable>: Sendable {
    /// The items: at least one, in the order of their inputs.
    public let items: [BulkItem<Input>]
    /// Whether they are to be done as a whole or not at all, see ``BulkFailureMode/atomic``.
    public let isAtomic: Bool
    private let limiter: BulkRateLimiter?

    /// Makes a chunk by hand, such as for a test of an operation.
    public init(_ inputs: [Input], isAtomic: Bool = false, idempotencyKeyPrefix: String? = nil) {
        items = inputs.enumerated().map { BulkItem(index: $0, input: $1, keyPrefix: idempotencyKeyPrefix) }
        self.isAtomic = isAtomic
        limiter = nil
    }

    init(items: [BulkItem<Input>], isAtomic: Bool, limiter: BulkRateLimiter?) {
        self.items = items
        self.isAtomic = isAtomic
        self.limiter = limiter
    }

    /// The inputs of the items, in order.
    public var inputs: [Input] { items.map(\.input) }

    /// Whether every item has an ``BulkItem/idempotencyKey``.
    public var hasIdempotencyKeys: Bool { items.allSatisfy { $0.keyPrefix != nil } }

    /// Tells the run's ``BulkRateLimiter`` what a response says of the server's limits. The shapes of this module do so
    /// by themselves.
    public func learn(from response: HTTPResponse) {
        limiter?.learn(from: response)
    }
}
