// SPDX-License-Identifier: Apache-2.0
//
// An absolute http or https URL that is safe to hand to a transport. Invalid ones cannot exist.

/// An absolute `http` or `https` URL.
///
/// ```swift
/// import HTTPTransport
///
/// func endpoint() throws -> HTTPURL {
///     try HTTPURL("https://api.example.com/graphql")
/// }
/// ```
///
/// Refused when made: other schemes, a missing host, credentials (`user:password@`, which would end in logs),
/// fragments, white space, control characters and anything that is not ASCII
/// ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986)); percent-encode those.
public struct HTTPURL: Hashable, Sendable {
    /// The URL as it was given, query string included.
    public let string: String

    /// `scheme://host[:port]`, in lower case: what connections are pooled by.
    public let origin: String

    /// Checks a URL.
    ///
    /// - Parameter string: The URL's text.
    /// - Throws: ``HTTPTransportError`` with ``HTTPTransportError/Code/invalidRequest`` that says which part is wrong.
    public init(_ string: String) throws(HTTPTransportError) {
        func refusal(_ reason: String) -> HTTPTransportError {
            .invalidRequest("The URL '\(Self.redacted(string))' \(reason).")
        }
        guard string.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw refusal("contains a space, a control character or a character that is not ASCII; percent-encode it")
        }
        guard let scheme = Self.schemes.first(where: { string.lowercased().hasPrefix($0) }) else {
            throw refusal("does not begin with http:// or https://")
        }
        let rest = string.dropFirst(scheme.count)
        let authority = rest.prefix { !"/?#\\".contains($0) }
        guard !authority.contains("@") else {
            throw refusal("contains credentials; send them in an Authorization header")
        }
        guard Self.isHostAndPort(authority) else {
            throw refusal("has no valid host and port")
        }
        guard !rest.contains("#"), !rest.contains("\\") else {
            throw refusal("contains a fragment or a backslash")
        }
        self.string = string
        self.origin = scheme + authority.lowercased()
    }

    private static let schemes = ["http://", "https://"]

    private static func isHostAndPort(_ authority: Substring) -> Bool {
        var host = authority
        if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
            let port = authority[authority.index(after: colon)...]
            guard port.allSatisfy(\.isWholeNumber), let number = Int(port), (1...65535).contains(number) else {
                return false
            }
            host = authority[..<colon]
        }
        if host.hasPrefix("[") {
            return host.hasSuffix("]") && host.dropFirst().dropLast().allSatisfy { $0.isHexDigit || ":.".contains($0) }
        }
        return !host.isEmpty && !host.contains(":") && !host.contains("[") && !host.contains("]")
    }

    /// Everything before the query string and without credentials: what may be shown to people and written to logs.
    fileprivate static func redacted(_ string: String) -> String {
        let beforeQuery = string.prefix { $0 != "?" && $0 != "#" }
        guard let at = beforeQuery.lastIndex(of: "@") else { return beforeQuery.printable }
        return "…" + beforeQuery[at...].printable
    }
}

extension HTTPURL: CustomStringConvertible {
    /// The URL without its query string, which may hold secrets.
    public var description: String { Self.redacted(string) }
}

extension HTTPURL: CustomDebugStringConvertible {
    /// The same as the description: nothing more is shown to a debugger or a log.
    public var debugDescription: String { description }
}
