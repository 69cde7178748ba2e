// SPDX-License-Identifier: Apache-2.0
//
// The loopback server in a process of its own, so that its processor time is not the client's.

import Foundation
import LoopbackServer

/// This program once more, as a server. It ends when its standard input does: also when this process dies.
struct ServerProcess {
    let url: String
    private let child = Process()
    private let input = Pipe()

    init(latencyInMilliseconds: Int) throws {
        let output = Pipe()
        child.executableURL = Bundle.main.executableURL
        child.arguments = ["transport", "--serve", "\(latencyInMilliseconds)"]
        child.standardInput = input
        child.standardOutput = output
        try child.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        url = line.trimmingCharacters(in: .whitespacesAndNewlines)
        guard url.hasPrefix("http") else {
            child.terminate()
            throw MeasurementError(message: "the server's process does not say where it listens")
        }
    }

    func stop() {
        try? input.fileHandleForWriting.close()
        child.waitUntilExit()
    }

    /// What that process does: prints its URL and serves until its input ends.
    static func serve(latencyInMilliseconds: Int) throws {
        let small = TransportLoad.Kind.smallResponse
        let large = [UInt8](repeating: UInt8(ascii: "x"), count: TransportLoad.Kind.large.responseBytes)
        let server = try LoopbackHTTPServer(latency: .milliseconds(latencyInMilliseconds)) { request in
            LoopbackReply(
                headers: [("Content-Type", "application/json")],
                body: request.path == TransportLoad.Kind.large.path ? large : small
            )
        }
        FileHandle.standardOutput.write(Data((server.url + "\n").utf8))
        _ = FileHandle.standardInput.readDataToEndOfFile()
        server.stop()
    }
}
