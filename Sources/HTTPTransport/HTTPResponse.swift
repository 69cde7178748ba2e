// SPDX-License-Identifier: Apache-2.0
//
// What comes back.

/// A response with its whole body.
public struct HTTPResponse: Hashable, Sendable {
    /// The status code ([RFC 9110, section 15](https://www.rfc-editor.org/rfc/rfc9110#section-15)).
    public var status: Int
    /// Header fields, in the server's order.
    public var headers: HTTPHeaders
    /// The body's bytes, content encodings undone.
    public var body: [UInt8]

    /// Makes a response.
    public init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Whether the status is 2xx.
    public var isSuccess: Bool { (200..<300).contains(status) }
}

extension HTTPResponse: CustomStringConvertible {
    /// Status, headers without secrets, the body's size; never the body.
    public var description: String { "\(status) [\(headers)] \(body.count) bytes" }
}

extension HTTPResponse: CustomDebugStringConvertible {
    /// The same as the description: nothing more is shown to a debugger or a log.
    public var debugDescription: String { description }
}
