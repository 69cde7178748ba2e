// SPDX-License-Identifier: Apache-2.0
//
// A repository over a database: many records in a transaction.

import BulkOperations
import DataLoading
import Testing

@Suite("Bulk: a repository", .timeLimit(.minutes(1)))
struct RepositoryTests {
    private let users = Users()

    @Test func `createMany, getMany, updateMany and deleteMany end as the rows did, in the order of the inputs`()
        async throws
    {
        let names = (0..<50).map { "user \($0)" }
        let created = try await BulkRunner(users.creations, options: .test(chunk: 20)).run(names).get()
        #expect(created.map { $0?.name } == names)
        let ids = created.compactMap { $0?.id }
        let changes = [ids[0], 999, ids[1]].map { BulkUpdate($0, "new") }
        let updated = try await BulkRunner(users.updates, options: .test()).run(changes).get()
        #expect(updated.map { $0?.id } == [ids[0], nil, ids[1]])
        let read = try await BulkRunner(users.reads, options: .test()).run([ids[1], 999, ids[2]]).get()
        #expect(read.map { $0?.name } == ["new", nil, "user 2"])
        let deleted = try await BulkRunner(users.deletions, options: .test()).run([ids[0], 999]).get()
        #expect(deleted == [true, false])
        #expect(await users.rows.count == 49)
    }

    @Test func `a conflict fails all rows of its transaction, and each is reported with the reason`() async throws {
        _ = try await BulkRunner(users.creations).run(["taken"])
        let runner = try BulkRunner(users.creations, options: .test(chunk: 3, concurrency: 1))
        let result = try await runner.run(["a", "b", "c", "d", "taken", "e", "f"])
        #expect(result.failures.map(\.index) == [3, 4, 5])
        #expect(result.failures.map { $0.error as? Users.Conflict } == Array(repeating: .init(name: "taken"), count: 3))
        #expect(await users.rows.values.map(\.name).sorted() == ["a", "b", "c", "f", "taken"])
    }

    @Test func `a conflict that is to be ignored leaves out its row alone`() async throws {
        await users.ignoreConflicts()
        let runner = try BulkRunner(users.creations, options: .test(chunk: 3, concurrency: 1))
        let result = try await runner.run(["a", "b", "a", "c"])
        #expect(try result.get().map { $0?.name } == ["a", "b", nil, "c"])
    }

    @Test func `a repository that is busy is asked again, with a delay that doubles`() async throws {
        await users.refuse(times: 2)
        var options = BulkOptions.test(chunk: 10, attempts: 4)
        options.retry = BulkRetry(maxAttempts: 4, base: .milliseconds(1), maximum: .milliseconds(5))
        let result = try await BulkRunner(users.creations, options: options).run(["a", "b"])
        #expect(result.successes.map(\.attempts) == [3, 3])
    }

    @Test func `all rows together or none, where that is asked for`() async throws {
        _ = try await BulkRunner(users.creations).run(["taken"])
        var options = BulkOptions.test()
        options.failureMode = .atomic
        let result = try await BulkRunner(users.creations, options: options).run(["a", "taken", "b"])
        #expect(result.failures.count == 3)
        #expect(await users.rows.count == 1)
    }

    @Test func `what a filter finds is changed and deleted as it is read`() async throws {
        _ = try await BulkRunner(users.creations).run((0..<1_000).map { "user \($0)" })
        let softly = try await BulkRunner(users.updates, options: .test(chunk: 100)).forEach(
            of: await users.ids { $0.hasSuffix("7") }.map { BulkUpdate($0, "deleted") }
        ) { _ in }
        #expect(softly.succeeded == 100)
        let ids = await users.ids { $0 == "deleted" }
        let deletion = try await BulkRunner(users.deletions, options: .test(chunk: 100)).forEach(of: ids) { _ in }
        #expect(deletion.succeeded == 100)
        #expect(await users.rows.count == 900)
    }

    @Test func `reads warm a loader's cache, and changes clear what they changed`() async throws {
        let created = try await BulkRunner(users.creations).run(["a", "b", "c"]).get()
        let ids = created.compactMap { $0?.id }
        let loader = DataLoader<Int, User?> { [users] ids in try await users.getMany(ids).mapValues { $0 } }
        _ = try await BulkRunner(users.reads.priming(loader) { ($0, $1) }).run(ids)
        #expect(try await loader.loadMany(ids).map { $0?.name } == ["a", "b", "c"])
        #expect(await users.calls == 2)
        _ = try await BulkRunner(users.updates.clearing(loader) { $0.id }).run([BulkUpdate(ids[1], "new")])
        #expect(try await loader.loadMany(ids).map { $0?.name } == ["a", "new", "c"])
        #expect(await users.calls == 4)
    }
}

private struct User: Equatable, Sendable {
    var id: Int
    var name: String
}

/// A table in memory whose names are unique.
private actor Users: BulkRepository {
    struct Conflict: Error, Equatable { var name: String }
    struct Busy: Error {}

    private(set) var rows: [Int: User] = [:]
    private(set) var calls = 0
    private var ignoresConflicts = false
    private var refusals = 0

    func ignoreConflicts() { ignoresConflicts = true }
    func refuse(times: Int) { refusals = times }
    func ids(where matches: (String) -> Bool) -> [Int] { rows.values.filter { matches($0.name) }.map(\.id).sorted() }

    func createMany(_ names: [String]) throws -> [User?] {
        try begin()
        let before = rows
        do {
            return try names.map { name in
                if rows.values.contains(where: { $0.name == name }) {
                    if ignoresConflicts { return nil }
                    throw Conflict(name: name)
                }
                let user = User(id: rows.count + 1, name: name)
                rows[user.id] = user
                return user
            }
        } catch {
            rows = before
            throw error
        }
    }

    func updateMany(_ updates: [BulkUpdate<Int, String>]) throws -> [Int: User] {
        try begin()
        for update in updates { rows[update.id]?.name = update.values }
        return rows.filter { row in updates.contains { $0.id == row.key } }
    }

    func deleteMany(_ ids: [Int]) throws -> Set<Int> {
        try begin()
        return Set(ids.filter { rows.removeValue(forKey: $0) != nil })
    }

    func getMany(_ ids: [Int]) throws -> [Int: User] {
        try begin()
        return rows.filter { ids.contains($0.key) }
    }

    nonisolated func outcome(of error: any Error) -> BulkOutcome<Never> {
        error is Busy ? .transient(error) : .failure(error)
    }

    private func begin() throws {
        calls += 1
        guard refusals == 0 else {
            refusals -= 1
            throw Busy()
        }
    }
}
