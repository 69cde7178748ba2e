// SPDX-License-Identifier: Apache-2.0
//
// Bodies of requests in gzip, for servers that take them.

import BulkOperations
@testable import CurlTransport
import LoopbackServer
import Testing

@Suite("Bulk: compression", .timeLimit(.minutes(1)), .enabled(if: GzipDecoder.isAvailable, "needs zlib"))
struct CompressionTests {
    /// The sizes of bodies: as they came, and decoded.
    private let sizes = Locked<[(sent: Int, whole: Int)]>([])

    /// A request without its content encoding.
    private func decoded(_ request: LoopbackRequest) -> LoopbackRequest {
        guard request.header("Content-Encoding") == "gzip", let body = try? contents(of: request.body),
            let plain = try? LoopbackRequest(
                method: request.method,
                target: request.target,
                headers: request.headers,
                body: body
            )
        else { return request }
        sizes.withLock { $0.append((request.body.count, body.count)) }
        return plain
    }

    private func contents(of gzip: [UInt8]) throws -> [UInt8] {
        let decoder = try GzipDecoder(origin: "a request")
        decoder.append(gzip)
        var bytes: [UInt8] = []
        while true {
            let piece = try decoder.next(atMost: 1 << 16)
            if piece.isEmpty { break }
            bytes += piece
        }
        try decoder.finish()
        return bytes
    }

    @Test func `large bodies of every shape go in gzip where the transport is told so, small ones do not`() async throws
    {
        var configuration = CurlConfiguration()
        configuration.gzipsBodiesFrom = 1_000
        try await withDesk(configuration: configuration, door: decoded) { desk in
            let inputs = records(500)
            let enveloped = try await BulkRunner(try desk.envelope(), options: .test(chunk: 500)).run(inputs)
            #expect(enveloped.successes.count == 500)
            let job = try await BulkRunner(try desk.jobs(), options: .test(chunk: 500)).run(inputs)
            #expect(job.successes.count == 500)
            #expect(sizes.value.count == 2)
            #expect(sizes.value.allSatisfy { $0.sent * 5 < $0.whole })
            _ = try await BulkRunner(try desk.creation(), options: .test()).run(inputs.prefix(3)).get()
            #expect(sizes.value.count == 2)
        }
    }
}
