// SPDX-License-Identifier: Apache-2.0
//
// Tells a test that the server has come somewhere.

/// Counts up on one side; the other waits for the next count.
final class Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func send() { continuation.yield() }

    /// Returns when it has been sent as often as it has been waited for.
    func wait() async {
        for await _ in stream { return }
    }
}
