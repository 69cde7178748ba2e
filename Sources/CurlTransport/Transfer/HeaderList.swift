// SPDX-License-Identifier: Apache-2.0
//
// The header fields of a request as curl wants them.

import CCurl
import HTTPTransport

/// An owned list of header lines. It lives for as long as a handle has it set.
@safe struct HeaderList: ~Copyable {
    /// What follows the header fields.
    enum Body {
        case small
        /// One so large that curl may ask the server's leave before it sends it.
        case large
        /// A form, of which curl makes the content type.
        case form
    }

    /// A head of more than 1 MB libcurl does not make, and says that it has no memory.
    private static let maximumBytes = 1_000_000

    let first: UnsafeMutablePointer<curl_slist>

    /// Makes the lines of these fields, of the defaults that they do not replace, and of those that curl would add by
    /// itself, to say that it shall not: a content type, and `Expect: 100-continue`, which costs a round trip. (The latter
    /// only where it would, for curl compares each line with many names.)
    ///
    /// - Throws: `invalidRequest` for a field that contradicts the body, or for more of them than libcurl sends.
    init(_ headers: HTTPHeaders, defaults: HTTPHeaders, body: Body) throws(HTTPTransportError) {
        for name in ["Content-Length", "Transfer-Encoding"] where headers[name] != nil {
            throw .invalidRequest("The header field '\(name)' is set by the transport, from the body.")
        }
        guard body != .form || headers["Content-Type"] == nil else {
            throw .invalidRequest("The header field 'Content-Type' of a form is set by the transport.")
        }
        let fields = headers.fields + defaults.fields.filter { headers[$0.name] == nil }
        var lines = fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        if body != .small, headers["Expect"] == nil { lines.append("Expect:") }
        if body != .form, headers["Content-Type"] == nil { lines.append("Content-Type:") }
        guard lines.reduce(0, { $0 + $1.utf8.count + 2 }) <= Self.maximumBytes else {
            throw .invalidRequest("The header fields are larger than \(Self.maximumBytes) bytes together.")
        }

        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = unsafe curl_slist_append(list, line) else {
                unsafe curl_slist_free_all(list)
                throw .internalFailure("there is no memory for the header fields")
            }
            unsafe list = unsafe longer
        }
        guard let first = unsafe list else { throw .internalFailure("there are no header lines") }
        unsafe self.first = unsafe first
    }

    deinit {
        unsafe curl_slist_free_all(first)
    }
}
