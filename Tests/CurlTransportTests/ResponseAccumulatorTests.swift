// SPDX-License-Identifier: Apache-2.0
//
// What is collected of a response, and what is refused.

import HTTPTransport
import Testing

@testable import CurlTransport

@Suite struct ResponseAccumulatorTests {
    @Test func `The final head is kept; informational ones and trailers are not`() {
        let response = Accumulation()
        let lines = [
            "HTTP/1.1 100 Continue\r\n", "X-First: 1\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", "A: 1\r\n", "\r\n",
            "Trailer: 1\r\n", "HTTP/1.1 500 Forged\r\n",
        ]
        for line in lines { #expect(response.add(line)) }
        #expect(response.isHeadComplete)
        let taken = response.take()
        #expect(taken.status == 200)
        #expect(taken.headers.fields.map(\.name) == ["A"])
    }

    @Test(arguments: [["HTTP/1.1 200 OK\r\n", "A: 1\r\n"], ["HTTP/1.1 100 Continue\r\n", "\r\n"], []])
    func `A head without its end is not complete`(lines: [String]) {
        let response = Accumulation()
        for line in lines { #expect(response.add(line)) }
        #expect(!response.isHeadComplete)
    }

    @Test(arguments: [
        ["Content-Length: 5\r\n", "content-length: 6\r\n"],
        ["Content-Length: 5\r\n", "Content-Length: 5\r\n"],
        ["Content-Length: 5, 5\r\n"],
        ["Content-Length: 5 5\r\n"],
        ["Content-Length: -5\r\n"],
        ["Content-Length: +5\r\n"],
        ["Content-Length: 0x5\r\n"],
        ["Content-Length: \r\n"],
        ["Content-Length: 99999999999999999999\r\n"],
        ["Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"],
        ["TRANSFER-ENCODING: chunked\r\n", "Content-Length: 5\r\n"],
        ["Transfer-Encoding: gzip, chunked\r\n"],
        ["Transfer-Encoding: gzip\r\n"],
    ])
    func `A head that leaves open where the response ends is refused`(fields: [String]) {
        let response = Accumulation()
        #expect(response.add("HTTP/1.1 200 OK\r\n"))
        #expect(!fields.allSatisfy { response.add($0) })
        guard case .malformed = response.refusal else {
            Issue.record("refused as \(String(describing: response.refusal))")
            return
        }
    }

    @Test func `A switch of protocols is refused`() {
        let response = Accumulation()
        #expect(response.add("HTTP/1.1 103 Early Hints\r\n"))
        #expect(response.add("\r\n"))
        #expect(!response.add("HTTP/1.1 101 Switching Protocols\r\n"))
        guard case .malformed = response.refusal else {
            Issue.record("refused as \(String(describing: response.refusal))")
            return
        }
    }

    @Test func `One length with white space around it is accepted`() {
        let response = Accumulation()
        #expect(response.add("HTTP/1.1 200 OK\r\n"))
        #expect(response.add("Content-Length:\t 5 \r\n"))
    }

    @Test func `Heads count together, also those that are dropped`() {
        let response = Accumulation()
        var accepted = 0
        while accepted < 1_000_000, response.add("HTTP/1.1 103 Hints\r\n"), response.add("\r\n") { accepted += 1 }
        #expect(accepted == ResponseAccumulator.maximumHeadBytes / 22)
        #expect(response.refusal == .headTooLarge(limit: ResponseAccumulator.maximumHeadBytes))
    }

    @Test func `A body is accepted up to the limit and not beyond`() {
        let response = Accumulation()
        #expect(response.addBody(6))
        #expect(response.addBody(4))
        #expect(!response.addBody(1))
        #expect(response.refusal == .bodyTooLarge(limit: 10))
    }

    @Test func `A body that says it will pass the limit is refused at its first byte`() {
        let response = Accumulation()
        for line in ["HTTP/1.1 200 OK\r\n", "Content-Length: 11\r\n", "\r\n"] { #expect(response.add(line)) }
        #expect(!response.addBody(1))
    }

    @Test(arguments: [
        (["HTTP/2 200\r\n", "Content-Length: 4\r\n", "\r\n"], [false, false, true]),
        (["HTTP/2 200\r\n", "Content-Length: 0\r\n", "\r\n"], [true, false, false]),
        (["HTTP/2 200\r\n", "\r\n"], [false, false, false]),
        (["HTTP/2 204\r\n", "\r\n"], [true, true, true]),
        (["HTTP/2 304\r\n", "Content-Length: 4\r\n", "\r\n"], [true, true, true]),
        (["HTTP/2 200\r\n", "Content-Length: 4\r\n"], [false, false, false]),
        (["HTTP/2 103\r\n", "\r\n"], [false, false, false]),
    ])
    func `A response is whole when all that its head announces has come, here or elsewhere`(
        lines: [String],
        isWhole: [Bool]
    ) {
        for isStreamed in [false, true] {
            let response = Accumulation()
            for line in lines { #expect(response.add(line)) }
            var found = [response.isWhole]
            for _ in 1...2 {
                if isStreamed { response.noteBody(2) } else { #expect(response.addBody(2)) }
                found.append(response.isWhole)
            }
            #expect(found == isWhole)
        }
    }

    @Test func `What was taken does not show in the next response`() {
        let response = Accumulation()
        for line in ["HTTP/1.1 200 OK\r\n", "Content-Length: 10\r\n", "\r\n"] { #expect(response.add(line)) }
        #expect(response.addBody(10))
        #expect(response.take().body.count == 10)
        #expect(response.isHeadComplete)
        response.reset()
        #expect(!response.isHeadComplete)
        #expect(response.add("HTTP/1.1 201 Created\r\n"))
        #expect(response.add("Content-Length: 3\r\n"))
        #expect(response.addBody(3))
        #expect(response.take().body.count == 3)
    }

    @Test func `Fields keep their order, their repetitions and their text`() {
        let response = Accumulation()
        let lines = ["HTTP/2 404 \r\n", "Set-Cookie: a=1\r\n", "Empty:\r\n", "set-cookie:  b: 2 \r\n", "name: Łódź\n"]
        for line in lines { #expect(response.add(line)) }
        let taken = response.take()
        #expect(taken.status == 404)
        #expect(taken.headers.fields.map(\.name) == ["Set-Cookie", "Empty", "set-cookie", "name"])
        #expect(taken.headers.fields.map(\.value) == ["a=1", "", "b: 2", "Łódź"])
    }

    @Test(arguments: [
        "\r\n", "ICY 200 OK\r\n", "HTTP/1.1\r\n", "HTTP/1.1 20 OK\r\n", "HTTP/1.1 099 OK\r\n", "HTTP/1.1 600 No\r\n",
        "HTTP/1.1 2000 OK\r\n", "HTTP/1.1 2x0 OK\r\n", "HTTP/1.1 200\tOK\r\n",
    ])
    func `A status that is none is refused`(line: String) {
        let response = Accumulation()
        #expect(!response.add(line))
        guard case .malformed = response.refusal else {
            Issue.record("refused as \(String(describing: response.refusal))")
            return
        }
    }

    @Test(arguments: [
        "a b: s3cret\r\n", "s3cret without colon\r\n", ": s3cret\r\n", " folded: s3cret\r\n", " s3cret: x\r\n",
        "\ts3cret\r\n", "name: s3cret\u{1}\r\n",
        "name: s3cret\r\r\n", "name\r\n", ":\r\n",
    ])
    func `A field that is none is refused, its value not shown`(line: String) {
        let response = Accumulation()
        #expect(response.add("HTTP/1.1 200 OK\r\n"))
        #expect(!response.add(line))
        guard case .malformed(let reason) = response.refusal else {
            Issue.record("refused as \(String(describing: response.refusal))")
            return
        }
        #expect(!reason.contains("s3cret"))
    }
}

/// An accumulator that an expectation can change.
private final class Accumulation {
    private var response = ResponseAccumulator(maximumBodyBytes: 10)

    var isHeadComplete: Bool { response.isHeadComplete }
    var isWhole: Bool { response.isWhole }
    var refusal: ResponseAccumulator.Refusal? { response.refusal }

    func add(_ line: String) -> Bool { Array(line.utf8).withUnsafeBytes { response.appendHeaderLine($0) } }

    func addBody(_ count: Int) -> Bool {
        [UInt8](repeating: 0, count: count).withUnsafeBytes { response.appendBody($0) }
    }

    func noteBody(_ count: Int) { response.noteBody(count) }

    func take() -> HTTPResponse { response.take() }

    func reset() { response.reset() }
}
