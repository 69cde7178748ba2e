// SPDX-License-Identifier: Apache-2.0
//
// What bulk operations have to do with the caches of loaders: reads fill them, writes empty them.

public import DataLoading

/// An operation that tells a loader what came of its items. Made by ``BulkOperation/priming(_:_:)`` and
/// ``BulkOperation/clearing(_:_:)``.
public struct BulkCaching<Base: BulkOperation>: BulkOperation {
    fileprivate let base: Base
    fileprivate let tell: @Sendable (Base.Input, BulkOutcome<Base.Output>) -> Void

    /// As the base has it.
    public var maxChunkSize: Int? { base.maxChunkSize }

    /// As the base has it.
    public var isAtomic: Bool { base.isAtomic }

    /// As the base has it.
    public var keysWholeChunks: Bool { base.keysWholeChunks }

    /// Prepares the base.
    public func prepare() async throws { try await base.prepare() }

    /// Asks the base.
    public func validate(_ input: Base.Input) throws { try base.validate(input) }

    /// Has the base do it, and tells the loader.
    @concurrent
    public func perform(_ chunk: BulkChunk<Base.Input>) async throws -> [BulkOutcome<Base.Output>] {
        do {
            let outcomes = try await base.perform(chunk)
            for (item, outcome) in zip(chunk.items, outcomes) { tell(item.input, outcome) }
            return outcomes
        } catch {
            for item in chunk.items { tell(item.input, .thrown(error, mayRepeat: false)) }
            throw error
        }
    }
}

extension BulkOperation {
    /// The same operation, whose outputs a loader knows from then on.
    ///
    /// ```swift
    /// import BulkOperations
    /// import DataLoading
    ///
    /// func warm(_ loader: DataLoader<Int, String>, reading: BulkClosure<Int, String>, ids: [Int]) async throws {
    ///     _ = try await BulkRunner(reading.priming(loader) { id, name in (id, name) }).run(ids)
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - loader: The loader. It must memoise. What it knows already it keeps.
    ///   - entry: The key and the value of an output; `nil` for none.
    public func priming<Key, Value>(
        _ loader: DataLoader<Key, Value>,
        _ entry: @escaping @Sendable (Input, Output) -> (Key, Value)?
    ) -> BulkCaching<Self> {
        BulkCaching(base: self) { input, outcome in
            if case .success(let output) = outcome, let (key, value) = entry(input, output) {
                loader.prime(key, with: value)
            }
        }
    }

    /// The same operation, after which a loader does not know any more what may have changed: what was done, and what is
    /// unknown.
    ///
    /// - Parameters:
    ///   - loader: The loader.
    ///   - key: The key of an input; `nil` for none.
    public func clearing<Key, Value>(
        _ loader: DataLoader<Key, Value>,
        _ key: @escaping @Sendable (Input) -> Key?
    ) -> BulkCaching<Self> {
        BulkCaching(base: self) { input, outcome in
            switch outcome {
            case .success, .unknown: key(input).map(loader.clear)
            case .failure, .transient: break
            }
        }
    }
}
