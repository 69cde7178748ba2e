// SPDX-License-Identifier: Apache-2.0
//
// A URL that curl has taken apart: once, and not anew for each request that goes there.

import CCurl
import HTTPTransport

/// An owned handle of curl's URL parser. It lives for as long as an easy handle has it set.
@safe struct ParsedURL: ~Copyable {
    /// `nil` for a URL that curl does not take: given the text of it, it says why.
    let pointer: OpaquePointer?

    init(_ url: HTTPURL) {
        let pointer = unsafe curl_url()
        if unsafe curl_url_set(pointer, CURLUPART_URL, url.string, UInt32(CURLU_DISALLOW_USER)) == CURLUE_OK {
            unsafe self.pointer = unsafe pointer
        } else {
            unsafe curl_url_cleanup(pointer)
            unsafe self.pointer = nil
        }
    }

    deinit {
        unsafe curl_url_cleanup(pointer)
    }
}
