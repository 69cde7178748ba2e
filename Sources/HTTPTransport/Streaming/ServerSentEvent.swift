// SPDX-License-Identifier: Apache-2.0
//
// One event of a stream.

/// An event that a server has sent over a response that does not end
/// ([HTML, section 9.2](https://html.spec.whatwg.org/multipage/server-sent-events.html)).
public struct ServerSentEvent: Hashable, Sendable {
    /// The stream's last event identifier, of this event or of one before it; empty if there was none. To resume a
    /// stream behind this event, send it as the field `Last-Event-ID`.
    public var id: String
    /// What kind of event it is; `message` unless the server says otherwise.
    public var event: String
    /// The data: the event's lines, joined by line feeds.
    public var data: String
    /// How long to wait before a lost stream is asked for again, if the server has said so, with this event or before.
    public var retry: Duration?

    /// Makes an event.
    public init(id: String = "", event: String = "message", data: String, retry: Duration? = nil) {
        self.id = id
        self.event = event
        self.data = data
        self.retry = retry
    }
}
