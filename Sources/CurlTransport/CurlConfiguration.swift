// SPDX-License-Identifier: Apache-2.0
//
// The options of the transport. Values that make no sense cannot exist.

public import HTTPTransport

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// How a ``CurlHTTPTransport`` behaves.
///
/// ```swift
/// import CurlTransport
///
/// func transport() throws -> CurlHTTPTransport {
///     let configuration = try CurlConfiguration(timeout: .seconds(5), caFile: "/etc/company/ca.pem")
///     return try CurlHTTPTransport(configuration: configuration)
/// }
/// ```
///
/// There is no option that turns the verification of certificates off. To talk to a server with a certificate of a
/// private authority, name the authority's certificate with ``caFile``.
public struct CurlConfiguration: Hashable, Sendable {
    /// How many requests may be in flight to one origin (scheme, host and port) at once; 16 by default. With HTTP/1.1
    /// each has a connection of its own; with HTTP/2 they share one. Further requests wait in a queue, first come,
    /// first served.
    public let maximumConnectionsPerHost: Int

    /// How many requests may wait in that queue, all origins together; 100,000 by default. A request beyond it fails
    /// at once with `HTTPTransportError.Code.queueFull`.
    public let maximumQueuedRequests: Int

    /// The largest body of a response, in bytes, content encodings undone; 64 MiB by default. A response beyond it
    /// is abandoned where it passes the limit, with `HTTPTransportError.Code.responseTooLarge`.
    public let maximumResponseBytes: Int

    /// The longest time from the call of ``CurlHTTPTransport/send(_:)`` to the last byte of the response, time in the
    /// queue included; 60 seconds by default. A request's own `timeout` replaces it.
    public let timeout: Duration

    /// The longest time to resolve the name, connect and agree on TLS; 10 seconds by default. It is part of the
    /// ``timeout``, which wins if it is shorter.
    public let connectTimeout: Duration

    /// The path of a PEM file with the certificates of the authorities to trust; `nil`, the default, for the system's.
    /// It replaces the system's: a file that is to trust both holds both.
    public let caFile: String?

    /// The value of the `User-Agent` field; `swift-dataloader` by default, `nil` sends none. A request's own field replaces it.
    public let userAgent: String?

    /// The defaults.
    public init() {
        maximumConnectionsPerHost = Defaults.maximumConnectionsPerHost
        maximumQueuedRequests = Defaults.maximumQueuedRequests
        maximumResponseBytes = Defaults.maximumResponseBytes
        timeout = Defaults.timeout
        connectTimeout = Defaults.connectTimeout
        caFile = nil
        userAgent = Defaults.userAgent
    }

    /// Checks and keeps the options given, with defaults for the others. See the properties for units and meaning.
    ///
    /// - Throws: `HTTPTransportError` with the code `invalidConfiguration` that names the option: limits and times
    ///   must be positive (the queue may be 0 long), the CA file readable, the user agent without line breaks.
    public init(
        maximumConnectionsPerHost: Int = Defaults.maximumConnectionsPerHost,
        maximumQueuedRequests: Int = Defaults.maximumQueuedRequests,
        maximumResponseBytes: Int = Defaults.maximumResponseBytes,
        timeout: Duration = Defaults.timeout,
        connectTimeout: Duration = Defaults.connectTimeout,
        caFile: String? = nil,
        userAgent: String? = Defaults.userAgent
    ) throws(HTTPTransportError) {
        try Self.check(maximumConnectionsPerHost >= 1, "maximumConnectionsPerHost", "is less than 1")
        try Self.check(maximumQueuedRequests >= 0, "maximumQueuedRequests", "is negative")
        try Self.check(maximumResponseBytes >= 1, "maximumResponseBytes", "is less than 1")
        try Self.check(timeout > .zero, "timeout", "is not positive")
        try Self.check(connectTimeout > .zero, "connectTimeout", "is not positive")
        if let caFile {
            try Self.check(unsafe access(caFile, R_OK) == 0, "caFile", "is '\(caFile.printable)', which cannot be read")
        }
        if let userAgent {
            let isValid = (try? HTTPHeaders().adding("User-Agent", userAgent)) != nil
            try Self.check(isValid, "userAgent", "contains a line break or a control character")
        }
        self.maximumConnectionsPerHost = maximumConnectionsPerHost
        self.maximumQueuedRequests = maximumQueuedRequests
        self.maximumResponseBytes = maximumResponseBytes
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.caFile = caFile
        self.userAgent = userAgent
    }

    @usableFromInline
    enum Defaults {
        @usableFromInline static let maximumConnectionsPerHost = 16
        @usableFromInline static let maximumQueuedRequests = 100_000
        @usableFromInline static let maximumResponseBytes = 64 << 20
        @usableFromInline static let timeout = Duration.seconds(60)
        @usableFromInline static let connectTimeout = Duration.seconds(10)
        @usableFromInline static let userAgent = "swift-dataloader"
    }

    private static func check(
        _ isValid: Bool,
        _ option: StaticString,
        _ reason: @autoclosure () -> String
    ) throws(HTTPTransportError) {
        guard !isValid else { return }
        throw HTTPTransportError(
            .invalidConfiguration,
            "The option '\(option)' \(reason()).",
            mayHaveReachedServer: false
        )
    }
}

extension HTTPHeaders {
    fileprivate func adding(_ name: String, _ value: String) throws(HTTPTransportError) -> HTTPHeaders {
        var headers = self
        try headers.append(name: name, value: value)
        return headers
    }
}
