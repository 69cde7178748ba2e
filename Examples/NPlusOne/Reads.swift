// SPDX-License-Identifier: Apache-2.0
//
// Four ways to read the same resources.

import DataLoading
import GraphQLBatching

extension Session {
    /// Reads resources in one of the ways that read. The results have the order of the ids.
    func read(_ ids: [String], _ way: Way) async throws -> [Resource?] {
        switch way {
        case .allAtOnce: try await readAllAtOnce(ids)
        case .loader: try await readThroughLoader(ids)
        case .aliases: try await readThroughAliases(ids)
        default: try await readOneByOne(ids)
        }
    }

    /// The N+1 problem: a request for each, each waiting for the one before.
    private func readOneByOne(_ ids: [String]) async throws -> [Resource?] {
        var resources: [Resource?] = []
        for id in ids {
            resources.append(try await execute(.query, resource(id), as: Resource?.self))
        }
        return resources
    }

    /// What concurrency alone gains: still a request for each.
    private func readAllAtOnce(_ ids: [String]) async throws -> [Resource?] {
        try await concurrentMap(ids) { try await execute(.query, resource($0), as: Resource?.self) }
    }

    /// The schema has a field for many: a loader collects the keys of each tick.
    private func readThroughLoader(_ ids: [String]) async throws -> [Resource?] {
        let loader = DataLoader<String, Resource?>(options: try DataLoaderOptions(maxBatchSize: batch)) { ids in
            let found = try await execute(.query, resources(ids), as: [Resource?].self)
            return Dictionary(zip(ids, found)) { first, _ in first }
        }
        return try await withBatching {
            try await concurrentMap(ids) { try await loader.load($0) }
        }
    }

    /// The schema has a field for one only: the client merges the fields of each tick into one document.
    private func readThroughAliases(_ ids: [String]) async throws -> [Resource?] {
        try await withBatching {
            try await concurrentMap(ids) { try await client.query(resource($0), as: Resource?.self) }
        }
    }
}
