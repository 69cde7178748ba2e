// SPDX-License-Identifier: Apache-2.0
//
// Who gets which bytes, and when the producer waits.

import Testing

@testable import CurlTransport

@Suite struct BodyBufferTests {
    private struct Broken: Error {}

    @Test func `Bytes that nobody waits for are kept until they are too many`() {
        let buffer = Buffer()
        #expect(buffer.append("ab") == "buffered")
        #expect(buffer.append("cdef") == "buffered")
        #expect(buffer.append("g") == "pause")
        #expect(buffer.read(1) == "abcdef, resumes")
        #expect(buffer.append("g") == "buffered")
        #expect(buffer.read(1) == "g")
    }

    @Test func `A reader who waits gets what comes next, and one reader alone may wait`() {
        let buffer = Buffer()
        #expect(buffer.read(1) == "wait")
        #expect(buffer.read(2) == "refuse")
        #expect(buffer.append("a") == "hand over to 1")
        #expect(buffer.read(2) == "wait")
    }

    @Test func `The end comes behind the bytes, and stays`() {
        let buffer = Buffer()
        _ = buffer.append("a")
        #expect(buffer.finish() == nil)
        #expect([buffer.read(1), buffer.read(1), buffer.read(1)] == ["a", "end", "end"])
    }

    @Test func `A reader who waits learns of the end, and the first end counts`() {
        let buffer = Buffer()
        _ = buffer.read(1)
        #expect(buffer.finish(throwing: Broken()) == 1)
        #expect(buffer.finish() == nil)
        #expect(buffer.read(2) == "failure")
    }
}

/// A buffer that an expectation can change, of at most 4 bytes.
private final class Buffer {
    private var buffer = BodyBuffer<Int>(limit: 4)

    func append(_ text: String) -> String {
        switch Array(text.utf8).withUnsafeBytes({ buffer.append($0) }) {
        case .buffered: "buffered"
        case .pause: "pause"
        case .handOver(let reader): "hand over to \(reader)"
        }
    }

    func read(_ reader: Int) -> String {
        switch buffer.read(reader) {
        case .chunk(let bytes, let resumes): String(decoding: bytes, as: UTF8.self) + (resumes ? ", resumes" : "")
        case .end: "end"
        case .failure: "failure"
        case .wait: "wait"
        case .refuse: "refuse"
        }
    }

    func finish(throwing error: (any Error)? = nil) -> Int? { buffer.finish(throwing: error) }
}
