// SPDX-License-Identifier: Apache-2.0
//
// What reading rows of files costs, against reading their bytes alone.

import BulkOperations
import Foundation

extension Subject {
    static let rows = Subject(
        name: "rows",
        workloads: [.readCSV, .readQuotedCSV, .readJSONLines, .memoryOfReadingCSV]
    )
}

extension Workload {
    /// Rows of five fields, some 60 bytes.
    static let readCSV = reading("csv", .plain) { try await CSVRows($0).reduce(0) { count, _ in count + 1 } }

    /// The same with quotes around all fields, and separators, quotes and line breaks in them.
    static let readQuotedCSV = reading("csv-quoted", .quoted) {
        try await CSVRows($0).reduce(0) { count, _ in count + 1 }
    }

    /// Objects of five members, decoded.
    static let readJSONLines = reading("json-lines", .jsonLines) {
        try await JSONLines($0, of: SampleRow.self).reduce(0) { count, _ in count + 1 }
    }

    /// By how much the process grows while it reads rows one by one and keeps none: its peak, by the row.
    static let memoryOfReadingCSV = Workload.memory("memory-csv") { n in
        let file = try SampleFile(.plain, rows: n)
        defer { file.remove() }
        let before = try residentSize()
        var (count, peak) = (0, before)
        for try await _ in CSVRows(FileBytes(file.path)) {
            count += 1
            if count.isMultiple(of: 10_000) { peak = max(peak, try residentSize()) }
        }
        guard count == n else { throw MeasurementError(message: "\(count) of \(n) rows were read") }
        return peak - before
    }

    /// The floor reads the same file and counts its bytes.
    private static func reading(
        _ name: String,
        _ sample: SampleFile.Sample,
        _ count: @escaping @Sendable (FileBytes) async throws -> Int
    ) -> Workload {
        let floor = Job(name: "bytes") { n in
            let file = try SampleFile(sample, rows: n)
            return {
                guard try await FileBytes(file.path).reduce(0, { $0 + $1.count }) == file.size else {
                    throw MeasurementError(message: "the file was not read to its end")
                }
                return 0
            }
        }
        return .time(name, floor: floor, batches: .exactly { _ in 1 }) { n in
            let file = try SampleFile(sample, rows: n)
            return {
                let found = try await count(FileBytes(file.path))
                guard found == n else { throw MeasurementError(message: "\(found) of \(n) rows were read") }
                return 1
            }
        }
    }
}

/// A row as a program would have it.
private struct SampleRow: Decodable, Sendable {
    var id: String
    var name: String
    var kind: String
    var size: Int
    var note: String
}

/// A file that goes with its last reference.
final class SampleFile: Sendable {
    enum Sample: Sendable { case plain, quoted, jsonLines }

    let path: String
    let size: Int

    init(_ sample: Sample, rows: Int) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "rows-\(UUID().uuidString)").path
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
        else { throw MeasurementError(message: "cannot make \(path)") }
        var size = 0
        var text = Array((sample == .jsonLines ? "" : "id,name,kind,size,note\n").utf8)
        for number in 0..<rows {
            text += Self.row(number, sample).utf8
            guard text.count > 1 << 20 || number == rows - 1 else { continue }
            try file.write(contentsOf: Data(text))
            size += text.count
            text.removeAll(keepingCapacity: true)
        }
        try file.close()
        self.size = size
    }

    deinit { remove() }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    private static func row(_ number: Int, _ sample: Sample) -> String {
        switch sample {
        case .plain: "\(number),Resource \(number),DOCUMENT,\(number &* 1_024),a note of some length\n"
        case .quoted:
            "\"\(number)\",\"Resource, \(number)\",\"DOCUMENT\",\"\(number)\",\"a \"\"note\"\"\nof two lines\"\r\n"
        case .jsonLines:
            #"{"id":"\#(number)","name":"Resource \#(number)","kind":"DOCUMENT","size":\#(number),"note":"a note"}"#
                + "\n"
        }
    }
}
