// SPDX-License-Identifier: Apache-2.0
//
// From bytes to events: the rules of HTML, as a state machine without effects.

/// Parses a stream of events, in whatever pieces its bytes come
/// ([HTML, section 9.2.6](https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation)).
///
/// ```swift
/// import HTTPTransport
///
/// var parser = ServerSentEventParser()
/// let events = try parser.parse(Array("data: one\n\ndata: tw".utf8)) + parser.parse(Array("o\r\n\r\n".utf8))
/// assert(events.map(\.data) == ["one", "two"])
/// ```
///
/// Lines end with a line feed, a carriage return or both; a byte order mark at the start is skipped; comments and
/// unknown fields are ignored; an event without data is none. What follows the last blank line is not an event: a
/// stream that breaks there has lost it.
public struct ServerSentEventParser: Sendable {
    private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

    private let maximumEventBytes: Int
    private var isFirstLine = true
    /// Whether a line feed that comes next belongs to the carriage return before it.
    private var followsCarriageReturn = false
    /// The bytes of the line that has not ended yet.
    private var line: [UInt8] = []
    /// The bytes of the event that has not ended yet, all its lines counted.
    private var eventBytes = 0
    private var data: [UInt8] = []
    private var type = ""
    private var id = ""
    private var retry: Duration?

    /// Makes a parser at the start of a stream.
    ///
    /// - Parameter maximumEventBytes: How many bytes one event may have, its comments and its line that has not ended
    ///   included; 1 MiB by default.
    public init(maximumEventBytes: Int = 1 << 20) {
        self.maximumEventBytes = maximumEventBytes
    }

    /// Takes the next bytes and returns the events that they complete.
    ///
    /// - Throws: ``HTTPTransportError`` with ``HTTPTransportError/Code/responseTooLarge`` if an event is too large. The
    ///   stream cannot be parsed any further then.
    /// - Complexity: O(*n*) in the number of bytes.
    public mutating func parse(_ bytes: [UInt8]) throws(HTTPTransportError) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        var rest = bytes[...]
        if followsCarriageReturn, let first = rest.first {
            if first == .lineFeed { rest.removeFirst() }
            followsCarriageReturn = false
        }
        while let end = rest.firstIndex(where: { $0 == .lineFeed || $0 == .carriageReturn }) {
            try extendLine(by: rest[..<end])
            if let event = endLine() { events.append(event) }
            let wasCarriageReturn = rest[end] == .carriageReturn
            rest = rest[(end + 1)...]
            if wasCarriageReturn {
                followsCarriageReturn = rest.isEmpty
                if rest.first == .lineFeed { rest.removeFirst() }
            }
        }
        try extendLine(by: rest)
        return events
    }

    private mutating func extendLine(by bytes: ArraySlice<UInt8>) throws(HTTPTransportError) {
        eventBytes += bytes.count
        guard eventBytes <= maximumEventBytes else {
            throw HTTPTransportError(
                .responseTooLarge,
                "An event of the stream is larger than the limit of \(maximumEventBytes) bytes.",
                mayHaveReachedServer: true
            )
        }
        line += bytes
    }

    /// Obeys the line that has come to its end; the event, if it ends one.
    private mutating func endLine() -> ServerSentEvent? {
        defer {
            line.removeAll(keepingCapacity: true)
            isFirstLine = false
        }
        var content = line[...]
        if isFirstLine, content.starts(with: Self.byteOrderMark) { content = content.dropFirst(3) }
        guard !content.isEmpty else { return endEvent() }
        let name = content.prefix { $0 != UInt8(ascii: ":") }
        var value = content[name.endIndex...].dropFirst()
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        obey(String(decoding: name, as: UTF8.self), value)
        return nil
    }

    /// A comment is a field without a name, so that it falls through.
    private mutating func obey(_ name: String, _ value: ArraySlice<UInt8>) {
        switch name {
        case "data":
            data += value
            data.append(.lineFeed)
        case "event":
            type = String(decoding: value, as: UTF8.self)
        case "id" where !value.contains(0):
            id = String(decoding: value, as: UTF8.self)
        case "retry" where !value.isEmpty && value.allSatisfy({ (0x30...0x39).contains($0) }):
            guard let milliseconds = Int32(String(decoding: value, as: UTF8.self)) else { break }
            retry = .milliseconds(milliseconds)
        default:
            break
        }
    }

    private mutating func endEvent() -> ServerSentEvent? {
        defer {
            data.removeAll(keepingCapacity: true)
            type = ""
            eventBytes = 0
        }
        guard !data.isEmpty else { return nil }
        let text = String(decoding: data.dropLast(), as: UTF8.self)
        return ServerSentEvent(id: id, event: type.isEmpty ? "message" : type, data: text, retry: retry)
    }
}

extension UInt8 {
    fileprivate static let lineFeed = UInt8(ascii: "\n")
    fileprivate static let carriageReturn = UInt8(ascii: "\r")
}
