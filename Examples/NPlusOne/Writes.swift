// SPDX-License-Identifier: Apache-2.0
//
// Two ways to write the same resources.

import DataLoading
import GraphQLBatching

extension Session {
    /// Gives resources their names in one of the ways that write. The results have the order of the resources.
    func write(_ resources: [Resource], _ way: Way) async throws -> [Resource] {
        way == .mutationsAliased ? try await writeAliased(resources) : try await writeOneByOne(resources)
    }

    private func writeOneByOne(_ resources: [Resource]) async throws -> [Resource] {
        var written: [Resource] = []
        for resource in resources {
            written.append(try await execute(.mutation, naming(resource), as: Resource.self))
        }
        return written
    }

    /// The mutations of a tick travel as one document, in the order of the calls.
    private func writeAliased(_ resources: [Resource]) async throws -> [Resource] {
        try await withBatching {
            try await concurrentMap(resources) { try await client.mutate(naming($0), as: Resource.self) }
        }
    }
}
