// SPDX-License-Identifier: Apache-2.0
//
// The result of one workload at one size.

/// What was found: a time, or a size.
struct Measurement {
    /// Times of an operation, in nanoseconds.
    struct Time {
        /// How many batches a run made. Where it varies, at least 95 of 100 runs made no more.
        var batches: Int
        var median: Double
        var min: Double
        var floor: String
        var floorMedian: Double

        var ratio: Double { median / floorMedian }
    }

    var subject: String
    var workload: String
    var n: Int
    var time: Time?
    /// Bytes an entry.
    var bytes: Double?
}

extension Measurement {
    /// One line, with `null` for what does not apply.
    var json: String {
        var members = [
            ("subject", "\"\(subject)\""),
            ("workload", "\"\(workload)\""),
            ("n", "\(n)"),
            ("batches", time.map { "\($0.batches)" }),
            ("median_ns", time?.median.fixed(1)),
            ("min_ns", time?.min.fixed(1)),
            ("floor", time.map { "\"\($0.floor)\"" }),
            ("floor_ns", time?.floorMedian.fixed(1)),
            ("ratio", time?.ratio.fixed(4)),
        ]
        if let bytes { members.append(("bytes_per_entry", bytes.fixed(1))) }
        return "{" + members.map { "\"\($0.0)\": \($0.1 ?? "null")" }.joined(separator: ", ") + "}"
    }
}
