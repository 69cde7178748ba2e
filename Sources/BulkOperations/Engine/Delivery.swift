// SPDX-License-Identifier: Apache-2.0
//
// Records to whoever wants them, one call after another.

internal import Synchronization

/// Calls a handler for one batch of records after another, in the order in which they were handed over.
final class Delivery<Record: Sendable>: Sendable {
    private let handler: @concurrent @Sendable ([Record]) async throws -> Void
    private let last = Mutex<Task<(any Error)?, Never>?>(nil)

    init(_ handler: @escaping @concurrent @Sendable ([Record]) async throws -> Void) {
        self.handler = handler
    }

    /// Returns when the handler has the records, with its error if it threw; nothing is delivered after an error.
    func deliver(_ records: [Record]) async -> (any Error)? {
        let task = last.withLock { last in
            let task = Task { [previous = last, handler] () -> (any Error)? in
                if let error = await previous?.value { return error }
                do {
                    try await handler(records)
                    return nil
                } catch {
                    return error
                }
            }
            last = task
            return task
        }
        return await task.value
    }
}
