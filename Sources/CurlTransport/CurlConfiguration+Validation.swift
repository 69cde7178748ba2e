// SPDX-License-Identifier: Apache-2.0
//
// Which options make sense.

public import HTTPTransport

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension CurlConfiguration {
    /// Checks all options; a transport does so when it is made.
    ///
    /// - Throws: `HTTPTransportError` with the code `invalidConfiguration` that names the option: limits and times
    ///   must be positive (the queue may be 0 long), files readable, the user agent without line breaks, and zlib there
    ///   if bodies are to be sent in gzip.
    public func validate() throws(HTTPTransportError) {
        try validateLimits()
        try validateTimes()
        if let caFile { try checkReadable(caFile, "caFile") }
        try clientCertificate?.validate()
        if let unixSocket {
            let isValid = !unixSocket.isEmpty && unixSocket.utf8.count < 104 && !unixSocket.utf8.contains(0)
            try check(isValid, "unixSocket", "is not the path of a socket, of at most 103 bytes")
        }
        if let userAgent {
            var headers = HTTPHeaders()
            let isValid = (try? headers.append(name: "User-Agent", value: userAgent)) != nil
            try check(isValid, "userAgent", "contains a line break or a control character")
        }
    }

    private func validateLimits() throws(HTTPTransportError) {
        try check(maximumConnectionsPerHost >= 1, "maximumConnectionsPerHost", "is less than 1")
        try check(maximumRequestsPerHost >= 1, "maximumRequestsPerHost", "is less than 1")
        try check(maximumConnections >= 1, "maximumConnections", "is less than 1")
        try check(maximumQueuedRequests >= 0, "maximumQueuedRequests", "is negative")
        try check(maximumResponseBytes >= 1, "maximumResponseBytes", "is less than 1")
        try check((1...256).contains(threads), "threads", "is not between 1 and 256")
        if let gzipsBodiesFrom {
            try check(gzipsBodiesFrom >= 0, "gzipsBodiesFrom", "is negative")
            try check(GzipDecoder.isAvailable, "gzipsBodiesFrom", "needs zlib, which this system does not have")
        }
    }

    private func validateTimes() throws(HTTPTransportError) {
        try check(timeout > .zero, "timeout", "is not positive")
        try check(connectTimeout > .zero, "connectTimeout", "is not positive")
        try check(queueTimeout ?? timeout > .zero, "queueTimeout", "is not positive")
        try check(firstByteTimeout ?? timeout > .zero, "firstByteTimeout", "is not positive")
        try check(idleTimeout ?? timeout > .zero, "idleTimeout", "is not positive")
    }
}

extension CurlConfiguration {
    var timeLimits: TimeLimits {
        TimeLimits(queue: queueTimeout, connect: connectTimeout, firstByte: firstByteTimeout, idle: idleTimeout)
    }

    var admissionLimits: AdmissionQueue<Job>.Limits {
        AdmissionQueue.Limits(
            placesPerOrigin: maximumConnectionsPerHost,
            placesPerMultiplexedOrigin: maximumRequestsPerHost,
            connections: maximumConnections,
            waiting: maximumQueuedRequests
        )
    }

    /// Whether the callbacks are to look at the clock.
    var keepsTime: Bool { firstByteTimeout != nil || idleTimeout != nil }
}

extension CurlClientCertificate {
    fileprivate func validate() throws(HTTPTransportError) {
        try checkReadable(certificateFile, "clientCertificate")
        try checkReadable(keyFile, "clientCertificate")
    }
}

private func checkReadable(_ path: String, _ option: StaticString) throws(HTTPTransportError) {
    try check(unsafe access(path, R_OK) == 0, option, "is '\(path.printable)', which cannot be read")
}

private func check(
    _ isValid: Bool,
    _ option: StaticString,
    _ reason: @autoclosure () -> String
) throws(HTTPTransportError) {
    guard !isValid else { return }
    throw .invalidConfiguration(option, reason())
}
