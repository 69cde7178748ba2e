// SPDX-License-Identifier: Apache-2.0
//
// An asynchronous job as a function of time: which of its rows are done, and what its status is.

import GraphQLBatching

/// How jobs go.
package struct JobCourse: Hashable, Sendable {
    /// How long a job is pending before it starts.
    package var queueTime = Duration.zero
    /// After how many rows a job is interrupted once.
    package var retriesAfter: Int?
    /// How long it is interrupted.
    package var retryTime = Duration.zero
    /// After how many rows a job fails as a whole; those that are done stay done.
    package var failsAfter: Int?
    /// After how many events the connection of an event stream is reset. It may be resumed.
    package var eventsBeforeCut: Int?

    package init() {}
}

/// A job. Nobody works at it: it is brought up to the present when somebody looks.
struct Job: Sendable {
    enum Status: String {
        case pending = "PENDING"
        case started = "STARTED"
        case retry = "RETRY"
        case success = "SUCCESS"
        case failure = "FAILURE"

        var isFinal: Bool { self == .success || self == .failure }
    }

    let id: String
    let operations: [ItemOperation]
    let course: JobCourse
    private let rowCost: Duration
    private let submitted: ContinuousClock.Instant
    private(set) var outcomes: [ItemOutcome] = []

    init(
        id: String,
        operations: [ItemOperation],
        course: JobCourse,
        rowCost: Duration,
        submitted: ContinuousClock.Instant
    ) {
        self.id = id
        self.operations = operations
        self.course = course
        self.rowCost = rowCost
        self.submitted = submitted
    }

    /// The row behind which nothing is done any more.
    var lastRow: Int { min(course.failsAfter ?? operations.count, operations.count) }

    var fails: Bool { course.failsAfter.map { $0 < operations.count } ?? false }

    /// When so many rows are done, counted from the submission.
    func time(ofRow count: Int) -> Duration {
        let interruption = course.retriesAfter.map { count > $0 ? course.retryTime : .zero } ?? .zero
        return course.queueTime + rowCost * count + interruption
    }

    func elapsed(at now: ContinuousClock.Instant) -> Duration { submitted.duration(to: now) }

    /// How many rows are done.
    ///
    /// - Complexity: O(log *n*).
    func rowsDone(at now: ContinuousClock.Instant) -> Int {
        let elapsed = elapsed(at: now)
        var (low, high) = (0, lastRow)
        while low < high {
            let middle = (low + high + 1) / 2
            if time(ofRow: middle) <= elapsed { low = middle } else { high = middle - 1 }
        }
        return low
    }

    func status(at now: ContinuousClock.Instant) -> Status {
        let elapsed = elapsed(at: now)
        if elapsed < course.queueTime { return .pending }
        let done = rowsDone(at: now)
        if done == lastRow, elapsed >= time(ofRow: done) { return fails ? .failure : .success }
        return done == course.retriesAfter && elapsed < course.queueTime + rowCost * done + course.retryTime
            ? .retry : .started
    }

    /// Does the rows that are due.
    mutating func advance(to now: ContinuousClock.Instant, on store: inout ItemStore) {
        guard outcomes.count < lastRow else { return }
        for operation in operations[outcomes.count..<rowsDone(at: now)] {
            outcomes.append(store.perform(operation))
        }
    }
}

extension Job {
    /// `{task_id, status, progress}`.
    func state(at now: ContinuousClock.Instant) -> GraphQLValue {
        state(status(at: now), rows: rowsDone(at: now))
    }

    func state(_ status: Status, rows: Int) -> GraphQLValue {
        [
            "task_id": .string(id), "status": .string(status.rawValue),
            "progress": [
                "completed": .int(rows), "total": .int(operations.count),
                "percentage": .float(100 * Double(rows) / Double(operations.count)),
            ],
        ]
    }

    /// What the rows came to, by their index; of a job that failed, those that it came to.
    func result(at now: ContinuousClock.Instant) -> GraphQLValue {
        var members: [String: GraphQLValue] = [
            "task_id": .string(id), "status": .string(status(at: now).rawValue),
            "succeeded": .int(outcomes.count(where: \.isSuccess)),
            "failed": .int(outcomes.count { !$0.isSuccess }),
            "results": .list(outcomes.enumerated().map { $1.json(named: "index", .int($0)) }),
        ]
        if fails { members["error"] = failure }
        return .object(members)
    }

    var failure: GraphQLValue {
        ["code": "job_failed", "message": .string("The job failed after \(lastRow) rows.")]
    }
}
