// SPDX-License-Identifier: Apache-2.0
//
// Which header fields exist, and what of them is shown.

import HTTPTransport
import Testing

@Suite("Header fields")
struct HTTPHeadersTests {
    @Test func `fields keep their order and are found without regard to case`() throws {
        var headers = HTTPHeaders()
        try headers.append(name: "X-One", value: "1")
        try headers.append(name: "x-two", value: " 2\t")
        try headers.append(name: "X-ONE", value: "3")
        #expect(headers.fields.map(\.name) == ["X-One", "x-two", "X-ONE"])
        #expect(headers["x-one"] == "1")
        #expect(headers["X-Two"] == "2")
        #expect(headers.values(of: "x-one") == ["1", "3"])
        #expect(headers["x-three"] == nil)
    }

    @Test func `setting replaces all fields of the name`() throws {
        var headers = HTTPHeaders()
        try headers.append(name: "A", value: "1")
        try headers.append(name: "a", value: "2")
        try headers.set(name: "A", value: "3")
        #expect(headers.values(of: "a") == ["3"])
    }

    @Test func `setting leaves fields of other names where they are`() throws {
        var headers = HTTPHeaders()
        for (name, value) in ["A": "1", "B": "", "a": "2", "C": "3"] as KeyValuePairs {
            try headers.append(name: name, value: value)
        }
        try headers.set(name: "a", value: "4")
        #expect(headers.fields.map(\.name) == ["B", "C", "a"])
        #expect(headers.fields.map(\.value) == ["", "3", "4"])
    }

    @Test func `a name is made of the characters of a token`() {
        let others = Array("!#$%&'*+-.^_`|~".utf8)
        for byte in UInt8.min...UInt8.max {
            let isToken =
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"):
                    true
                default: others.contains(byte)
                }
            var headers = HTTPHeaders()
            let wasAppended = headers.append(
                line: [UInt8(ascii: "x"), byte, UInt8(ascii: ":"), UInt8(ascii: "1")].span
            )
            // A second colon is of the value.
            #expect(wasAppended == (isToken || byte == UInt8(ascii: ":")), "\(byte)")
        }
    }

    @Test(arguments: [
        ("Name: value\r\n", "value"), ("Name:value", "value"), ("Name:\t a: b \t\n", "a: b"), ("Name:\r\n", ""),
        ("Name:", ""),
        ("Name: \r\n", ""), ("Name: \u{e9}", "\u{e9}"),
    ])
    func `a line of bytes is the same field as its name and value`(line: String, value: String) throws {
        var (received, made) = (HTTPHeaders(), HTTPHeaders())
        let wasAppended = received.append(line: Array(line.utf8).span)
        #expect(wasAppended)
        try made.append(name: "Name", value: value)
        #expect(received == made)
        #expect(received["name"] == value)
    }

    @Test(arguments: [
        "", ":", "\n", "name", "na me: 1", "name : 1", "name: a\rb", "name: a\nb", "name: \0", "name: a\r\r\n",
    ])
    func `a line that is no field is not added`(line: String) {
        var headers = HTTPHeaders()
        let wasAppended = headers.append(line: Array(line.utf8).span)
        #expect(!wasAppended)
        #expect(headers == HTTPHeaders())
    }

    @Test(arguments: ["", "a b", "a:", "a\r\nb", "a\0", "ä", "a;", "(a)"])
    func `a name that is no token is refused`(name: String) {
        var headers = HTTPHeaders()
        let error = #expect(throws: HTTPTransportError.self) { try headers.append(name: name, value: "x") }
        #expect(error?.code == .invalidRequest)
        #expect(headers.fields.isEmpty)
    }

    @Test(arguments: ["a\r\nInjected: b", "a\n", "a\0b", "\u{7f}", "\u{1b}"])
    func `a value with a control character is refused and not shown`(value: String) {
        var headers = HTTPHeaders()
        let error = #expect(throws: HTTPTransportError.self) {
            try headers.set(name: "Authorization", value: "secret" + value)
        }
        #expect(error?.message.contains("Authorization") == true)
        #expect(error?.message.contains("secret") == false)
        #expect(headers.fields.isEmpty)
    }

    @Test func `descriptions show no value that may be a secret`() throws {
        var headers = HTTPHeaders()
        for name in ["Authorization", "Cookie", "X-Api-Key", "Proxy-Authorization"] {
            try headers.append(name: name, value: "secret")
        }
        try headers.append(name: "Content-Type", value: "application/json")
        let request = HTTPRequest(
            url: try HTTPURL("https://a/?key=secret"),
            headers: headers,
            body: Array("secret".utf8)
        )
        let response = HTTPResponse(status: 200, headers: headers, body: Array("secret".utf8))
        let shown = ["\(headers)", "\(request)", "\(response)", "\(headers.fields)", String(reflecting: [request])]
        #expect(shown.allSatisfy { !$0.contains("secret") })
        #expect(shown[0].contains("application/json"))
    }

    @Test(arguments: zip(HTTPMethod.allCases, [true, false, true, false, true]))
    func `a request may be repeated if its method says so, unless the caller knows better`(
        method: HTTPMethod,
        isIdempotent: Bool
    ) throws {
        let url = try HTTPURL("http://a/")
        #expect(HTTPRequest(method: method, url: url).isIdempotent == isIdempotent)
        #expect(HTTPRequest(method: method, url: url, isIdempotent: true).isIdempotent)
    }
}
