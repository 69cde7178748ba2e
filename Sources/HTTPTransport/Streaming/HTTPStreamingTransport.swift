// SPDX-License-Identifier: Apache-2.0
//
// What a transport adds that can hand out a body before it is complete.

/// A transport that returns when the head of a response is there, and leaves the body to be read.
///
/// For bodies that are too large for memory, or that never end: see ``ServerSentEvents``.
public protocol HTTPStreamingTransport: HTTPClientTransport {
    /// Sends one request and returns when the head of its response is complete, whatever its status.
    ///
    /// What ``HTTPClientTransport/send(_:)`` promises holds here too. The request's time-out covers the head only,
    /// since a stream may go on for as long as its reader wants it.
    ///
    /// - Parameter request: What to send.
    /// - Returns: The status, the header fields and the body. Read the body or let go of it: until then it occupies a
    ///   connection.
    /// - Throws: ``HTTPTransportError``, or `CancellationError`.
    func stream(_ request: HTTPRequest) async throws -> HTTPStreamedResponse
}
