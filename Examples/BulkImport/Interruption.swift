// SPDX-License-Identifier: Apache-2.0
//
// Ctrl-C as the cancellation of a task.

import Dispatch
import Foundation

/// Runs `work` until it ends; Ctrl-C cancels it, and a second Ctrl-C ends the process at once.
///
/// - Returns: What `work` returns, and whether it was interrupted.
func cancelledByInterrupt<Output: Sendable>(
    _ work: @escaping @Sendable () async throws -> Output
) async throws -> (output: Output, isInterrupted: Bool) {
    let task = Task { try await work() }
    signal(SIGINT, SIG_IGN)
    let interrupts = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    interrupts.setEventHandler {
        if task.isCancelled { _exit(130) }
        task.cancel()
    }
    interrupts.resume()
    defer { interrupts.cancel() }
    let output = try await task.value
    return (output, task.isCancelled)
}
