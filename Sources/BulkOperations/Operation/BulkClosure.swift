// SPDX-License-Identifier: Apache-2.0
//
// The simplest operation: a closure over a chunk.

/// An operation made of a closure, such as a database repository.
///
/// ```swift
/// import BulkOperations
///
/// struct User: Sendable { var name: String }
///
/// /// Stands for your database, which inserts many rows in one transaction.
/// @Sendable func insert(_ users: [User]) async throws -> [Int] { Array(1...users.count) }
///
/// func create(_ users: [User]) async throws -> [Int?] {
///     let runner = try BulkRunner(BulkClosure { try await insert($0.inputs).map { .success($0) } })
///     return try await runner.run(users).outputs
/// }
/// ```
public struct BulkClosure<Input: Sendable, Output: Sendable>: BulkOperation {
    /// What is done to a chunk.
    public typealias Body = @concurrent @Sendable (BulkChunk<Input>) async throws -> [BulkOutcome<Output>]

    /// The most items that one call takes.
    public let maxChunkSize: Int?
    /// Whether the closure does an atomic chunk as a whole or not at all.
    public let isAtomic: Bool
    private let check: @Sendable (Input) throws -> Void
    private let body: Body

    /// Makes an operation.
    ///
    /// - Parameters:
    ///   - maxChunkSize: The most items that one call takes; no limit by default.
    ///   - isAtomic: Whether the closure does an atomic chunk as a whole or not at all.
    ///   - validate: Throws what is wrong with an input; accepts all by default.
    ///   - body: Does it to a chunk, as ``BulkOperation/perform(_:)`` says.
    public init(
        maxChunkSize: Int? = nil,
        isAtomic: Bool = false,
        validate: @escaping @Sendable (Input) throws -> Void = { _ in },
        _ body: @escaping Body
    ) {
        self.maxChunkSize = maxChunkSize
        self.isAtomic = isAtomic
        check = validate
        self.body = body
    }

    /// Asks the closure that was given for it.
    public func validate(_ input: Input) throws { try check(input) }

    /// Calls the closure.
    @concurrent
    public func perform(_ chunk: BulkChunk<Input>) async throws -> [BulkOutcome<Output>] { try await body(chunk) }
}
