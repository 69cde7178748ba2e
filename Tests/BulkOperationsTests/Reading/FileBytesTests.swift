// SPDX-License-Identifier: Apache-2.0
//
// Files and pipes in pieces.

import BulkOperations
import Foundation
import Testing

@Suite(.timeLimit(.minutes(1)))
struct `The bytes of a file` {
    private let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path

    @Test func `come in pieces, in order and complete`() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try Data(bytes).write(to: URL(filePath: path))
        let pieces = try await collected(FileBytes(path, pieceBytes: 4_096))
        #expect(pieces.count == 25)
        #expect(pieces.flatMap(\.self) == bytes)
        #expect(try await collected(FileBytes(path, pieceBytes: 4_096)) == pieces, "a second iteration begins anew")
    }

    @Test func `of an empty file are none`() async throws {
        #expect(try await collected(FileBytes("/dev/null")).isEmpty)
    }

    @Test(arguments: ["/nowhere/at/all", "/"])
    func `cannot be read where there is no file, and the error names it`(path: String) async throws {
        let error = await #expect(throws: RowError.self) { try await collected(FileBytes(path)) }
        #expect(error?.code == .file)
        #expect(error?.message.contains("\"\(path)\"") == true)
    }

    @Test func `arrive from a pipe when they are written`() async throws {
        let pipe = Pipe()
        let name = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
        let reading = Task { try await collected(FileBytes(name)).flatMap(\.self) }
        for text in ["a", "b"] {
            await Task.yield()
            try pipe.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        }
        try pipe.fileHandleForWriting.close()
        #expect(try await reading.value == Array("ab".utf8))
    }

    @Test func `of a pipe that stays silent can be given up`() async throws {
        let pipe = Pipe()
        let name = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
        let reading = Task { try await collected(FileBytes(name)) }
        reading.cancel()
        await #expect(throws: CancellationError.self) { try await reading.value }
        withExtendedLifetime(pipe) {}
    }
}
