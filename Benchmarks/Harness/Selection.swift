// SPDX-License-Identifier: Apache-2.0
//
// Takes the measurements that were asked for.

/// The workloads of a subject that were asked for, and how thoroughly.
struct Selection: Sendable {
    var subject: Subject
    var workloads: [Workload]
    /// Fewer runs of fewer sizes.
    var isQuick = false
    /// The only size to measure; `nil` for those of the workload.
    var size: Int?

    func sizes(of workload: Workload) -> [Int] {
        if let size { return workload.sizes.filter { $0 == size } }
        return isQuick ? workload.quickSizes : workload.sizes
    }

    /// Measures a workload at each size and hands over each result as soon as it is there.
    func measure(_ workload: Workload, _ report: (Measurement) -> Void) async throws {
        for n in sizes(of: workload) {
            var measurement = Measurement(subject: subject.name, workload: workload.name, n: n)
            switch workload.measure {
            case .time(let job, let floor, let batches):
                let race = Race(job: job, floor: floor, batches: batches, n: n, isQuick: isQuick)
                measurement.time = try await race.run()
            case .memory:
                let growth = try growthOfChildProcess(arguments: [subject.name, "--resident", workload.name, "\(n)"])
                measurement.bytes = Double(growth) / Double(n)
            }
            report(measurement)
        }
    }
}
