// SPDX-License-Identifier: Apache-2.0
//
// What goes out.

/// A request with its whole body.
public struct HTTPRequest: Hashable, Sendable {
    /// The method.
    public var method: HTTPMethod
    /// Where to.
    public var url: HTTPURL
    /// Header fields besides those a transport adds (`Host`, `Content-Length`, `Accept-Encoding`).
    public var headers: HTTPHeaders
    /// The body's bytes; empty for none.
    public var body: [UInt8]
    /// The longest time from the call to the last byte of the response; `nil` for the transport's own limit.
    public var timeout: Duration?
    /// Whether it does no harm if the server sees this request twice. Only then may a transport send it again
    /// after a connection broke. Follows from the method unless the caller knows better: a GraphQL query is a POST
    /// that may be repeated.
    public var isIdempotent: Bool

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - method: The method; `POST` by default, as most requests of this package are.
    ///   - url: Where to.
    ///   - headers: Header fields; none by default.
    ///   - body: The body's bytes; none by default.
    ///   - timeout: The longest time for the whole exchange; the transport's own limit by default.
    ///   - isIdempotent: Whether the request may be sent twice; by default what the method says.
    public init(
        method: HTTPMethod = .post,
        url: HTTPURL,
        headers: HTTPHeaders = HTTPHeaders(),
        body: [UInt8] = [],
        timeout: Duration? = nil,
        isIdempotent: Bool? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.isIdempotent = isIdempotent ?? method.isIdempotent
    }
}

extension HTTPRequest: CustomStringConvertible {
    /// Method, URL without query, headers without secrets, the body's size; never the body.
    public var description: String { "\(method) \(url) [\(headers)] \(body.count) bytes" }
}

extension HTTPRequest: CustomDebugStringConvertible {
    /// The same as the description: nothing more is shown to a debugger or a log.
    public var debugDescription: String { description }
}
