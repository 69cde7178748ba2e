// SPDX-License-Identifier: Apache-2.0
//
// The options that are the same for every request: safe first, then fast.

import CCurl
import HTTPTransport

extension EasyHandle {
    func setDefaults(_ configuration: CurlConfiguration) throws(HTTPTransportError) {
        try setSafety()
        try setTrust(configuration)
        try setRoute(configuration)
        try setConnections(configuration)
        // Decoded by us: curl takes gzip that is cut short for whole.
        try set(CURLOPT_HTTP_CONTENT_DECODING, 0)
        // curl takes and frees it for each request, and from 64 KB on glibc tidies its heap whenever one is freed.
        try set(CURLOPT_BUFFERSIZE, 60 << 10)
    }

    /// Nothing that the caller did not ask for: no other protocol, host or credential, and no signal.
    private func setSafety() throws(HTTPTransportError) {
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        try set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        try set(CURLOPT_HTTP09_ALLOWED, 0)
        try set(CURLOPT_NOSIGNAL, 1)
    }

    private func setTrust(_ configuration: CurlConfiguration) throws(HTTPTransportError) {
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let caFile = configuration.caFile {
            try set(CURLOPT_CAINFO, caFile)
            if configuration.proxy != nil { try set(CURLOPT_PROXY_CAINFO, caFile) }
        }
        if let certificate = configuration.clientCertificate {
            try set(CURLOPT_SSLCERT, certificate.certificateFile)
            try set(CURLOPT_SSLKEY, certificate.keyFile)
            try set(CURLOPT_KEYPASSWD, certificate.keyPassword)
        }
    }

    /// By which protocol and which way. What the environment says of proxies does not count.
    private func setRoute(_ configuration: CurlConfiguration) throws(HTTPTransportError) {
        try set(CURLOPT_HTTP_VERSION, configuration.httpVersion.option)
        try set(CURLOPT_PROXY, configuration.proxy?.url.string ?? "")
        // For the request to make a tunnel: those to servers have it among their own fields.
        if configuration.proxy != nil { try set(CURLOPT_USERAGENT, configuration.userAgent) }
        try set(CURLOPT_NOPROXY, "")
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        if let credentials = configuration.proxy?.credentials {
            try set(CURLOPT_PROXYUSERNAME, credentials.user)
            try set(CURLOPT_PROXYPASSWORD, credentials.password)
        }
        if let path = configuration.unixSocket { try set(CURLOPT_UNIX_SOCKET_PATH, path) }
    }

    private func setConnections(_ configuration: CurlConfiguration) throws(HTTPTransportError) {
        // Ours holds too; curl shares its own among the addresses of a name.
        try set(CURLOPT_CONNECTTIMEOUT_MS, Int(configuration.connectTimeout.roundedUpToMilliseconds))
        try setSilence(configuration.silenceLimit)
        try setQuickExit()
        // Shorter than the idle time-outs that servers and load balancers commonly have (60 seconds and up).
        try set(CURLOPT_MAXAGE_CONN, 55)
        try set(CURLOPT_MAXLIFETIME_CONN, 600)
    }
}

extension CurlConfiguration {
    /// The fields that every request has which does not have its own.
    var defaultHeaders: HTTPHeaders {
        get throws(HTTPTransportError) {
            var headers = HTTPHeaders()
            if let userAgent, !userAgent.isEmpty { try headers.append(name: "User-Agent", value: userAgent) }
            if let encodings = ContentDecoder.acceptedEncodings {
                try headers.append(name: "Accept-Encoding", value: encodings)
            }
            return headers
        }
    }

    /// How long the other end of a connection may be silent: as long as a request may take, and long enough for some
    /// packets to be lost.
    fileprivate var silenceLimit: Duration { min(max(timeout, connectTimeout, .seconds(6)), .seconds(600)) }
}

extension CurlConfiguration.HTTPVersion {
    fileprivate var option: Int {
        switch self {
        case .automatic: CURL_HTTP_VERSION_2TLS
        case .http1Only: CURL_HTTP_VERSION_1_1
        case .http2PriorKnowledge: CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE
        }
    }
}

extension EasyHandle {
    /// Has a connection given up whose other end is silent, although it owes an answer or is asked whether it is there.
    ///
    /// A request that runs out of time does not close a connection that others share. Where the network has broken, the
    /// system would try for a quarter of an hour, and all that time take every request to the origin with it. The limit
    /// takes the place of the system's number of questions, so enough of them are asked before it that some may be lost.
    private func setSilence(_ limit: Duration) throws(HTTPTransportError) {
        let code = unsafe ccurl_set_silence_limit(pointer, limit.roundedUpToMilliseconds)
        try Self.check(code, CURLOPT_SOCKOPTFUNCTION)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_TCP_KEEPIDLE, Int(min(60, limit.components.seconds / 3)))
        try set(CURLOPT_TCP_KEEPINTVL, Int(min(15, max(1, limit.components.seconds / 9))))
    }

    /// Without it, cancelling a request whose name is being resolved holds up all others until it is.
    private func setQuickExit() throws(HTTPTransportError) {
        let code = unsafe ccurl_set_long(pointer, ccurl_option_quick_exit, 1)
        if code != CURLE_UNKNOWN_OPTION { try Self.check(code, ccurl_option_quick_exit) }
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
