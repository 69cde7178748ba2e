// SPDX-License-Identifier: Apache-2.0
//
// What a run does with a chunk of its inputs: the one thing that the systems differ in.

/// Something that can be done to many inputs, a chunk at a time.
///
/// The engine, ``BulkRunner``, cuts inputs into chunks, sends them, repeats what may be repeated, and keeps account. An
/// operation knows one system: how a chunk is sent there, and what the answer says of each input.
///
/// ```swift
/// import BulkOperations
///
/// struct Doubling: BulkOperation {
///     func validate(_ input: Int) throws {
///         guard input >= 0 else { throw BulkError(.invalidInput, "\(input) is below zero.") }
///     }
///
///     func perform(_ chunk: BulkChunk<Int>) async throws -> [BulkOutcome<Int>] {
///         chunk.items.map { .success($0.input * 2) }
///     }
/// }
/// ```
public protocol BulkOperation<Input, Output>: Sendable {
    /// What it is done to.
    associatedtype Input: Sendable
    /// What comes of it.
    associatedtype Output: Sendable

    /// The most items that one call takes; `nil`, the default, for no limit. The engine makes no larger chunk, whatever
    /// its options say.
    var maxChunkSize: Int? { get }

    /// Whether a chunk with ``BulkChunk/isAtomic`` is done as a whole or not at all. `false` by default: such a chunk is
    /// refused before anything is sent.
    var isAtomic: Bool { get }

    /// Whether a server tells by a key of a whole chunk, made of the keys of its items, that it has seen it. `false` by
    /// default: each item has a key of its own. If so, an item that is unknown is sent again only with all that it was sent
    /// with, as a retry does and a run that goes on after a crash.
    var keysWholeChunks: Bool { get }

    /// Looks whether the run can begin at all, such as by a health check. Does nothing by default.
    ///
    /// - Throws: Why it cannot. No input is read then, and ``BulkRunner`` throws it.
    func prepare() async throws

    /// Checks an input before it is sent. Accepts all by default.
    ///
    /// - Throws: What is wrong with it. It is the input's error, and nothing is sent for it.
    func validate(_ input: Input) throws

    /// Does it to a chunk.
    ///
    /// An operation listens to the cancellation of its task: what it cannot say within the
    /// ``BulkOptions/gracePeriod`` then is unknown.
    ///
    /// - Parameter chunk: One item or more; their inputs are valid.
    /// - Returns: An outcome for each item, in the order of the items.
    /// - Throws: The reason why nothing of the chunk was done. Errors of a transport and of the GraphQL client are taken
    ///   for what they say of that; any other is the failure of each item, and is not repeated.
    @concurrent
    func perform(_ chunk: BulkChunk<Input>) async throws -> [BulkOutcome<Output>]
}

extension BulkOperation {
    /// No limit.
    public var maxChunkSize: Int? { nil }

    /// A chunk is not done as a whole.
    public var isAtomic: Bool { false }

    /// Items have keys of their own.
    public var keysWholeChunks: Bool { false }

    /// Nothing is to be prepared.
    public func prepare() async throws {}

    /// Every input is valid.
    public func validate(_ input: Input) throws {}
}
