// SPDX-License-Identifier: Apache-2.0
//
// A line that tells how far a run has come.

import BulkOperations

/// The line, for a terminal of some width.
struct ProgressBar {
    /// The widest line that fits.
    var width: Int
    /// Whether the terminal shows more than ASCII.
    var isUnicode: Bool
    var hasColour: Bool

    private static let widestBar = 40
    private static let narrowestBar = 8

    /// The line of a moment: the bar, and what fits beside it.
    ///
    /// - Parameter fraction: How much of the file has been read, from 0 to 1; `nil` if its size is not known.
    func line(_ progress: BulkProgress, fraction: Double?) -> String {
        var parts = [progress.completed.grouped + " rows"]
        if let fraction { parts.insert("\(Int(fraction * 100))%".rightAligned(4), at: 0) }
        if progress.failed > 0 { parts.append(coloured("\(progress.failed.grouped) failed", .red)) }
        if progress.unknown > 0 { parts.append(coloured("\(progress.unknown.grouped) unknown", .yellow)) }
        parts.append("\(Int(progress.rate).grouped)/s")
        if let rest = Self.timeRemaining(progress, fraction) { parts.append("\(rest.clock) left") }
        parts.append("chunks of \(progress.chunkSize.grouped)")
        // The last parts matter least.
        let room = width - (fraction == nil ? 0 : Self.narrowestBar + 2)
        while parts.count > 1, length(of: parts) > room { parts.removeLast() }
        guard let fraction else { return parts.joined(separator: "  ") }
        let bar = min(Self.widestBar, width - length(of: parts) - 2)
        guard bar > 0 else { return parts.joined(separator: "  ") }
        return self.bar(fraction, of: bar) + "  " + parts.joined(separator: "  ")
    }

    /// How long the rest takes if it goes on like this.
    private static func timeRemaining(_ progress: BulkProgress, _ fraction: Double?) -> Duration? {
        guard let fraction, fraction > 0, fraction < 1, progress.completed > 0 else { return nil }
        return progress.elapsed * ((1 - fraction) / fraction)
    }

    /// A bar that fills a share of its cells, in eighths of a cell where there are such characters.
    private func bar(_ fraction: Double, of cells: Int) -> String {
        let share = min(max(fraction, 0), 1)
        guard isUnicode else {
            let full = Int((share * Double(cells - 2)).rounded())
            return cells < 3 ? "" : "[" + String(repeating: "#", count: full).leftAligned(cells - 2) + "]"
        }
        let eighths = Int((share * Double(cells) * 8).rounded())
        let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        let full = String(repeating: "█", count: eighths / 8) + rest
        return coloured(full, .green) + String(repeating: " ", count: cells - eighths / 8 - rest.count)
    }
}

extension ProgressBar {
    private enum Colour: Int {
        case red = 31
        case green = 32
        case yellow = 33
    }

    private func coloured(_ text: String, _ colour: Colour) -> String {
        hasColour && !text.isEmpty ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// The cells that parts take, with the gaps between them and without their colours.
    private func length(of parts: [String]) -> Int {
        parts.reduce(2 * (parts.count - 1)) { length, part in
            length + part.replacing(/\u{1B}\[\d+m/, with: "").count
        }
    }
}

extension String {
    func leftAligned(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
    func rightAligned(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
