// SPDX-License-Identifier: Apache-2.0
//
// A line that tells how far a way has come, on a terminal only.

import Foundation

/// Shows a line while something runs, and takes it away again.
struct Progress {
    private let isShown = Terminal.isInteractive(STDERR_FILENO)

    /// Runs `body` and shows, ten times a second, what `line` returns.
    func showing<Result>(
        _ line: @escaping @Sendable () -> String,
        while body: () async throws -> Result
    ) async rethrows -> Result {
        guard isShown else { return try await body() }
        let ticker = Task {
            while !Task.isCancelled {
                let width = Terminal.width(of: STDERR_FILENO)
                Terminal.writeError("\r\(line().prefix(width - 1))\u{1B}[K")
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
        func clear() async {
            ticker.cancel()
            await ticker.value
            Terminal.writeError("\r\u{1B}[K")
        }
        do {
            let result = try await body()
            await clear()
            return result
        } catch {
            await clear()
            throw error
        }
    }
}
