// SPDX-License-Identifier: Apache-2.0
//
// gzip, both ways: whole, in pieces, cut short and forged.

import CurlTransport
import Foundation
import HTTPTransport
import LoopbackServer
import Testing

@testable import CurlTransport

@Suite(.timeLimit(.minutes(1))) struct CodingTests {
    private func decode(_ bytes: [UInt8], upTo limit: Int = 1 << 20) throws -> [UInt8] {
        var headers = HTTPHeaders()
        try headers.append(name: "content-encoding", value: "GZIP")
        var decoder = try ContentDecoder(headers, from: "http://a")
        return try decoder.decode(bytes, upTo: limit)
    }

    @Test(arguments: [0, 1, 1_000, 300_000])
    func `What was encoded is decoded`(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 100) }
        let encoded = GzipEncoder.encode(bytes) ?? []
        #expect(encoded.isEmpty == (count < 2))
        if !encoded.isEmpty { #expect(try decode(encoded) == bytes) }
    }

    @Test func `Every part of a gzip body that is cut off is missed`() throws {
        #expect(try decode(Gzip.hello) == Array("hello".utf8))
        for count in 1..<Gzip.hello.count {
            let error = #expect(throws: HTTPTransportError.self) { try decode(Array(Gzip.hello.prefix(count))) }
            #expect(error?.code == .invalidResponse)
        }
    }

    @Test func `A body of two members is both, and other bytes behind it are refused`() throws {
        #expect(try decode(Gzip.hello + Gzip.hello) == Array("hellohello".utf8))
        for rest in [[0], [0x1f], Array("rest".utf8)] as [[UInt8]] {
            let error = #expect(throws: HTTPTransportError.self) { try decode(Gzip.hello + rest) }
            #expect(error?.code == .invalidResponse)
        }
    }

    @Test(arguments: [10, 15, 20])
    func `A byte that is wrong is found`(index: Int) {
        var bytes = Gzip.hello
        bytes[index] ^= 0x55
        let error = #expect(throws: HTTPTransportError.self) { try decode(bytes) }
        #expect(error?.code == .invalidResponse)
    }

    @Test func `The limit counts what is decoded`() throws {
        #expect(try decode(Gzip.hello, upTo: 5).count == 5)
        let error = #expect(throws: HTTPTransportError.self) { try decode(Gzip.hello, upTo: 4) }
        #expect(error?.code == .responseTooLarge)
    }

    @Test(arguments: ["br", "deflate", "gzip, gzip", "s3cret"])
    func `An encoding that was not asked for is refused`(encoding: String) async throws {
        let reply = LoopbackReply(headers: [("Content-Encoding", encoding)], body: Gzip.hello)
        try await withTransport(handler: { _ in reply }) { transport, server in
            let error = try await failure { try await transport.send(server.request()) }
            #expect(error.code == .invalidResponse)
            #expect(error.attempts == 1 && error.phase == .receive && error.isOutcomeUnknown)
        }
    }

    @Test(arguments: [HTTPMethod.get, .post])
    func `A response that says gzip and has no body has none`(method: HTTPMethod) async throws {
        let reply = LoopbackReply(headers: [("Content-Encoding", "gzip")])
        try await withTransport(handler: { _ in reply }) { transport, server in
            let body = try await transport.send(server.request(method)).body
            #expect(body.isEmpty)
        }
    }

    @Test func `Bodies of requests go in gzip from the size that is asked for`() async throws {
        var configuration = CurlConfiguration()
        configuration.gzipsBodiesFrom = 100
        let handler: @Sendable (LoopbackRequest) -> LoopbackReply = {
            LoopbackReply(headers: [("X-Encoding", $0.header("Content-Encoding") ?? "none")], body: $0.body)
        }
        try await withTransport(configuration, handler: handler) { transport, server in
            let text = String(repeating: "x", count: 100)
            let large = try await transport.send(server.request(body: text))
            #expect(large.headers["X-Encoding"] == "gzip")
            #expect(large.body.count < 50)
            #expect(try decode(large.body) == Array(text.utf8))
            let small = try await transport.send(server.request(body: "small"))
            #expect(small.headers["X-Encoding"] == "none" && small.text == "small")
        }
    }
}
