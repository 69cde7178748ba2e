// SPDX-License-Identifier: Apache-2.0
//
// Shows a run while it goes on: the bar on a terminal, the trace wherever it is wanted.

import BulkOperations
import Foundation

struct Display: Sendable {
    let bytes: ByteCount
    let printsTrace: Bool
    /// What a row costs from the middle of the file on, if that changes.
    let laterRowCost: Duration?
    private let isShown = Terminal.isInteractive(STDERR_FILENO)

    init(bytes: ByteCount, printsTrace: Bool, laterRowCost: Duration?) {
        self.bytes = bytes
        self.printsTrace = printsTrace
        self.laterRowCost = laterRowCost
    }

    /// Shows the snapshots of a run, each in one write, so that nothing flickers, and takes the line away at the end.
    func show(_ progress: BulkProgressUpdates) async {
        var chunkSize: Int?
        var laterRowCost = laterRowCost
        var lastDrawn = Duration.zero
        for await snapshot in progress {
            if let cost = laterRowCost, bytes.isPastMiddle {
                laterRowCost = nil
                trace("a row takes \(cost.brief) from here on", at: snapshot)
            }
            if snapshot.chunkSize != chunkSize {
                chunkSize = snapshot.chunkSize
                trace("chunks of \(snapshot.chunkSize.grouped)", at: snapshot)
            }
            guard isShown, snapshot.isLast || snapshot.elapsed - lastDrawn >= .milliseconds(100) else { continue }
            lastDrawn = snapshot.elapsed
            let bar = ProgressBar(
                width: Terminal.width(of: STDERR_FILENO) - 1,
                isUnicode: Terminal.isUnicode,
                hasColour: Terminal.hasColour(STDERR_FILENO)
            )
            Terminal.writeError("\r\(bar.line(snapshot, fraction: bytes.fraction))\u{1B}[K")
        }
        Terminal.writeError(clearing)
    }

    private func trace(_ event: String, at snapshot: BulkProgress) {
        guard printsTrace else { return }
        let time = String(format: "%8.3f s", snapshot.elapsed / .seconds(1))
        Terminal.writeError("\(clearing)\(time)  \(event)\n")
    }

    private var clearing: String { isShown ? "\r\u{1B}[K" : "" }
}
