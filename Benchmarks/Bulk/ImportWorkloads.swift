// SPDX-License-Identifier: Apache-2.0
//
// Runs over files: a journal beside them, rows of CSV as their inputs.

import BulkOperations
import Foundation

extension Workload {
    /// A run that keeps a journal, which it flushes before a chunk counts as done. Chunks of 1,000.
    static let runWithJournal = bulk("journal", chunkSize: 1_000) { runner, n in
        let path = FileManager.default.temporaryDirectory.appending(path: "journal-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let journal = BulkJournal<Int>(at: path, fingerprint: "\(n)")
        let summary = try await runner.forEach(of: 0..<n, journal: journal) { _ in }
        try expect(summary.succeeded, atLeast: n)
        return summary.chunks
    }

    /// A run over the rows of a file. The floor reads the rows and does nothing with them.
    static let importRows = Workload.time(
        "csv-rows",
        floor: Job(name: "csv") { n in
            let file = try SampleFile(.plain, rows: n)
            return {
                try expect(try await CSVRows(FileBytes(file.path)).reduce(0) { count, _ in count + 1 }, atLeast: n)
                return 0
            }
        },
        batches: .exactly { $0 / 100 }
    ) { n in
        let file = try SampleFile(.plain, rows: n)
        return { try await importing(file, rows: n) { _ in } }
    }

    /// By how much the process grows during such a run: its peak, by the row.
    static let memoryOfImport = Workload.memory("memory-csv-rows") { n in
        let file = try SampleFile(.plain, rows: n)
        defer { file.remove() }
        let before = try residentSize()
        let peak = Peak()
        _ = try await importing(file, rows: n) { records in
            if records[0].index.isMultiple(of: 10_000) { await peak.add(try residentSize()) }
        }
        return max(await peak.size - before, 0)
    }

    private static func importing(
        _ file: SampleFile,
        rows n: Int,
        _ handler: @escaping @concurrent @Sendable ([BulkRecord<CSVRow, Int>]) async throws -> Void
    ) async throws -> Int {
        let runner = try BulkRunner(BulkClosure<CSVRow, Int> { chunk in chunk.items.map { .success($0.index) } })
        let summary = try await runner.forEach(of: CSVRows(FileBytes(file.path)), handler)
        try expect(summary.succeeded, atLeast: n)
        return summary.chunks
    }
}

private actor Peak {
    private(set) var size = 0

    func add(_ other: Int) { size = max(size, other) }
}
