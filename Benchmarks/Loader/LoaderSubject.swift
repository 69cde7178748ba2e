// SPDX-License-Identifier: Apache-2.0
//
// What a load costs, in each way it can come about.

import DataLoading

extension Subject {
    /// Loads through a `DataLoader`.
    static let loader = Subject(
        name: "loader",
        workloads: taskWorkloads + callWorkloads + scopeWorkloads + [
            .dictionaryInsert, .memoryOfMemoisedValues, .memoryOfPendingLoads, .nPlusOne,
        ]
    )

    /// Loads that have a task each.
    private static var taskWorkloads: [Workload] {
        var workloads = [
            Workload.scope("task-each", batches: { _ in 1 }) { try await $0.loader.loadEach($1) },
            Workload.scope("task-each-100", maxBatchSize: 100, batches: { $0 / 100 }) {
                try await $0.loader.loadEach($1)
            },
            Workload.scope("duplicates", batches: { _ in 1 }) { try await $0.loader.loadEach($1, ofKeys: $1 / 10) },
            .twoLevels,
        ]
        if #available(macOS 26, *) {
            workloads.insert(
                .scope("immediate-task", batches: { _ in 1 }) { try await $0.loader.loadEachImmediately($1) },
                at: 2
            )
        }
        return workloads
    }

    /// Loads that have none.
    private static var callWorkloads: [Workload] {
        [
            .scope("enqueue", batches: { _ in 1 }) { try await $0.loader.enqueueAll($1) },
            .scope("load-many", batches: { _ in 1 }) { try await $0.loader.loadAll($1) },
            .scope("lone-load", upTo: 100_000, batches: { $0 }) { try await $0.loader.loadOneByOne($1) },
            .hit, .hitCounted, .hitObserved,
        ]
    }

    private static var scopeWorkloads: [Workload] {
        [.scopes, .scopesShared, .outsideScope]
    }
}

extension Workload {
    /// Loads through a new loader in a new scope, against a child task a load.
    static func scope(
        _ name: String,
        upTo largest: Int = 1_000_000,
        maxBatchSize: Int? = nil,
        batches: @escaping @Sendable (_ n: Int) -> Int,
        load: @escaping @Sendable (_ source: CountedLoader, _ n: Int) async throws -> Void
    ) -> Workload {
        .time(name, upTo: largest, floor: .childTask, batches: .exactly(batches)) { n in
            let options = try DataLoaderOptions(maxBatchSize: maxBatchSize)
            return {
                let source = CountedLoader(options: options)
                try await withBatching { try await load(source, n) }
                return source.batches
            }
        }
    }

    /// Half as many tasks as loads: what a task loads first tells it what to load from another loader.
    static let twoLevels = Workload.time("two-levels", floor: .childTask, batches: .exactly { _ in 2 }) { n in
        {
            let first = CountedLoader()
            let second = CountedLoader()
            try await withBatching { try await first.loader.loadEach(n / 2, thenFrom: second.loader) }
            return first.batches + second.batches
        }
    }

    /// Loads of keys that are known, one after another.
    static let hit = hits("hit") { CountedLoader() }

    /// The same, with statistics.
    static let hitCounted = hits("hit-counted") {
        CountedLoader(options: try DataLoaderOptions(collectsStatistics: true))
    }

    /// The same, with an observer that does nothing.
    static let hitObserved = hits("hit-observed") { CountedLoader(observer: IdleObserver()) }

    private static func hits(
        _ name: String,
        of source: @escaping @Sendable () throws -> CountedLoader
    ) -> Workload {
        .time(name, floor: .actorHop, batches: .exactly { _ in 0 }) { n in
            let loader = try source().loader
            for key in 0..<n { loader.prime(key, with: value(for: key)) }
            return {
                try await loader.loadOneByOne(n)
                return 0
            }
        }
    }

    /// What a table of results costs by itself: the least that loads without a task can come to.
    static let dictionaryInsert = Workload.time(
        "dictionary-insert",
        floor: .childTask,
        batches: .exactly { _ in 0 },
        prepare: Job.dictionaryInsert.prepare
    )
}

/// What an observer costs that wants to know nothing.
struct IdleObserver: DataLoaderObserver {
    typealias Key = Int
}
