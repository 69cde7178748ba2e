// SPDX-License-Identifier: Apache-2.0
//
// The fifth shape with names: records that many of can be created, changed, deleted and read in one call.

/// Many records at a time, as a table of a database or the client of a service offers them.
///
/// ```swift
/// import BulkOperations
///
/// struct User: Sendable { var id: Int; var name: String }
///
/// actor Users: BulkRepository {
///     private var rows: [Int: User] = [:]
///
///     func createMany(_ names: [String]) -> [User?] {
///         names.map { name in
///             let user = User(id: rows.count + 1, name: name)
///             rows[user.id] = user
///             return user
///         }
///     }
///
///     func updateMany(_ updates: [BulkUpdate<Int, String>]) -> [Int: User] {
///         for update in updates { rows[update.id]?.name = update.values }
///         return getMany(updates.map(\.id))
///     }
///
///     func deleteMany(_ ids: [Int]) -> Set<Int> { Set(ids.filter { rows.removeValue(forKey: $0) != nil }) }
///     func getMany(_ ids: [Int]) -> [Int: User] { rows.filter { ids.contains($0.key) } }
/// }
///
/// func create(_ names: [String], in users: Users) async throws -> [User?] {
///     try await BulkRunner(users.creations).run(names).get()
/// }
/// ```
///
/// Each call is done as a whole or not at all, as a transaction is: one that throws has done nothing, unless
/// ``outcome(of:)`` knows better. Where records of one call succeed and fail each by itself, make a ``BulkClosure``.
public protocol BulkRepository<ID, Values, Record>: Sendable {
    /// What tells a record from others.
    associatedtype ID: Hashable & Sendable
    /// What a record is made of, or changed to.
    associatedtype Values: Sendable
    /// A record as it is stored.
    associatedtype Record: Sendable

    /// The most records that one call takes; `nil`, the default, for no limit.
    var maxChunkSize: Int? { get }

    /// Creates records.
    ///
    /// - Returns: A record for each element, in their order; `nil` for one that was left out on purpose, such as for a
    ///   conflict that is to be ignored.
    func createMany(_ values: [Values]) async throws -> [Record?]

    /// Changes records, in the order of the updates.
    ///
    /// - Returns: The records that there are, as they are now. What is missing was not there.
    func updateMany(_ updates: [BulkUpdate<ID, Values>]) async throws -> [ID: Record]

    /// Deletes records.
    ///
    /// - Returns: The ids of those that were there.
    func deleteMany(_ ids: [ID]) async throws -> Set<ID>

    /// Reads records.
    ///
    /// - Returns: The records that there are.
    func getMany(_ ids: [ID]) async throws -> [ID: Record]

    /// Says what an error that a call threw means for each of its records. By default it was not done; errors of a
    /// transport and of the GraphQL client are taken for what they say of that.
    func outcome(of error: any Error) -> BulkOutcome<Never>
}

/// New values of a record.
public struct BulkUpdate<ID: Hashable & Sendable, Values: Sendable>: Sendable {
    /// The record.
    public var id: ID
    /// What it is changed to.
    public var values: Values

    /// Makes an update.
    public init(_ id: ID, _ values: Values) {
        self.id = id
        self.values = values
    }
}

extension BulkRepository {
    /// No limit.
    public var maxChunkSize: Int? { nil }

    /// Nothing was done, as far as the error does not say otherwise.
    public func outcome(of error: any Error) -> BulkOutcome<Never> { .thrown(error, mayRepeat: false) }

    /// Creates records: `nil` comes of what the repository leaves out.
    public var creations: BulkClosure<Values, Record?> {
        operation(createMany)
    }

    /// Changes records: `nil` comes of one that there is not.
    public var updates: BulkClosure<BulkUpdate<ID, Values>, Record?> {
        operation { updates in
            let records = try await updateMany(updates)
            return updates.map { records[$0.id] }
        }
    }

    /// Deletes records: `false` comes of one that there was not.
    public var deletions: BulkClosure<ID, Bool> {
        operation { ids in
            let deleted = try await deleteMany(ids)
            return ids.map(deleted.contains)
        }
    }

    /// Reads records: `nil` comes of one that there is not.
    public var reads: BulkClosure<ID, Record?> {
        operation { ids in
            let records = try await getMany(ids)
            return ids.map { records[$0] }
        }
    }

    private func operation<Input, Output>(
        _ call: @escaping @Sendable ([Input]) async throws -> [Output]
    ) -> BulkClosure<Input, Output> {
        BulkClosure(maxChunkSize: maxChunkSize, isAtomic: true) { chunk in
            do {
                return try await call(chunk.inputs).map { .success($0) }
            } catch {
                let outcome = outcome(of: error)
                return chunk.items.map { _ in outcome.ofOutput() }
            }
        }
    }
}

extension BulkOutcome<Never> {
    /// The same for items that might have had an output.
    fileprivate func ofOutput<Other>() -> BulkOutcome<Other> {
        switch self {
        case .failure(let error): .failure(error)
        case .transient(let error, let retryAfter): .transient(error, retryAfter: retryAfter)
        case .unknown(let error, let mayRepeat): .unknown(error, mayRepeat: mayRepeat)
        }
    }
}
