// SPDX-License-Identifier: Apache-2.0
//
// A clock whose time is up when a test says so.

/// Whoever sleeps on it, and only one may, sleeps until it rings.
final class Bell: Clock {
    private let (rings, ringing) = AsyncStream<Void>.makeStream()

    var now: ContinuousClock.Instant { .now }
    var minimumResolution: Duration { .nanoseconds(1) }

    func ring() { ringing.finish() }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        for await _ in rings {}
        try Task.checkCancellation()
    }
}
