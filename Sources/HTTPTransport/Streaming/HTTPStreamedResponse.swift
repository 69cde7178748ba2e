// SPDX-License-Identifier: Apache-2.0
//
// A response whose body is still on its way.

/// The head of a response, with its body as a sequence of chunks that are read as they come.
public struct HTTPStreamedResponse: Sendable {
    /// The status code ([RFC 9110, section 15](https://www.rfc-editor.org/rfc/rfc9110#section-15)).
    public var status: Int
    /// Header fields, in the server's order.
    public var headers: HTTPHeaders
    /// The body, content encodings undone.
    public var body: HTTPResponseBody

    /// Makes a response.
    public init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: HTTPResponseBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Whether the status is 2xx.
    public var isSuccess: Bool { (200..<300).contains(status) }

    /// Reads the rest of the body and returns the whole response.
    ///
    /// - Parameter limit: The largest body, in bytes, that is taken into memory.
    /// - Throws: ``HTTPTransportError`` with ``HTTPTransportError/Code/responseTooLarge`` if the body is larger; what
    ///   the body throws; `CancellationError`.
    public func collected(upTo limit: Int) async throws -> HTTPResponse {
        var bytes: [UInt8] = []
        for try await chunk in body {
            guard chunk.count <= limit - bytes.count else {
                throw HTTPTransportError(
                    .responseTooLarge,
                    "The body of the response is larger than the limit of \(limit) bytes.",
                    mayHaveReachedServer: true
                )
            }
            bytes += chunk
        }
        return HTTPResponse(status: status, headers: headers, body: bytes)
    }
}

extension HTTPStreamedResponse: CustomStringConvertible, CustomDebugStringConvertible {
    /// Status and headers without secrets; never the body.
    public var description: String { "\(status) [\(headers)]" }

    /// The same as the description: nothing more is shown to a debugger or a log.
    public var debugDescription: String { description }
}
