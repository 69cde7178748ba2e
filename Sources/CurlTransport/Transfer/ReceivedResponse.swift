// SPDX-License-Identifier: Apache-2.0
//
// A response as it came, and what becomes of its head. Parsed on the caller's task: the loop's thread serves all.

import HTTPTransport

/// A complete response whose header lines are not parsed yet.
struct ReceivedResponse: Hashable, Sendable {
    /// The status line and the fields, each with its line break, without the blank line.
    var head: [UInt8]
    /// The body, as it came.
    var body: [UInt8]

    /// The response as a caller sees it.
    ///
    /// - Parameters:
    ///   - url: Where it came from, for the error.
    ///   - limit: The largest body, its content encoding undone.
    /// - Throws: `responseTooLarge` beyond the limit; `invalidResponse` if the body is not in the encoding that it says,
    ///   or as ``parsedHead(from:)``.
    func parsed(from url: HTTPURL, bodyLimit limit: Int) throws(HTTPTransportError) -> HTTPResponse {
        var response = try parsedHead(from: url)
        if !body.isEmpty {
            var decoder = try ContentDecoder(response.headers, from: url.origin)
            response.body = try decoder.decode(body, upTo: limit)
        }
        return response
    }

    /// The response without its body.
    ///
    /// - Throws: `invalidResponse` if the status or a field is not valid; fields are named, values never shown.
    func parsedHead(from url: HTTPURL) throws(HTTPTransportError) -> HTTPResponse {
        var rest = head[...]
        guard let status = Self.removeLine(from: &rest).flatMap(Self.status) else {
            throw .invalidResponse("has no valid status line", from: url.origin)
        }
        var headers = HTTPHeaders()
        headers.reserveCapacity(8)
        while let line = Self.removeLine(from: &rest) {
            try Self.append(line, to: &headers, from: url.origin)
        }
        return HTTPResponse(status: status, headers: headers)
    }

    /// The next line, without its line break.
    private static func removeLine(from rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard !rest.isEmpty else { return nil }
        let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
        let line = rest[..<end]
        rest = rest[min(end + 1, rest.endIndex)...]
        return line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    }

    /// The status of `HTTP/1.1 200 OK` ([RFC 9112, section 4](https://www.rfc-editor.org/rfc/rfc9112#section-4)).
    private static func status(of line: ArraySlice<UInt8>) -> Int? {
        guard let space = line.firstIndex(of: UInt8(ascii: " ")) else { return nil }
        let digits = line[(space + 1)...].prefix { $0 != UInt8(ascii: " ") }
        guard digits.count == 3, digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else { return nil }
        let status = digits.reduce(0) { 10 * $0 + Int($1 - UInt8(ascii: "0")) }
        return (200..<600).contains(status) ? status : nil
    }

    private static func append(
        _ line: ArraySlice<UInt8>,
        to headers: inout HTTPHeaders,
        from origin: String
    ) throws(HTTPTransportError) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            throw .invalidResponse("has a header line without a colon", from: origin)
        }
        guard headers.append(name: line[..<colon], value: line[(colon + 1)...]) else {
            let name = String(decoding: line[..<colon].prefix(64), as: UTF8.self)
            throw .invalidResponse("has an invalid header field '\(name.printable)'", from: origin)
        }
    }
}
