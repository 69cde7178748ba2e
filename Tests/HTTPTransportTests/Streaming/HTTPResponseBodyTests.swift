// SPDX-License-Identifier: Apache-2.0
//
// Bodies in chunks, and the events in them.

import HTTPTransport
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPResponseBodyTests {
    private struct Broken: Error {}

    /// Chunks, then the end or an error.
    private func chunks(_ texts: [String], breaks: Bool = false) -> AsyncThrowingStream<[UInt8], any Error> {
        AsyncThrowingStream { continuation in
            for text in texts { continuation.yield(Array(text.utf8)) }
            continuation.finish(throwing: breaks ? Broken() : nil)
        }
    }

    @Test func `A body has the chunks of what it was made from`() async throws {
        var texts: [String] = []
        for try await chunk in HTTPResponseBody(chunks(["a", "bc"])) {
            texts.append(String(decoding: chunk, as: UTF8.self))
        }
        #expect(texts == ["a", "bc"])
    }

    @Test func `A body from memory is one chunk, or none if it is empty`() async throws {
        for bytes in [[], [1, 2, 3]] as [[UInt8]] {
            var collected: [[UInt8]] = []
            for try await chunk in HTTPResponseBody(bytes) { collected.append(chunk) }
            #expect(collected == (bytes.isEmpty ? [] : [bytes]))
        }
    }

    @Test func `A response is collected up to a limit`() async throws {
        let collected = try await HTTPStreamedResponse(status: 200, body: .init(chunks(["ab", "c"]))).collected(upTo: 3)
        #expect(collected == HTTPResponse(status: 200, body: Array("abc".utf8)))
        let error = await #expect(throws: HTTPTransportError.self) {
            try await HTTPStreamedResponse(status: 200, body: .init(chunks(["ab", "c"]))).collected(upTo: 2)
        }
        #expect(error?.code == .responseTooLarge)
    }

    @Test func `Events come from chunks, and what breaks the body breaks them`() async throws {
        var data: [String] = []
        await #expect(throws: Broken.self) {
            let body = HTTPResponseBody(chunks(["data: a\n\ndata: b\n", "\ndata: c\n\nda"], breaks: true))
            for try await event in ServerSentEvents(body) { data.append(event.data) }
        }
        #expect(data == ["a", "b", "c"])
    }
}
