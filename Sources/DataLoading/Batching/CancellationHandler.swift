// SPDX-License-Identifier: Apache-2.0
//
// The runtime's cancellation handler, without the changes of executor that it comes with.

/// Runs an operation with a handler that is called at once when the current task is cancelled, as
/// `withTaskCancellationHandler(operation:onCancel:isolation:)` does.
///
/// That one, as long as it is told its caller's isolation, asks the runtime on its way in and on its way out whether to
/// change executors, which for tasks of a scope costs a twenty-fifth of a load with a task of its own. The form that
/// never asks is part of the binary interface since Swift 5.1. Newer compilers have `nonisolated(nonsending)` for it.
@inlinable @inline(__always)
func withCancellationHandler<Success>(
    _ operation: @concurrent () async throws -> Success,
    onCancel handler: @Sendable () -> Void
) async rethrows -> Success {
    #if compiler(<6.4)
        try await _unsafeInheritExecutor_withTaskCancellationHandler(operation: operation, onCancel: handler)
    #else
        try await withTaskCancellationHandler(operation: operation, onCancel: handler)
    #endif
}
