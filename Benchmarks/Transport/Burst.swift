// SPDX-License-Identifier: Apache-2.0
//
// Thousands of requests asked for at the same moment, of a server that takes its time.

import CurlTransport
import Foundation
import HTTPTransport

enum Burst {
    struct Result {
        var seconds: Double
        var peakBytes: Int
    }

    static let latencyInMilliseconds = 100
    static let requests = 5_000
    static let connections = [64, 256, 1_000]

    /// The time that the latency alone takes if every connection is always in use.
    static func idealSeconds(requests: Int, connections: Int) -> Double {
        let turns = (requests + connections - 1) / connections
        return Double(turns * latencyInMilliseconds) / 1_000
    }

    /// Runs it in a process of its own, whose memory holds nothing else.
    static func measure(url: String, connections: Int) throws -> Result {
        let child = Process()
        let output = Pipe()
        child.executableURL = Bundle.main.executableURL
        child.arguments = ["transport", "--burst", url, "\(requests)", "\(connections)"]
        child.standardOutput = output
        try child.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        child.waitUntilExit()
        let numbers = text.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        guard child.terminationStatus == 0, numbers.count == 2 else {
            throw MeasurementError(message: "the burst over \(connections) connections failed")
        }
        return Result(seconds: numbers[0], peakBytes: Int(numbers[1]))
    }

    /// What that process does: sends all at once and prints the seconds and the bytes.
    static func run(url: String, requests: Int, connections: Int) async throws {
        let transport = try CurlHTTPTransport(
            configuration: CurlConfiguration(maximumConnectionsPerHost: connections)
        )
        let request = HTTPRequest(
            url: try HTTPURL(url + TransportLoad.Kind.small.path),
            body: TransportLoad.Kind.request
        )
        let time = try await ContinuousClock().measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<requests {
                    group.addTask {
                        let body = try await transport.send(request).body
                        guard body == TransportLoad.Kind.smallResponse else {
                            throw MeasurementError(message: "a response is wrong: \(body.count) bytes")
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        await transport.shutdown()
        print((time / .seconds(1)).fixed(4), try ProcessUsage.peakResidentSize())
    }
}
