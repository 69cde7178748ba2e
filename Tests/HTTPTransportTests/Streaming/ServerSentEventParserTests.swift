// SPDX-License-Identifier: Apache-2.0
//
// The rules of event streams, in whatever pieces the bytes come.

import HTTPTransport
import Testing

@Suite struct ServerSentEventParserTests {
    struct Stream: CustomTestStringConvertible {
        var testDescription: String
        var text: String
        var events: [ServerSentEvent]

        init(_ description: String, _ text: String, _ events: [ServerSentEvent]) {
            testDescription = description
            self.text = text
            self.events = events
        }
    }

    static let streams = [
        Stream("nothing", "", []),
        Stream("one line", "data: a\n\n", [.init(data: "a")]),
        Stream("many lines", "data: a\ndata\ndata:b\ndata:  c\n\n", [.init(data: "a\n\nb\n c")]),
        Stream(
            "every line ending",
            "data: a\r\rdata: b\r\n\r\ndata: c\n\r\n",
            [
                .init(data: "a"), .init(data: "b"), .init(data: "c"),
            ]
        ),
        Stream("a byte order mark", "\u{feff}data: a\n\n\u{feff}data: b\n\n", [.init(data: "a")]),
        Stream("comments", ": hello\n\n:\ndata: a\n: b\n\n", [.init(data: "a")]),
        Stream("unknown fields", "datax: b\nDATA: c\ndata : d\nnothing\ndata: a\n\n", [.init(data: "a")]),
        Stream(
            "a type, for one event",
            "event: add\ndata: a\n\ndata: b\n\n",
            [
                .init(event: "add", data: "a"), .init(data: "b"),
            ]
        ),
        Stream("a type without data", "event: add\n\ndata: a\n\n", [.init(data: "a")]),
        Stream(
            "an identifier, for all that follow",
            "id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n",
            [
                .init(id: "1", data: "a"), .init(id: "1", data: "b"), .init(data: "c"),
            ]
        ),
        Stream("an identifier with NUL", "id: 1\nid: 2\u{0}\ndata: a\n\n", [.init(id: "1", data: "a")]),
        Stream("an identifier without data", "id: 1\n\ndata: a\n\n", [.init(id: "1", data: "a")]),
        Stream(
            "a time to wait",
            "retry: 250\n\nretry: x\nretry:\nretry: -1\nretry: 99999999999\ndata: a\n\n",
            [
                .init(data: "a", retry: .milliseconds(250))
            ]
        ),
        Stream("an event without its end", "data: a\n\ndata: b\n", [.init(data: "a")]),
        Stream("empty data", "data\n\ndata:\n\n", [.init(data: ""), .init(data: "")]),
        Stream("text of many bytes", "data: Łódź 🚋\n\n", [.init(data: "Łódź 🚋")]),
    ]

    @Test(arguments: streams, [1, 2, 3, 7, 1_000])
    func `Events are the same in pieces of any size`(stream: Stream, size: Int) throws {
        var parser = ServerSentEventParser()
        let bytes = Array(stream.text.utf8)
        var events: [ServerSentEvent] = []
        for start in Swift.stride(from: 0, to: bytes.count, by: size) {
            events += try parser.parse(Array(bytes[start..<min(start + size, bytes.count)]))
            events += try parser.parse([])
        }
        #expect(events == stream.events)
    }

    @Test func `Bytes that are no text are replaced`() throws {
        var parser = ServerSentEventParser()
        let events = try parser.parse(Array("data: ".utf8) + [0xff] + Array("\n\n".utf8))
        #expect(events.map(\.data) == ["\u{fffd}"])
    }

    @Test(arguments: ["data: 123456789", "data: 1\ndata: 2\n", ": 123456789012\n", "data: 123456789\n\n"])
    func `An event that is too large is refused`(text: String) {
        var parser = ServerSentEventParser(maximumEventBytes: 13)
        let error = #expect(throws: HTTPTransportError.self) { try parser.parse(Array(text.utf8)) }
        #expect(error?.code == .responseTooLarge)
        #expect(error?.message.contains("13") == true)
    }

    @Test func `The limit is for one event, not for the stream`() throws {
        var parser = ServerSentEventParser(maximumEventBytes: 7)
        let count = try parser.parse(Array(String(repeating: "data: 1\n\n", count: 1_000).utf8)).count
        #expect(count == 1_000)
    }
}
