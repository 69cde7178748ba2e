// SPDX-License-Identifier: Apache-2.0
//
// The one door to the network: what a client of this package asks of whatever moves its requests.

/// Sends a request and returns its response.
///
/// `GraphQLBatching` and everything above it know this protocol and nothing else of the network. `CurlTransport`
/// implements it on libcurl; adapters for other HTTP clients are a few lines:
///
/// ```swift
/// import HTTPTransport
///
/// struct InMemoryTransport: HTTPClientTransport {
///     var respond: @Sendable (HTTPRequest) async throws -> HTTPResponse
///
///     func send(_ request: HTTPRequest) async throws -> HTTPResponse {
///         try await respond(request)
///     }
/// }
/// ```
public protocol HTTPClientTransport: Sendable {
    /// Sends one request and returns the whole response, whatever its status.
    ///
    /// An implementation:
    /// - sends a request that is not ``HTTPRequest/isIdempotent`` at most once;
    /// - follows no redirect: a 3xx is a response like any other;
    /// - returns at once when the calling task is cancelled, by throwing `CancellationError`;
    /// - throws ``HTTPTransportError`` when there is no complete response, and tells with
    ///   ``HTTPTransportError/mayHaveReachedServer`` whether the server may have acted.
    ///
    /// - Parameter request: What to send. It is valid: its parts cannot be made otherwise.
    /// - Returns: The response with its body, decoded from any content encoding.
    /// - Throws: ``HTTPTransportError``, or `CancellationError`.
    func send(_ request: HTTPRequest) async throws -> HTTPResponse
}
