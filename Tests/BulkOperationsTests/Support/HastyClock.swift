// SPDX-License-Identifier: Apache-2.0
//
// A clock on which nobody waits.

/// Remembers how long whoever slept on it wanted to.
final class HastyClock: Clock {
    private let wanted = Locked<[Duration]>([])
    let now = ContinuousClock.now
    let minimumResolution = Duration.nanoseconds(1)

    var sleeps: [Duration] { wanted.value }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        wanted.withLock { $0.append(now.duration(to: deadline)) }
        try Task.checkCancellation()
    }
}
