// SPDX-License-Identifier: Apache-2.0
//
// The measurements as a table and a bar chart no wider than the terminal.

/// What is printed at the end.
struct Table {
    var measurements: [Measurement]
    /// The widest line that fits.
    var width: Int
    /// Whether the terminal shows more than ASCII.
    var isUnicode: Bool

    private static let gap = 2

    /// A column; the first to be left out where the table is too wide is the one of the highest rank.
    private struct Column {
        var title: String
        var rank: Int
        var cell: (Measurement) -> String
    }

    private var columns: [Column] {
        [
            Column(title: "way", rank: 0) { $0.way.title },
            Column(title: "requests", rank: 1) { $0.traffic.requests.grouped },
            Column(title: "bytes out", rank: 4) { $0.traffic.bytesOut.grouped },
            Column(title: "bytes in", rank: 5) { $0.traffic.bytesIn.grouped },
            Column(title: "time", rank: 2) { $0.time.brief },
            Column(title: "times faster", rank: 3) { $0.speedup.brief + (isUnicode ? "×" : "x") },
        ]
    }

    /// The lines of the table; the columns that do not fit are left out.
    var rows: [String] {
        var kept = columns.map { column in (column, cells: [column.title] + measurements.map(column.cell)) }
        func widths() -> [Int] { kept.map { $0.cells.map(\.count).max() ?? 0 } }
        while kept.count > 1, widths().reduce(0, +) + Self.gap * (kept.count - 1) > width {
            let highest = kept.map(\.0.rank).max()
            kept.removeAll { $0.0.rank == highest }
        }
        let separator = String(repeating: " ", count: Self.gap)
        return (0...measurements.count).map { row in
            zip(kept, widths()).map { column, width in
                column.0.rank == 0 ? column.cells[row].leftAligned(width) : column.cells[row].rightAligned(width)
            }.joined(separator: separator)
        }
    }

    /// The lines of the chart: how long each way took.
    var bars: [String] {
        let titleWidth = measurements.map(\.way.title.count).max() ?? 0
        let timeWidth = measurements.map(\.time.brief.count).max() ?? 0
        let room = max(1, width - titleWidth - timeWidth - 2)
        let longest = measurements.map(\.time).max() ?? .zero
        return measurements.map { measurement in
            let share = longest > .zero ? measurement.time / longest : 0
            return "\(measurement.way.title.leftAligned(titleWidth)) \(bar(share, of: room)) \(measurement.time.brief)"
        }
    }

    /// A bar that fills a share of the room, in eighths of a cell where there are such characters.
    private func bar(_ share: Double, of room: Int) -> String {
        guard isUnicode else { return String(repeating: "#", count: max(1, Int((share * Double(room)).rounded()))) }
        let eighths = max(1, Int((share * Double(room) * 8).rounded()))
        let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        return String(repeating: "█", count: eighths / 8) + rest
    }
}
