// SPDX-License-Identifier: Apache-2.0
//
// What is said at the end, and with which exit code.

import BulkOperations

extension Importer {
    /// Prints the summary and returns the exit code.
    func report(_ summary: BulkSummary, isInterrupted: Bool) -> Int32 {
        if case .sourceFailed(let error) = summary.ending, summary.total == 0, !isInterrupted {
            return fail("\(error)", 1)
        }
        for line in complaints.lines { Terminal.writeError("bulk-import: \(line)\n") }
        print(options.printsJSON ? json(summary) : text(summary).joined(separator: "\n"))
        switch summary.ending {
        case .sourceFailed(let error), .handlerFailed(let error), .journalFailed(let error):
            return error is CancellationError ? fail("interrupted", 130) : fail("\(error)", 1)
        case _ where isInterrupted: return fail("interrupted", 130)
        default: return summary.isSuccess ? 0 : 3
        }
    }

    private func text(_ summary: BulkSummary) -> [String] {
        let rate = Int(summary.rate).grouped
        var lines = [
            "\(summary.total.of("row")) in \(summary.duration.brief), \(rate) a second: "
                + "\(summary.succeeded.grouped) done, \(summary.failed.grouped) failed, "
                + "\(summary.unknown.grouped) unknown, \(summary.notSent.grouped) not sent"
        ]
        if summary.retried > 0 { lines.append("\(summary.retried.of("row")) went more than once") }
        if let row = summary.firstUnread {
            lines.append("the file was not read behind its first \(row.of("row"))")
        }
        if complaints.unreadable > 0 {
            lines.append("\(complaints.unreadable.of("row")) could not be read; correct them where they are")
        }
        if failures.count > 0 {
            lines.append("\(failures.count.of("row")) to send again: \(failures.path)")
        }
        if unknown.count > 0 {
            lines.append(
                "\(unknown.count.of("row")) that may be done or not, look before you send them: \(unknown.path)"
            )
        }
        return lines
    }

    private func json(_ summary: BulkSummary) -> String {
        """
        {"done": \(summary.succeeded), "failed": \(summary.failed), "unknown": \(summary.unknown), \
        "not_sent": \(summary.notSent), "retried": \(summary.retried), \
        "first_unread": \(summary.firstUnread.map(String.init) ?? "null"), \
        "seconds": \(summary.duration / .seconds(1))}
        """
    }
}
