// SPDX-License-Identifier: Apache-2.0
//
// A process that is killed at random moments, and resumed from its journal.

import Foundation
import LoopbackServer
import Testing

@Suite("A killed run", .timeLimit(.minutes(10)))
struct KillTests {
    /// The program that is killed: beside the tests.
    private static let program = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("JournalledImport")

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: program.path)))
    func `that is killed at 50 moments and resumed creates each of 10,000 records once`() async throws {
        let service = BulkService()
        let server = try LoopbackHTTPServer(latency: .milliseconds(2), handler: service.respond)
        defer { server.stop() }
        let journal = NSTemporaryDirectory() + "killed-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: journal) }
        for _ in 0..<50 {
            let process = try ChildProcess(Self.program.path, [server.url + "/bulk", journal, "10000"])
            // From before the journal is open to some dozen chunks later.
            try await Task.sleep(for: .milliseconds(.random(in: 5...60)))
            process.end(by: SIGKILL)
            _ = await process.end()
        }
        let last = try ChildProcess(Self.program.path, [server.url + "/bulk", journal, "10000"])
        #expect(await last.end() == 0)
        let creations = service.contents.creations
        #expect(creations.count == 10_000)
        #expect(creations.values.allSatisfy { $0 == 1 })
    }
}
