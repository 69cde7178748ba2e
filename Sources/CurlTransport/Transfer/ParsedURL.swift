// SPDX-License-Identifier: Apache-2.0
//
// A URL that curl has taken apart: once, and not anew for each request that goes there.

import CCurl
import HTTPTransport

/// An owned handle of curl's URL parser. It lives for as long as an easy handle has it set.
@safe struct ParsedURL: ~Copyable {
    let pointer: OpaquePointer

    /// - Throws: `invalidRequest` if curl does not take the URL.
    init(_ url: HTTPURL) throws(HTTPTransportError) {
        guard let pointer = unsafe curl_url() else { throw .internalFailure("there is no memory for the URL") }
        let code = unsafe curl_url_set(pointer, CURLUPART_URL, url.string, UInt32(CURLU_DISALLOW_USER))
        guard code == CURLUE_OK else {
            unsafe curl_url_cleanup(pointer)
            let reason = unsafe String(cString: curl_url_strerror(code))
            throw .invalidRequest("libcurl refuses the URL '\(url)': \(reason).")
        }
        unsafe self.pointer = unsafe pointer
    }

    deinit {
        unsafe curl_url_cleanup(pointer)
    }
}
