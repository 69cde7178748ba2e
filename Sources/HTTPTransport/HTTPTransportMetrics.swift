// SPDX-License-Identifier: Apache-2.0
//
// What a request has cost, for whoever counts.

/// The times and counts of one request that has ended, whichever way.
///
/// Times are durations from the call. One that is `nil` was not reached, or the request had a connection already.
public struct HTTPTransportMetrics: Hashable, Sendable {
    /// The method.
    public var method: HTTPMethod
    /// `scheme://host[:port]`; neither path nor query string.
    public var origin: String
    /// The status; `nil` if no head of a response was complete.
    public var status: Int?
    /// Why there is no complete response; `nil` if there is one, or if the caller was cancelled.
    public var failure: HTTPTransportError.Code?
    /// The protocol of the connection, such as `HTTP/2`; `nil` if there was none.
    public var protocolVersion: String?
    /// Whether the connection had been used before.
    public var isConnectionReused = false
    /// How often the request was sent, or was about to be.
    public var attempts = 0
    /// How many bytes of the request's body were sent.
    public var bodyBytesSent = 0
    /// How many bytes of the response's body have come, content encodings not undone.
    public var bodyBytesReceived = 0

    /// When the request left the queue.
    public var queued: Duration?
    /// When the name was resolved.
    public var resolved: Duration?
    /// When the connection was made.
    public var connected: Duration?
    /// When TLS was agreed on.
    public var secured: Duration?
    /// When the request was about to be sent.
    public var sending: Duration?
    /// When the first byte of the response was there.
    public var firstByte: Duration?
    /// When the request ended.
    public var total: Duration

    /// Makes metrics; the details can be added.
    public init(method: HTTPMethod, origin: String, total: Duration) {
        self.method = method
        self.origin = origin
        self.total = total
    }
}
