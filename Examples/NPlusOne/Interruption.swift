// SPDX-License-Identifier: Apache-2.0
//
// Ctrl-C as the cancellation of a task.

import Dispatch
import Foundation

/// Runs `work` until it ends or Ctrl-C cancels it; a second Ctrl-C ends the process at once.
///
/// - Throws: `CancellationError` after Ctrl-C, whatever `work` makes of it; otherwise what `work` throws.
func cancelledByInterrupt(_ work: @escaping @Sendable () async throws -> Void) async throws {
    let task = Task { try await work() }
    signal(SIGINT, SIG_IGN)
    let interrupts = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    interrupts.setEventHandler {
        if task.isCancelled { _exit(130) }
        task.cancel()
    }
    interrupts.resume()
    defer { interrupts.cancel() }
    do {
        try await task.value
    } catch {
        if task.isCancelled { throw CancellationError() }
        throw error
    }
}
