// SPDX-License-Identifier: Apache-2.0
//
// Results as a table or as JSON, a line as soon as it is known.

import Foundation

struct TransportReport {
    var isJSON: Bool

    private static let widths = [13, 17, 9, 8, 7, 13, 8, 7, 13]

    func begin() {
        guard !isJSON else { return }
        write(
            ["server", "body", "in flight", "C req/s", "Swift", "ratio", "C CPU µs", "Swift", "ratio"]
        )
    }

    func add(_ load: TransportLoad, server: String, _ result: TransportResult) {
        guard isJSON else {
            return write([
                server, load.name, "\(load.inFlight)",
                result.floor.requestsPerSecond.brief, result.transport.requestsPerSecond.brief,
                Self.ratio(result.throughputRatio, atLeast: load.throughputGoal),
                result.floor.processorMicroseconds.fixed(1), result.transport.processorMicroseconds.fixed(1),
                Self.ratio(result.processorRatio, atMost: load.processorGoal),
            ])
        }
        writeLine(
            "{\"subject\": \"transport\", \"server\": \"\(server)\", \"body\": \"\(load.name)\", "
                + "\"in_flight\": \(load.inFlight), "
                + "\"floor_rps\": \(result.floor.requestsPerSecond.fixed(0)), "
                + "\"rps\": \(result.transport.requestsPerSecond.fixed(0)), "
                + "\"throughput_ratio\": \(result.throughputRatio.fixed(3)), "
                + "\"floor_cpu_us\": \(result.floor.processorMicroseconds.fixed(2)), "
                + "\"cpu_us\": \(result.transport.processorMicroseconds.fixed(2)), "
                + "\"cpu_ratio\": \(result.processorRatio.fixed(3))}"
        )
    }

    func add(_ burst: Burst.Result, requests: Int, connections: Int) {
        let ideal = Burst.idealSeconds(requests: requests, connections: connections)
        guard isJSON else {
            let text =
                "\(requests.grouped) at once, \(connections) connections, 100 ms of latency: "
                + "\(burst.seconds.fixed(2)) s, ideal \(ideal.fixed(2)) s, "
                + "ratio \(Self.ratio(burst.seconds / ideal, atMost: 1.5)); "
                + "at most \(burst.peakBytes >> 20) MB in memory (goal 200)"
            return writeLine(text)
        }
        writeLine(
            "{\"subject\": \"transport\", \"burst\": \(requests), \"connections\": \(connections), "
                + "\"seconds\": \(burst.seconds.fixed(3)), \"ideal_seconds\": \(ideal.fixed(3)), "
                + "\"peak_bytes\": \(burst.peakBytes)}"
        )
    }

    private static func ratio(_ ratio: Double, atLeast goal: Double?) -> String {
        guard let goal else { return ratio.fixed(2) }
        return "\(ratio.fixed(2)) \(ratio >= goal ? "≥" : "not ≥") \(goal)"
    }

    private static func ratio(_ ratio: Double, atMost goal: Double?) -> String {
        guard let goal else { return ratio.fixed(2) }
        return "\(ratio.fixed(2)) \(ratio <= goal ? "≤" : "not ≤") \(goal)"
    }

    private func write(_ cells: [String]) {
        let line = zip(cells, Self.widths).enumerated().map { index, column in
            index < 2 ? column.0.leftAligned(column.1) : column.0.rightAligned(column.1)
        }
        writeLine(line.joined(separator: "  "))
    }

    /// Not `print`, which keeps lines back when they go to a file.
    private func writeLine(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
