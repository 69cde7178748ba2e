// SPDX-License-Identifier: Apache-2.0
//
// The schedules for loads outside of all scopes, on a clock that the test moves.

import DataLoading
import Testing

@Suite("Schedules", .timeLimit(.minutes(5)))
struct ScheduleTests {
    @Test func `a window gathers for its time and no longer`() async throws {
        let clock = ManualClock()
        let (loader, log) = tenfold(options: try DataLoaderOptions(schedule: .window(.seconds(5), clock: clock)))
        let first = [loader.enqueue(1), loader.enqueue(2)]
        await clock.sleepers(1)
        clock.advance(by: .seconds(4))
        let second = loader.enqueue(3)
        #expect(log.count == 0)
        clock.advance(by: .seconds(1))
        #expect(try await first[0].value == 10)
        #expect(try await second.value == 30)
        #expect(log.all == [[1, 2, 3]])
    }

    @Test func `a full batch does not wait for the window, and its timer leaves the next window alone`() async throws {
        let clock = ManualClock()
        let options = try DataLoaderOptions(maxBatchSize: 2, schedule: .window(.seconds(5), clock: clock))
        let (loader, log) = tenfold(options: options)
        let full = [loader.enqueue(1), loader.enqueue(2)]
        #expect(try await full[1].value == 20)
        await clock.sleepers(1)
        clock.advance(by: .seconds(4))
        let next = loader.enqueue(3)
        await clock.sleepers(2)
        clock.advance(by: .seconds(1))  // The first window's timer fires now.
        #expect(log.all == [[1, 2]])
        clock.advance(by: .seconds(4))
        #expect(try await next.value == 30)
        #expect(log.all == [[1, 2], [3]])
    }

    @Test func `immediate sends every load by itself, and the keys of a loadMany together`() async throws {
        let (loader, log) = tenfold(options: try DataLoaderOptions(schedule: .immediate))
        let pending = [loader.enqueue(1), loader.enqueue(2)]
        #expect(try await pending[0].value == 10)
        #expect(try await pending[1].value == 20)
        #expect(try await loader.loadMany([3, 4]) == [30, 40])
        #expect(Set(log.all) == [[1], [2], [3, 4]])
    }

    @Test func `manual sends when it is told to`() async throws {
        let clock = ManualClock()
        let (loader, log) = tenfold(options: try DataLoaderOptions(schedule: .manual(clock: clock)))
        let pending = [loader.enqueue(1), loader.enqueue(2)]
        #expect(log.count == 0)
        loader.dispatch()
        #expect(try await pending[0].value == 10)
        #expect(log.all == [[1, 2]])
        loader.dispatch()
        #expect(log.count == 1, "nothing is left to send")
    }

    @Test func `manual sends at its deadline what was forgotten`() async throws {
        let clock = ManualClock()
        let schedule = DataLoaderSchedule.manual(deadline: .seconds(3), clock: clock)
        let (loader, log) = tenfold(options: try DataLoaderOptions(schedule: schedule))
        let pending = loader.enqueue(1)
        await clock.sleepers(1)
        clock.advance(by: .seconds(3))
        #expect(try await pending.value == 10)
        #expect(log.all == [[1]])
    }

    @Test func `a chain of loaders that are dispatched by hand does not hang`() async throws {
        let clock = ManualClock()
        let options = try DataLoaderOptions(schedule: .manual(deadline: .seconds(3), clock: clock))
        let (inner, log) = tenfold(options: options)
        let outer = DataLoader<Int, Int>(options: options) { keys in
            Dictionary(uniqueKeysWithValues: zip(keys, try await inner.loadMany(keys)))
        }
        let pending = outer.enqueue(1)
        outer.dispatch()
        await clock.sleepers(2)
        clock.advance(by: .seconds(3))
        #expect(try await pending.value == 10)
        #expect(log.all == [[1]])
    }

    @Test(arguments: [DataLoaderSchedule.immediate, .window(.seconds(9)), .manual(deadline: .seconds(9))])
    func `inside a scope the tick decides`(schedule: DataLoaderSchedule) async throws {
        let (loader, log) = tenfold(options: try DataLoaderOptions(schedule: schedule))
        _ = await withBatching { await loadEach([1, 2, 3], from: loader) }
        #expect(log.all == [[1, 2, 3]])
    }

    @Test func `a window counts the keys that are still wanted, and no others`() async throws {
        let held = HeldBatches()
        let options = try DataLoaderOptions(maxBatchSize: 2, schedule: .window(.seconds(5), clock: ManualClock()))
        let loader = DataLoader<Int, Int>(options: options) { try await held.fetch($0) }
        let left = startNow { try await loader.load(1) }
        left.cancel()
        _ = await left.result
        let second = loader.enqueue(2)
        let running = loader.traffic.running
        #expect(running == 0)
        let third = loader.enqueue(3)
        loader.dispatch()
        for _ in 0...running { await held.next().answerKeys() }
        #expect(try await [second.value, third.value] == [2, 3])
    }

    @Test func `a window of which the cap is one sends each key at once`() async throws {
        let options = try DataLoaderOptions(maxBatchSize: 1, schedule: .window(.seconds(5), clock: ManualClock()))
        let (loader, log) = tenfold(options: options)
        #expect(try await loader.loadMany([1, 2]) == [10, 20])
        #expect(Set(log.all) == [[1], [2]])
    }

    @Test func `dispatch does not wait for the window`() async throws {
        let (loader, log) = tenfold(
            options: try DataLoaderOptions(schedule: .window(.seconds(5), clock: ManualClock()))
        )
        let pending = [loader.enqueue(1), loader.enqueue(2)]
        loader.dispatch()
        #expect(try await pending[1].value == 20)
        #expect(log.all == [[1, 2]])
    }

    @Test func `nothing is sent twice, by hand and by the clock`() async throws {
        let clock = ManualClock()
        let (loader, log) = tenfold(
            options: try DataLoaderOptions(schedule: .manual(deadline: .seconds(1), clock: clock))
        )
        let first = loader.enqueue(1)
        await clock.sleepers(1)
        loader.dispatch()
        loader.dispatch()
        #expect(try await first.value == 10)
        let second = loader.enqueue(2)
        await clock.sleepers(2)
        clock.advance(by: .milliseconds(500))
        loader.dispatch()
        clock.advance(by: .seconds(5))
        #expect(try await second.value == 20)
        #expect(log.all == [[1], [2]])
    }

    @Test func `a key that is loaded at once while it is in flight is shared`() async throws {
        let held = HeldBatches()
        let loader = DataLoader<Int, Int>(options: try DataLoaderOptions(schedule: .immediate)) {
            try await held.fetch($0)
        }
        let both = [loader.enqueue(1), loader.enqueue(1)]
        await held.next().answerKeys()
        #expect(try await [both[0].value, both[1].value] == [1, 1])
    }
}
