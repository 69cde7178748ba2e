// SPDX-License-Identifier: Apache-2.0
//
// What a server that had too much means for the chunks that were no part of it.

import BulkOperations
import Synchronization
import Testing

@Suite("A bulk run slows down", .timeLimit(.minutes(2)))
struct SlowingTests {
    /// When each of two chunks was sent, the first of which is refused and not tried again.
    private func starts(after refusal: BulkOutcome<Int>, retry: BulkRetry) async throws -> [Duration] {
        let clock = LeapingClock()
        var options = BulkOptions.test(chunk: 1, concurrency: 1)
        options.clock = clock
        options.retry = retry
        options.generator = LongestDelay()
        let starts = Locked<[Duration]>([])
        let operation = BulkClosure<Int, Int> { chunk in
            starts.withLock { $0.append(clock.elapsed) }
            return chunk.items.map { $0.index == 0 ? refusal : .success($0.input) }
        }
        let result = try await BulkRunner(operation, options: options).run(0..<2)
        #expect(result.failures.map(\.index) == [0])
        return starts.value
    }

    private let once = BulkRetry(maxAttempts: 1, base: .seconds(10), maximum: .seconds(10))

    @Test func `as a whole after a 429 that names no time, for as long as a retry would wait`() async throws {
        let refusal = BulkOutcome<Int>.transient(BulkError(.requestFailed, "Too many.", status: 429))
        #expect(try await starts(after: refusal, retry: once) == [.zero, .seconds(10)])
    }

    @Test func `for as long as the server asks for, if that is longer`() async throws {
        let error = BulkError(.requestFailed, "Too many.", status: 429)
        let refusal = BulkOutcome<Int>.transient(error, retryAfter: .seconds(30))
        #expect(try await starts(after: refusal, retry: once) == [.zero, .seconds(30)])
    }

    @Test func `not after other failures`() async throws {
        let refusal = BulkOutcome<Int>.transient(BulkError(.requestFailed, "Away.", status: 503))
        #expect(try await starts(after: refusal, retry: once) == [.zero, .zero])
    }
}

/// A clock on which whoever sleeps wakes at once, and it is later then.
private final class LeapingClock: Clock {
    private let start = ContinuousClock.now
    private let leapt = Mutex(Duration.zero)

    var elapsed: Duration { leapt.withLock { $0 } }
    var now: ContinuousClock.Instant { start + elapsed }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        leapt.withLock { $0 = max($0, deadline - start) }
    }
}

/// Draws the largest number each time.
private struct LongestDelay: RandomNumberGenerator {
    func next() -> UInt64 { .max }
}
