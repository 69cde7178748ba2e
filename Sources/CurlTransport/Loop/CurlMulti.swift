// SPDX-License-Identifier: Apache-2.0
//
// The multi handle of curl: all its calls in one place, their results checked.

import CCurl
import HTTPTransport

/// An owned multi handle with its connections. Confined to one thread at a time, except for its waker.
@safe final class CurlMulti {
    private let pointer: UnsafeMutableRawPointer
    private var isClosed = false

    /// - Throws: `internalFailure` if there is no memory or no descriptor left.
    init(configuration: CurlConfiguration) throws(HTTPTransportError) {
        guard let pointer = unsafe curl_multi_init() else { throw .internalFailure("libcurl makes no multi handle") }
        unsafe self.pointer = unsafe pointer
        // By default curl keeps four times as many connections as there are requests, so it would forget them after
        // a burst. Those in use count too.
        let most = min(configuration.maximumConnections, 1 << 20)
        let kept = min(most, max(128, 8 * min(configuration.maximumConnectionsPerHost, 1 << 20)))
        try check(unsafe ccurl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, kept))
        // Closes idle connections where a new one would be too many.
        try check(unsafe ccurl_multi_set_long(pointer, CURLMOPT_MAX_TOTAL_CONNECTIONS, most))
        // A multi handle made when descriptors are short cannot be woken, and says so only here.
        try check(unsafe curl_multi_wakeup(pointer))
    }

    deinit {
        close()
    }

    /// Closes all connections and frees the handle; nothing is added any more, and the waker no longer called.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        unsafe curl_multi_cleanup(pointer)
    }

    /// What ends a ``sleep(milliseconds:)`` from any thread.
    func makeWaker() -> @Sendable () -> Void {
        let waker = unsafe Waker(pointer: pointer)
        return { waker.wake() }
    }

    func add(_ transfer: Transfer) throws(HTTPTransportError) {
        try check(unsafe curl_multi_add_handle(pointer, transfer.handle))
    }

    /// Takes a transfer out; one that is not at its end loses its connection.
    func remove(_ transfer: Transfer) {
        let code = unsafe curl_multi_remove_handle(pointer, transfer.handle)
        assert(code == CURLM_OK, "A handle that was added cannot be removed.")
    }

    /// Moves every transfer as far as it goes without waiting.
    func perform() throws(HTTPTransportError) {
        var running: Int32 = 0
        try check(unsafe curl_multi_perform(pointer, &running))
    }

    /// The next transfer that has come to its end, to be removed, with curl's result.
    func nextDone() -> (Transfer, CURLcode)? {
        var easy: UnsafeMutableRawPointer?
        var code = CURLE_OK
        var context: UnsafeMutableRawPointer?
        guard unsafe ccurl_multi_next_done(pointer, &easy, &code), let easy = unsafe easy,
            unsafe ccurl_get_pointer(easy, CURLINFO_PRIVATE, &context) == CURLE_OK, let context = unsafe context
        else { return nil }
        return (unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue(), code)
    }

    /// Waits until a connection has news, a timer of curl's is due, the time has passed, or the waker is called.
    func sleep(milliseconds: Int32) throws(HTTPTransportError) {
        try check(unsafe curl_multi_poll(pointer, nil, 0, milliseconds, nil))
    }

    private func check(_ code: CURLMcode) throws(HTTPTransportError) {
        guard code != CURLM_OK else { return }
        throw .internalFailure("libcurl reports '\(unsafe String(cString: curl_multi_strerror(code)))'")
    }

    /// `curl_multi_wakeup` is the one call that curl allows from any thread; the inbox calls it only before `close`.
    @safe private struct Waker: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer

        func wake() {
            unsafe curl_multi_wakeup(pointer)
        }
    }
}
