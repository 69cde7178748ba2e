// SPDX-License-Identifier: Apache-2.0
//
// One easy handle of curl: made, set and freed here, and nowhere else.

import CCurl
import HTTPTransport

/// An owned easy handle. Every result of setting an option is checked.
@safe struct EasyHandle: ~Copyable {
    let pointer: UnsafeMutableRawPointer

    init() throws(HTTPTransportError) {
        guard let pointer = unsafe curl_easy_init() else { throw .internalFailure("libcurl makes no handle") }
        unsafe self.pointer = unsafe pointer
    }

    deinit {
        unsafe curl_easy_cleanup(pointer)
    }

    func set(_ option: CURLoption, _ value: Int) throws(HTTPTransportError) {
        try Self.check(unsafe ccurl_set_long(pointer, option, value), option)
    }

    func set(_ option: CURLoption, offset value: Int) throws(HTTPTransportError) {
        try Self.check(unsafe ccurl_set_offset(pointer, option, curl_off_t(value)), option)
    }

    /// curl copies the text.
    func set(_ option: CURLoption, _ value: String?) throws(HTTPTransportError) {
        try Self.check(unsafe ccurl_set_string(pointer, option, value), option)
    }

    /// curl keeps the pointer: what it points to outlives the handle or is replaced before it goes.
    @unsafe
    func set(_ option: CURLoption, pointer value: UnsafeMutableRawPointer?) throws(HTTPTransportError) {
        try Self.check(unsafe ccurl_set_pointer(pointer, option, value), option)
    }

    static func check(_ code: CURLcode, _ option: CURLoption) throws(HTTPTransportError) {
        guard code != CURLE_OK else { return }
        let reason = unsafe String(cString: curl_easy_strerror(code))
        throw .internalFailure("libcurl does not take its option \(option.rawValue) (\(reason))")
    }
}

enum CurlLibrary {
    /// Once a process, and never undone: others may use curl too.
    private static let initialization = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    static func initialize() throws(HTTPTransportError) {
        guard initialization == CURLE_OK else { throw .internalFailure("libcurl cannot be initialized") }
    }
}
