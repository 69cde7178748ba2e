// SPDX-License-Identifier: Apache-2.0
//
// A request as the handler sees it. Its texts are made when they are asked for.

/// A complete request.
package struct LoopbackRequest: Sendable {
    /// Which connection it came on; the first that the server accepted is 1.
    package let connection: Int
    /// Which request of its connection it is, counted from 1.
    package let number: Int
    /// The body, without its transfer coding.
    package let body: [UInt8]

    let head: RequestHead

    init(head: RequestHead, body: [UInt8], connection: Int, number: Int) {
        self.head = head
        self.body = body
        self.connection = connection
        self.number = number
    }

    /// A request that did not come over a socket.
    ///
    /// - Throws: ``LoopbackServerError`` if the parts do not make a request.
    package init(
        method: String,
        target: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) throws {
        let fields = headers.map { "\($0.name): \($0.value)\r\n" }.joined()
        do {
            head = try RequestHead(parsing: Array("\(method) \(target) HTTP/1.1\r\n\(fields)\r\n".utf8))
        } catch {
            throw LoopbackServerError(description: error.reason)
        }
        self.body = body
        connection = 1
        number = 1
    }

    /// The method, such as `POST`.
    package var method: String { head.text(head.method) }

    /// The request's target as it was sent, with the query if there is one.
    package var target: String { head.text(head.target) }

    /// The target without the query.
    package var path: String {
        let path = head.bytes[head.target].prefix { $0 != UInt8(ascii: "?") }
        return String(decoding: path, as: UTF8.self)
    }

    /// The value of the first header field of a name, compared without regard to case.
    package func header(_ name: String) -> String? {
        let name = Array(name.utf8)
        return head.fields.first { head.bytes[$0.name].isEqualIgnoringASCIICase(to: name) }.map { head.text($0.value) }
    }

    /// All header fields, in order.
    package var headers: [(name: String, value: String)] {
        head.fields.map { (head.text($0.name), head.text($0.value)) }
    }
}
