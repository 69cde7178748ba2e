// SPDX-License-Identifier: Apache-2.0
//
// Loaders that are found by type and name, and end with their scope.

import DataLoading
import Testing

@Suite("Loaders by name", .timeLimit(.minutes(5)))
struct ScopedLoaderTests {
    private let log = BatchLog<Int>()

    /// The loader "numbers" of the current scope.
    private func numbers() throws -> DataLoader<Int, Int> {
        try .scoped("numbers") { [log] keys in
            log.append(keys)
            return Dictionary(uniqueKeysWithValues: keys.map { ($0, $0 * 10) })
        }
    }

    @Test func `code that is given no loader shares a batch`() async throws {
        let sum = try await withBatching {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for key in 1...100 { group.addTask { try await numbers().load(key) } }
                return try await group.reduce(0, +)
            }
        }
        #expect(sum == 50_500)
        #expect(log.sizes == [100])
    }

    @Test func `who asks again gets the same loader`() async throws {
        try await withBatching {
            let loader = try numbers()
            let again = try numbers()
            #expect(loader === again)
        }
    }

    @Test func `every scope has its own loader`() async throws {
        let first = try await withBatching { try numbers() }
        let second = try await withBatching { try numbers() }
        #expect(first !== second)
    }

    @Test func `two types with one name are two loaders`() async throws {
        try await withBatching {
            let words = try DataLoader<Int, String>.scoped("numbers") { keys in
                Dictionary(uniqueKeysWithValues: keys.map { ($0, "\($0)") })
            }
            #expect(try await words.load(1) == "1")
            #expect(try await numbers().load(1) == 10)
        }
    }

    @Test func `two names of one type are two loaders`() async throws {
        try await withBatching {
            let loader = try numbers()
            let other = try DataLoader<Int, Int>.scoped("others") { _ in [:] }
            #expect(loader !== other)
        }
    }

    @Test func `the options and the form of the first use hold`() async throws {
        try await withBatching {
            let options = try DataLoaderOptions(maxBatchSize: 2)
            let made = try DataLoader<Int, Int>.scoped("a", .aligned { $0.map { .success($0) } }, options: options)
            let found = try DataLoader<Int, Int>.scoped("a") { _ in [:] }
            #expect(made === found)
            #expect(found.options.maxBatchSize == 2)
            #expect(try await found.load(7) == 7)
        }
    }

    @Test func `a loader found by name has the cache that it was made with`() async throws {
        try await withBatching {
            let loader = try DataLoader<Int, Int>.scoped("a", cache: CachePolicy(limit: .entries(1))) { keys in
                Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })
            }
            _ = try await loader.loadMany([1, 2])
            #expect(loader.cachedValue(for: 1) == nil)
            #expect(loader.cachedValue(for: 2) == 2)
        }
    }

    @Test func `outside of all scopes the error names the loader and what to do`() {
        let error = #expect(throws: DataLoaderError.self) { try numbers() }
        #expect(error?.code == .outsideScope)
        #expect(error?.offender == "numbers")
        #expect(error?.description.contains("withBatching") == true)
    }

    @Test func `a detached task has no loaders`() async {
        await withBatching {
            _ = await #expect(throws: DataLoaderError.self) { try await Task.detached { try numbers() }.value }
        }
    }

    @Test func `an unstructured task has the loaders of the scope it was made in`() async throws {
        try await withBatching {
            let loader = try numbers()
            let found = try await Task { try numbers() }.value
            #expect(found === loader)
        }
    }

    @Test func `a scope within a scope has the loaders of the outer one`() async throws {
        try await withBatching {
            let inner = try await withBatching { try numbers() }
            let outer = try numbers()
            #expect(inner === outer)
        }
    }

    @Test func `a scope that an unstructured task opens has its own loaders`() async throws {
        try await withBatching {
            let loader = try numbers()
            let own = try await Task { try await withBatching { try numbers() } }.value
            #expect(own !== loader)
        }
    }

    @Test func `a thousand tasks on all threads that ask first get one loader`() async throws {
        try await withBatching {
            let tasks = (0..<1_000).map { _ in Task { ObjectIdentifier(try numbers()) } }
            var loaders: Set<ObjectIdentifier> = []
            for task in tasks { loaders.insert(try await task.value) }
            #expect(loaders == [ObjectIdentifier(try numbers())])
        }
    }
}
