// SPDX-License-Identifier: Apache-2.0
//
// What is measured, and what it is measured against.

/// What a part of the package costs: the workloads that tell.
struct Subject: Sendable {
    var name: String
    var workloads: [Workload]

    /// Every subject there is.
    static let all = [Subject.loader, .documents, .rows, .bulk]
}

/// One run of a job, whose time is taken. It checks every value it gets and returns how many batches were made.
typealias Run = @Sendable () async throws -> Int

/// Something that does as many operations as it is asked to.
struct Job: Sendable {
    var name: String
    /// The most operations that are timed, where more would take too long: each of the others is taken to cost the same.
    var part = Int.max
    /// Gets everything ready that is not to be measured, for a number of operations.
    var prepare: @Sendable (_ n: Int) async throws -> Run
}

/// A job, the sizes at which it makes sense, and the floor it is compared to.
struct Workload: Sendable {
    enum Measure: Sendable {
        /// The time of an operation, as a ratio to a floor.
        case time(Job, floor: Job, batches: Batches)
        /// By how many bytes the process grows, which does nothing else. See ``residentSize()``.
        case memory(@Sendable (_ n: Int) async throws -> Int)
    }

    /// What is known of the number of batches before.
    enum Batches: Sendable {
        /// It is the same in every run.
        case exactly(@Sendable (_ n: Int) -> Int)
        /// It is a matter of timing, so that many runs are made.
        case varying
    }

    var name: String
    var sizes: [Int]
    var quickSizes: [Int]
    var measure: Measure

    /// A workload whose time is taken; quick runs leave the sizes above 10,000 out.
    static func time(
        _ name: String,
        upTo largest: Int = 1_000_000,
        floor: Job,
        batches: Batches,
        prepare: @escaping @Sendable (_ n: Int) async throws -> Run
    ) -> Workload {
        let sizes = [1_000, 10_000, 100_000, 1_000_000].filter { $0 <= largest }
        return Workload(
            name: name,
            sizes: sizes,
            quickSizes: sizes.filter { $0 <= 10_000 },
            measure: .time(Job(name: name, prepare: prepare), floor: floor, batches: batches)
        )
    }

    /// A workload that tells how much memory an entry takes.
    static func memory(_ name: String, growth: @escaping @Sendable (_ n: Int) async throws -> Int) -> Workload {
        Workload(name: name, sizes: [1_000_000], quickSizes: [100_000], measure: .memory(growth))
    }
}

/// A measurement that means nothing, because what was measured did not do what it should.
struct MeasurementError: Error {
    var message: String
}
