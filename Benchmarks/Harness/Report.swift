// SPDX-License-Identifier: Apache-2.0
//
// Measurements as a table or as JSON, a line as soon as it is known.

import Foundation

/// Prints measurements.
struct Report {
    var isJSON: Bool

    private static let widths = [17, 9, 9, 11, 11, 17, 9, 7]
    private static let namesAt = [0, 5]

    func begin() {
        guard !isJSON else { return }
        write(Self.line(["workload", "n", "batches", "median ns", "min ns", "floor", "floor ns", "ratio"]))
    }

    func add(_ measurement: Measurement) {
        write(isJSON ? measurement.json : Self.line(cells(of: measurement)))
    }

    private func cells(of measurement: Measurement) -> [String] {
        let name = [measurement.workload, measurement.n.grouped]
        if let time = measurement.time {
            return name + [
                time.batches.grouped, time.median.brief, time.min.brief, time.floor, time.floorMedian.brief,
                time.ratio.fixed(time.ratio < 0.0995 ? 4 : 2),
            ]
        }
        return name + ["", "\(measurement.bytes?.fixed(0) ?? "?") bytes an entry"]
    }

    /// Columns: names to the left, numbers to the right.
    private static func line(_ cells: [String]) -> String {
        zip(cells, widths).enumerated().map { index, column in
            namesAt.contains(index) ? column.0.leftAligned(column.1) : column.0.rightAligned(column.1)
        }.joined(separator: "  ")
    }

    /// Not `print`, which keeps lines back when they go to a file.
    private func write(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
