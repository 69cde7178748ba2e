// SPDX-License-Identifier: Apache-2.0
//
// The events of a body.

/// The events of any sequence of bytes in chunks, as they come.
///
/// ```swift
/// import HTTPTransport
///
/// func follow(_ url: HTTPURL, over transport: any HTTPStreamingTransport) async throws {
///     var headers = HTTPHeaders()
///     try headers.append(name: "Accept", value: "text/event-stream")
///     let response = try await transport.stream(HTTPRequest(method: .get, url: url, headers: headers))
///     for try await event in ServerSentEvents(response.body) {
///         print(event.event, event.data)
///     }
/// }
/// ```
///
/// Its end is the end of the body; it asks for nothing again by itself. An event that is not complete by then is lost:
/// ask for the rest behind the last ``ServerSentEvent/id``.
public struct ServerSentEvents<Base: AsyncSequence>: AsyncSequence where Base.Element == [UInt8] {
    /// An event.
    public typealias Element = ServerSentEvent
    /// What the body throws, or ``HTTPTransportError`` for an event that is too large.
    public typealias Failure = any Error

    private let base: Base
    private let maximumEventBytes: Int

    /// The events of a body.
    ///
    /// - Parameters:
    ///   - base: The bytes.
    ///   - maximumEventBytes: How many bytes one event may have; 1 MiB by default. A larger one ends the sequence with
    ///     ``HTTPTransportError/Code/responseTooLarge``.
    public init(_ base: Base, maximumEventBytes: Int = 1 << 20) {
        self.base = base
        self.maximumEventBytes = maximumEventBytes
    }

    /// Starts to read the bytes.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(
            base: base.makeAsyncIterator(),
            parser: ServerSentEventParser(maximumEventBytes: maximumEventBytes)
        )
    }

    /// Reads the events.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var base: Base.AsyncIterator
        fileprivate var parser: ServerSentEventParser
        private var parsed: ArraySlice<ServerSentEvent> = []

        fileprivate init(base: Base.AsyncIterator, parser: ServerSentEventParser) {
            self.base = base
            self.parser = parser
        }

        /// The next event, or `nil` at the end of the body.
        ///
        /// - Throws: What the body throws; ``HTTPTransportError`` for an event that is too large.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> ServerSentEvent? {
            while parsed.isEmpty {
                guard let bytes = try await base.next(isolation: actor) else { return nil }
                parsed = try parser.parse(bytes)[...]
            }
            return parsed.removeFirst()
        }
    }
}

extension ServerSentEvents: Sendable where Base: Sendable {}
