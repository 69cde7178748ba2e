// SPDX-License-Identifier: Apache-2.0
//
// The options of the transport. They are checked when a transport is made of them.

public import HTTPTransport

/// How a ``CurlHTTPTransport`` behaves.
///
/// ```swift
/// import CurlTransport
///
/// func transport() throws -> CurlHTTPTransport {
///     var configuration = CurlConfiguration()
///     configuration.timeout = .seconds(5)
///     configuration.caFile = "/etc/company/ca.pem"
///     return try CurlHTTPTransport(configuration: configuration)
/// }
/// ```
///
/// There is no option that turns the verification of certificates off. To talk to a server with a certificate of a
/// private authority, name the authority's certificate with ``caFile``.
public struct CurlConfiguration: Hashable, Sendable {
    /// Which versions of HTTP are spoken.
    public enum HTTPVersion: Hashable, Sendable {
        /// HTTP/2 over TLS where the server offers it, else HTTP/1.1.
        case automatic
        /// HTTP/1.1 alone.
        case http1Only
        /// HTTP/2 alone, also in the clear: the server is known to speak it. (Through a proxy, what is in the clear goes by
        /// HTTP/1.1.)
        case http2PriorKnowledge
    }

    /// How many connections there may be to one origin (scheme, host and port) at once; 16 by default. With HTTP/1.1
    /// each carries one request at a time. Further requests wait in a queue, first come, first served.
    public var maximumConnectionsPerHost = 16

    /// How many requests may be in flight to one origin that speaks HTTP/2, where they share connections; 128 by default.
    /// It holds from the first response that came over HTTP/2; until then ``maximumConnectionsPerHost`` does.
    public var maximumRequestsPerHost = 128

    /// How many connections there may be to all origins together; 1,024 by default. Idle ones are closed for others.
    public var maximumConnections = 1_024

    /// How many requests may wait in the queue, all origins together; 100,000 by default. A request beyond it fails at
    /// once with `HTTPTransportError.Code.queueFull`.
    public var maximumQueuedRequests = 100_000

    /// The largest body of a response, in bytes, content encodings undone; 64 MiB by default. A response beyond it
    /// is abandoned where it passes the limit, with `HTTPTransportError.Code.responseTooLarge`. It does not hold for
    /// ``CurlHTTPTransport/stream(_:)``, whose body is never in memory as a whole.
    public var maximumResponseBytes = 64 << 20

    /// The longest time from the call of ``CurlHTTPTransport/send(_:)`` to the last byte of the response, or of
    /// ``CurlHTTPTransport/stream(_:)`` to the end of its head, time in the queue included; 60 seconds by default. A
    /// request's own `timeout` replaces it.
    ///
    /// A connection whose other end acknowledges nothing, or takes nothing of what is sent, for the longer of this and
    /// ``connectTimeout``, at least 6 seconds and at most 10 minutes, is given up.
    public var timeout = Duration.seconds(60)

    /// The longest time in the queue; `nil`, the default, for as long as the ``timeout`` allows.
    public var queueTimeout: Duration?

    /// The longest time to resolve the name, connect and agree on TLS; 10 seconds by default. It is part of the
    /// ``timeout``, which wins if it is shorter.
    public var connectTimeout = Duration.seconds(10)

    /// The longest time from sending a request to the first byte of its response, its upload included; `nil`, the
    /// default, for as long as the ``timeout`` allows.
    public var firstByteTimeout: Duration?

    /// The longest time between two pieces of a response, not counting what its reader takes; `nil`, the default, for no
    /// limit.
    public var idleTimeout: Duration?

    /// The path of a PEM file with the certificates of the authorities to trust; `nil`, the default, for the system's.
    /// It replaces the system's: a file that is to trust both holds both.
    public var caFile: String?

    /// The certificate with which servers that ask for one are told who we are; none by default.
    public var clientCertificate: CurlClientCertificate?

    /// The proxy to go through; none by default, whatever the environment says.
    public var proxy: CurlProxy?

    /// The path of a Unix socket to connect to, whatever the host of the URL is; `nil`, the default, for TCP.
    public var unixSocket: String?

    /// Which versions of HTTP are spoken; automatic by default.
    public var httpVersion = HTTPVersion.automatic

    /// Bodies of requests are sent in gzip from this size on, in bytes; `nil`, the default, for never. Only for servers
    /// that are known to take it.
    public var gzipsBodiesFrom: Int?

    /// How many threads share the origins among them; 1 by default, which is enough for tens of thousands of requests a
    /// second. All requests to one origin run on one thread. The limits of connections in total and of the queue hold for
    /// each.
    public var threads = 1

    /// The value of the `User-Agent` field; `swift-dataloader` by default, `nil` sends none. A request's own field replaces it.
    public var userAgent: String? = "swift-dataloader"

    /// The defaults.
    public init() {}

    /// The defaults but for the options given. See the properties for units and meaning.
    ///
    /// - Throws: `HTTPTransportError` with the code `invalidConfiguration`, as ``validate()`` does.
    public init(
        maximumConnectionsPerHost: Int = 16,
        maximumQueuedRequests: Int = 100_000,
        maximumResponseBytes: Int = 64 << 20,
        timeout: Duration = .seconds(60),
        connectTimeout: Duration = .seconds(10),
        caFile: String? = nil,
        userAgent: String? = "swift-dataloader"
    ) throws(HTTPTransportError) {
        self.maximumConnectionsPerHost = maximumConnectionsPerHost
        self.maximumQueuedRequests = maximumQueuedRequests
        self.maximumResponseBytes = maximumResponseBytes
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.caFile = caFile
        self.userAgent = userAgent
        try validate()
    }
}
