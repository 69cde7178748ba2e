// SPDX-License-Identifier: Apache-2.0
//
// The files of rows that are not done: those to feed back in, and those to look into first.

import BulkOperations
import Foundation
import Synchronization

/// Writes rows as they were in the file that was read.
final class Leftovers: Sendable {
    let path: String
    private let format: Options.Format
    private let file = Mutex<RowFile?>(nil)

    /// - Throws: ``UsageError`` if the file exists: it may hold the rows of an earlier run that nobody has looked at.
    init(_ path: String, format: Options.Format) throws(UsageError) {
        if FileManager.default.fileExists(atPath: path) {
            let offender = String(reflecting: path)
            throw UsageError(
                message: "\(offender) exists already, perhaps from an earlier run; move it or name another file"
            )
        }
        self.path = path
        self.format = format
    }

    /// `people.csv` becomes `people.failed.csv`.
    static func path(_ kind: String, beside file: String, format: Options.Format) -> String {
        guard file != "-" else { return "stdin.\(kind).\(format.rawValue)" }
        let url = URL(filePath: file)
        return url.deletingPathExtension().path
            + ".\(kind).\(url.pathExtension.isEmpty ? format.rawValue : url.pathExtension)"
    }

    /// How many rows were written.
    var count: Int { file.withLock { $0?.count ?? 0 } }

    func write(_ source: ImportRow.Source) throws {
        let file = file.withLock { file in
            if let file { return file }
            let columns = if case .csv(let row) = source { row.header.names } else { [String]() }
            let new = RowFile(path, format: format == .csv ? .csv() : .jsonLines, columns: columns)
            file = new
            return new
        }
        switch source {
        case .csv(let row): try file.write(row)
        case .json(let line): try file.write(line: line)
        }
    }

    func close() throws { try file.withLock { $0 }?.close() }
}
