// SPDX-License-Identifier: Apache-2.0
//
// The public face of the transport: it hands requests to the loop's thread and waits. It holds no curl handle.

public import HTTPTransport

/// An HTTP client on libcurl's multi interface.
///
/// All requests of a transport run on one thread of its own, over connections that are kept and used again: HTTP/1.1
/// in the clear, HTTP/2 over TLS where the server offers it. Make one and share it.
///
/// ```swift
/// import CurlTransport
/// import HTTPTransport
///
/// func ping() async throws -> Int {
///     let transport = try CurlHTTPTransport()
///     let response = try await transport.send(HTTPRequest(method: .get, url: HTTPURL("https://example.com/health")))
///     await transport.shutdown()
///     return response.status
/// }
/// ```
///
/// - Certificates and host names are always verified; TLS 1.2 is the least.
/// - Only `http` and `https`. Redirects are returned, not followed. Proxies of the environment, `.netrc` and cookies
///   are not used.
/// - A request that is not idempotent is sent at most once, also where libcurl by itself would send it again.
/// - Requests to one origin start in the order of their calls; their responses come in any order.
/// - A response is an error, never a short success, if it ends before its head, its length or its last chunk does, if
///   its framing contradicts itself, or if it is too large. (A body with neither length nor chunks ends where the
///   connection ends; whether it is whole, only its reader can tell.)
/// - No error or description holds a header's value, a query string or a body.
///
/// A transport need not be shut down: when the last reference goes, the requests in flight run to their end and the
/// thread ends after them.
public final class CurlHTTPTransport: HTTPClientTransport {
    private let inbox: LoopInbox
    private let timeout: Duration

    /// Makes a transport and starts its thread. Nothing is connected yet.
    ///
    /// - Parameter configuration: Limits, times and trust.
    /// - Throws: `HTTPTransportError` with the code `internalFailure` if the machine has no thread or descriptors
    ///   left, or if this system's libcurl lacks an option that safety depends on.
    public init(configuration: CurlConfiguration = CurlConfiguration()) throws(HTTPTransportError) {
        try CurlLibrary.initialize()
        let multi = try CurlMulti(maximumConnectionsPerHost: configuration.maximumConnectionsPerHost)
        let inbox = LoopInbox(wake: multi.makeWaker())
        let loop = CurlLoop(
            multi: multi,
            inbox: inbox,
            configuration: configuration,
            firstTransfer: try Transfer(configuration: configuration)
        )
        try LoopThread.start { loop.run() }
        self.inbox = inbox
        timeout = configuration.timeout
    }

    deinit {
        try? inbox.post(.shutDown(deadline: nil, waiter: nil))
    }

    /// Sends one request and returns the whole response, whatever its status.
    ///
    /// A cancelled caller returns at once; its request leaves the queue, or its connection is closed. The total
    /// time-out counts from this call.
    ///
    /// - Parameter request: What to send. `Content-Length` and `Transfer-Encoding` are refused among its header
    ///   fields: they follow from the body.
    /// - Returns: The response, its content encoding (gzip, and whatever else this system's libcurl knows) undone.
    /// - Throws: `HTTPTransportError`, or `CancellationError`. After an `internalFailure` of the loop itself, such as of
    ///   its descriptors, every further request fails in the same way: make a new transport.
    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let exchange = Exchange(request, timeout: request.timeout ?? timeout)
        let received = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard exchange.begin(continuation) else { return }
                do throws(HTTPTransportError) {
                    try inbox.post(.start(exchange))
                } catch {
                    exchange.finish(.failure(error))
                }
            }
        } onCancel: { [inbox] in
            if exchange.cancel() { try? inbox.post(.cancel(exchange)) }
        }
        return try received.parsed(from: request.url)
    }

    /// Ends the transport: refuses new requests, lets those accepted finish, cancels what is left when the time is
    /// over, closes all connections and ends the thread. Returns when all of that is done.
    ///
    /// Requests that are refused or cancelled by it fail with the code `shutDown`. Calls after the first wait for the
    /// same end; the earliest deadline counts. Cancelling the calling task does not shorten it.
    ///
    /// - Parameter drainTime: How long accepted requests may still take; 10 seconds by default.
    public func shutdown(drainingFor drainTime: Duration = .seconds(10)) async {
        let deadline = ContinuousClock.now.advanced(byAtMost: drainTime)
        await withCheckedContinuation { continuation in
            do throws(HTTPTransportError) {
                try inbox.post(.shutDown(deadline: deadline, waiter: continuation))
            } catch {
                continuation.resume()
            }
        }
    }
}
