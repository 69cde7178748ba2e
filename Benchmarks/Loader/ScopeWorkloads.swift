// SPDX-License-Identifier: Apache-2.0
//
// Many scopes at once, as a server has them, and none.

import DataLoading

extension Workload {
    private static let loadsOfScope = 100

    /// Scopes of 100 loads, with a loader each: one a request.
    static let scopes = Workload.time("scopes", floor: .childTask, batches: .exactly { $0 / loadsOfScope }) { n in
        {
            try await atOnce(n / loadsOfScope) { _ in
                let source = CountedLoader()
                try await withBatching { try await source.loader.loadEach(loadsOfScope) }
                return source.batches
            }
        }
    }

    /// Scopes of 100 loads of their own keys, all from one loader.
    static let scopesShared = Workload.time(
        "scopes-shared",
        floor: .childTask,
        batches: .exactly { $0 / loadsOfScope }
    ) { n in
        {
            let source = CountedLoader()
            _ = try await atOnce(n / loadsOfScope) { number in
                let keys = number * loadsOfScope..<(number + 1) * loadsOfScope
                try await withBatching { try await source.loader.loadEach(keys) }
                return 0
            }
            return source.batches
        }
    }

    /// A task a load, where no tick is known.
    static let outsideScope = Workload.time(
        "outside-scope",
        upTo: 100_000,
        floor: .globalChildTask,
        batches: .varying
    ) { n in
        {
            let source = CountedLoader()
            try await source.loader.loadEach(n)
            return source.batches
        }
    }

    /// Runs something many times at once and adds up what it returns.
    ///
    /// The tasks end in any order, which is dear in a task group: it searches its children for each that ends.
    private static func atOnce(
        _ count: Int,
        _ body: @escaping @Sendable (_ number: Int) async throws -> Int
    ) async throws -> Int {
        let tasks = (0..<count).map { number in Task { try await body(number) } }
        var sum = 0
        for task in tasks { sum += try await task.value }
        return sum
    }
}
