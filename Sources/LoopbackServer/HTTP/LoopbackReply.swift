// SPDX-License-Identifier: Apache-2.0
//
// What the handler answers: a message, or steps for a server that misbehaves on purpose.

/// A reply: a message, or a script for tests that inject faults.
package struct LoopbackReply: Sendable {
    /// One step of a script.
    package enum Step: Hashable, Sendable {
        /// Sends these bytes as they are.
        case bytes([UInt8])
        /// Waits, after what came before it has left, without holding up other connections.
        case wait(Duration)
        /// Closes the connection, after what came before it has left.
        case close
        /// Closes the connection by a TCP reset, after what came before it has left.
        case reset

        /// Sends a text as it is.
        package static func text(_ text: String) -> Self { .bytes(Array(text.utf8)) }
    }

    enum Content: Sendable {
        case message(Message)
        case script([Step])
    }

    /// A well-formed response.
    struct Message: Sendable {
        var status: Int
        var headers: [(name: String, value: String)]
        var body: [UInt8]
    }

    let content: Content

    /// A well-formed reply. The server adds `Content-Length`, and `Connection` where the connection ends.
    ///
    /// - Parameters:
    ///   - status: The status code.
    ///   - headers: Header fields, sent as they are.
    ///   - body: The body. It stays off the wire if the request was a `HEAD`, or the status allows none.
    package init(status: Int = 200, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        content = .message(Message(status: status, headers: headers, body: body))
    }

    private init(script: [Step]) { content = .script(script) }

    /// A reply that is whatever these steps do. A script that does not close leaves the connection open for the next
    /// request, whether or not its bytes made a response.
    package static func script(_ steps: [Step]) -> Self { Self(script: steps) }

    /// The status, headers and body; `nil` if the reply is a script.
    package var message: (status: Int, headers: [(name: String, value: String)], body: [UInt8])? {
        guard case .message(let message) = content else { return nil }
        return (message.status, message.headers, message.body)
    }
}

extension LoopbackReply.Message {
    /// Appends the message as it goes over the wire.
    func append(to bytes: inout [UInt8], withBody: Bool, closes: Bool) {
        let mayHaveBody = status >= 200 && status != 204 && status != 304
        bytes.reserveCapacity(bytes.count + 256 + body.count)
        bytes.append(contentsOf: "HTTP/1.1 \(status) ".utf8)
        bytes.append(contentsOf: Self.reason(of: status).utf8)
        for (name, value) in headers {
            bytes.append(contentsOf: "\r\n".utf8)
            bytes.append(contentsOf: name.utf8)
            bytes.append(contentsOf: ": ".utf8)
            bytes.append(contentsOf: value.utf8)
        }
        if mayHaveBody {
            bytes.append(contentsOf: "\r\nContent-Length: ".utf8)
            bytes.append(contentsOf: String(body.count).utf8)
        }
        if closes { bytes.append(contentsOf: "\r\nConnection: close".utf8) }
        bytes.append(contentsOf: "\r\n\r\n".utf8)
        if withBody && mayHaveBody { bytes.append(contentsOf: body) }
    }

    private static func reason(of status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 204: "No Content"
        case 302: "Found"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        case 505: "HTTP Version Not Supported"
        default: "Status"
        }
    }
}
