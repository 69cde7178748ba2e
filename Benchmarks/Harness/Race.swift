// SPDX-License-Identifier: Apache-2.0
//
// A job against its floor, turn by turn, so that whatever else the machine does hits both.

/// Runs a job and its floor in turn, many times, and compares the times of an operation.
struct Race {
    let job: Job
    let floor: Job
    let batches: Workload.Batches
    let n: Int
    let isQuick: Bool

    func run() async throws -> Measurement.Time {
        try await warmUp()
        let runJob = try await job.prepare(n)
        let floorCount = min(n, floor.part)
        let runFloor = try await floor.prepare(floorCount)
        let clock = ContinuousClock()
        var times: [Double] = []
        var floorTimes: [Double] = []
        var counts: [Int] = []
        let end = clock.now + (isQuick ? .milliseconds(200) : .seconds(1))
        while times.count < leastRounds || (times.count < 200 && clock.now < end) {
            let start = clock.now
            _ = try await runFloor()
            let middle = clock.now
            let count = try await runJob()
            let finish = clock.now
            try check(count)
            floorTimes.append((middle - start) / .nanoseconds(floorCount))
            times.append((finish - middle) / .nanoseconds(n))
            counts.append(count)
        }
        return Measurement.Time(
            batches: counts.quantile(0.95),
            median: times.quantile(0.5),
            min: times.quantile(0),
            floor: floor.name,
            floorMedian: floorTimes.quantile(0.5)
        )
    }

    /// Small runs, until caches and the allocator are in their usual state.
    private func warmUp() async throws {
        let n = min(n, 10_000)
        let runJob = try await job.prepare(n)
        let runFloor = try await floor.prepare(min(n, floor.part))
        for _ in 0..<3 {
            _ = try await runFloor()
            _ = try await runJob()
        }
    }

    private var leastRounds: Int {
        if case .varying = batches, n <= 10_000 { return isQuick ? 20 : 100 }
        return isQuick || n > 100_000 ? 3 : 5
    }

    private func check(_ count: Int) throws(MeasurementError) {
        guard case .exactly(let expected) = batches, count != expected(n) else { return }
        throw MeasurementError(
            message: "'\(job.name)' made \(count) batches of \(n) operations; it must make \(expected(n))"
        )
    }
}

extension Array where Element: Comparable {
    /// The smallest element that is not exceeded by this share of all. The array must not be empty.
    func quantile(_ share: Double) -> Element {
        sorted()[Swift.max(0, Int((Double(count) * share).rounded(.up)) - 1)]
    }
}
