// SPDX-License-Identifier: Apache-2.0
//
// A process that a test starts, kills and waits for.

import Dispatch
import Foundation

/// A process of a program.
struct ChildProcess: Sendable {
    private let id: pid_t

    /// Starts a program, with nothing in its environment.
    init(_ path: String, _ arguments: [String]) throws {
        let words = ([path] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        var id = pid_t()
        let fault = posix_spawn(&id, path, nil, nil, words + [nil], [nil])
        guard fault == 0 else { throw POSIXError(POSIXErrorCode(rawValue: fault) ?? .EINVAL) }
        self.id = id
    }

    func end(by signal: Int32) {
        _ = kill(id, signal)
    }

    /// Waits for the end. Returns the exit code, or `nil` for a process that was killed.
    func end() async -> Int32? {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [id] in
                var status: Int32 = 0
                while waitpid(id, &status, 0) < 0, errno == EINTR {}
                continuation.resume(returning: status & 0x7f == 0 ? status >> 8 & 0xff : nil)
            }
        }
    }
}
