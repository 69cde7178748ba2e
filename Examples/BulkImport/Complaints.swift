// SPDX-License-Identifier: Apache-2.0
//
// What went wrong, as much of it as somebody wants to read.

import BulkOperations
import Synchronization

/// The first few errors, each kind once, and how often each occurred.
final class Complaints: Sendable {
    private struct State {
        var order: [String] = []
        var counts: [String: (count: Int, line: Int?)] = [:]
        var others = 0
        var unreadable = 0
    }

    private static let most = 10
    private let state = Mutex(State())

    func add(_ error: any Error, line: Int?, isUnreadable: Bool) {
        let message = Self.message(error)
        state.withLock { state in
            if isUnreadable { state.unreadable += 1 }
            if state.counts[message] == nil {
                guard state.order.count < Self.most else { return state.others += 1 }
                state.order.append(message)
            }
            state.counts[message] = (
                (state.counts[message]?.count ?? 0) + 1, state.counts[message]?.line ?? line
            )
        }
    }

    /// Rows that could not be read, and so cannot be written to the file of failures.
    var unreadable: Int { state.withLock { $0.unreadable } }

    /// One line for each kind of error: `line 7: …, and 12 more`.
    var lines: [String] {
        state.withLock { state in
            let lines = state.order.map { message in
                let (count, line) = state.counts[message] ?? (0, nil)
                return (line.map { "line \($0): " } ?? "") + message
                    + (count > 1 ? ", and \((count - 1).grouped) more" : "")
            }
            return state.others > 0 ? lines + ["and \(state.others.grouped) others"] : lines
        }
    }

    private static func message(_ error: any Error) -> String {
        switch error {
        case let error as RowError: error.message
        case let error as BulkError: error.message
        case is CancellationError: "the run ended before the answer came"
        default: "\(error)"
        }
    }
}
