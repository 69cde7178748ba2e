// SPDX-License-Identifier: Apache-2.0
//
// The options that are the same for every request: safe first, then fast.

import CCurl
import HTTPTransport

extension EasyHandle {
    func setDefaults(_ configuration: CurlConfiguration) throws(HTTPTransportError) {
        try setSafety(caFile: configuration.caFile)
        try setConnections(connectTimeout: configuration.connectTimeout)
        try set(CURLOPT_USERAGENT, configuration.userAgent)
        try set(CURLOPT_ACCEPT_ENCODING, "gzip, deflate")
        try set(CURLOPT_BUFFERSIZE, 64 << 10)
    }

    /// Nothing that the caller did not ask for: no other protocol, host, proxy or credential, and no signal.
    private func setSafety(caFile: String?) throws(HTTPTransportError) {
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        try set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_HTTP09_ALLOWED, 0)
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let caFile { try set(CURLOPT_CAINFO, caFile) }
        try set(CURLOPT_NOSIGNAL, 1)
    }

    private func setConnections(connectTimeout: Duration) throws(HTTPTransportError) {
        try set(CURLOPT_CONNECTTIMEOUT_MS, Int(connectTimeout.roundedUpToMilliseconds))
        try Self.check(unsafe ccurl_set_quick_exit(pointer), CURLOPT_CONNECTTIMEOUT_MS)
        // Behind a connection that is being made to an HTTP/2 server, wait for it instead of making one more.
        try set(CURLOPT_PIPEWAIT, 1)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        // Shorter than the idle time-outs that servers and load balancers commonly have (60 seconds and up).
        try set(CURLOPT_MAXAGE_CONN, 55)
        try set(CURLOPT_MAXLIFETIME_CONN, 600)
    }
}

extension Duration {
    /// Whole milliseconds, at least this long, at most what curl and poll take (24 days).
    var roundedUpToMilliseconds: Int32 {
        let (seconds, attoseconds) = components
        guard seconds < Int64(Int32.max) / 1_000 else { return .max }
        let milliseconds = seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(max(0, milliseconds))
    }
}
