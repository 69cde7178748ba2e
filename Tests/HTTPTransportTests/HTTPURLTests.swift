// SPDX-License-Identifier: Apache-2.0
//
// Which URLs exist, and what of them is shown.

import HTTPTransport
import Testing

@Suite("URLs")
struct HTTPURLTests {
    @Test(arguments: [
        ("http://a", "http://a"),
        ("https://API.Example.com:8443/graphql?x=1", "https://api.example.com:8443"),
        ("HTTP://a/b", "http://a"),
        ("http://[::1]:80/", "http://[::1]:80"),
        ("http://[::1]/", "http://[::1]"),
    ])
    func `a valid URL keeps its text and knows its origin`(text: String, origin: String) throws {
        let url = try HTTPURL(text)
        #expect(url.string == text)
        #expect(url.origin == origin)
    }

    @Test(arguments: [
        "", "a", "ftp://a/", "file:///etc/passwd", "http://", "http:///x", "http://:80/", "http://a:0/",
        "http://a:70000/",
        "http://a:x/", "http://a b/", "http://a/\r\nHost: b", "http://a/#x", "http://a\\b/", "http://ä/",
        "http://[::1/",
        "http://[x]/", "http://a:/", "javascript:alert(1)",
    ])
    func `what is not a plain http URL is refused`(text: String) {
        let error = #expect(throws: HTTPTransportError.self) { try HTTPURL(text) }
        #expect(error?.code == .invalidRequest)
        #expect(error?.mayHaveReachedServer == false)
    }

    @Test func `credentials are refused and never shown`() {
        let error = #expect(throws: HTTPTransportError.self) { try HTTPURL("http://user:secret@a/?token=hidden") }
        #expect(error?.message.contains("Authorization") == true)
        #expect(error?.message.contains("secret") == false)
        #expect(error?.message.contains("hidden") == false)
    }

    @Test func `a description ends before the query string`() throws {
        let url = try HTTPURL("https://a/b?token=hidden")
        #expect("\(url)" == "https://a/b")
        #expect(String(reflecting: url) == "https://a/b")
    }

    @Test func `an error shows control characters escaped`() {
        let error = #expect(throws: HTTPTransportError.self) { try HTTPURL("http://a/\u{1b}[2J\n") }
        #expect(error?.message.unicodeScalars.contains { $0.value < 0x20 } == false)
    }
}
