// SPDX-License-Identifier: Apache-2.0
//
// The public face of the transport: it hands requests to the loop's thread and waits. It holds no curl handle.

public import HTTPTransport

/// An HTTP client on libcurl's multi interface.
///
/// All requests of a transport run on one thread of its own (or some, see ``CurlConfiguration/threads``), over connections
/// that are kept and used again: HTTP/1.1 in the clear, HTTP/2 over TLS where the server offers it. Make one and share it.
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
/// - A response in gzip is decoded, its checksum and length compared.
/// - A response is an error, never a short success, if it ends before its head, its length or its last chunk does, if
///   its framing contradicts itself, or if it is too large. (A body with neither length nor chunks ends where the
///   connection ends; whether it is whole, only its reader can tell.)
/// - No error or description holds a header's value, a query string or a body.
///
/// Bodies that are too large for memory are read as they come: see ``stream(_:)``.
///
/// A process on glibc that moves many bodies of a megabyte is faster if the C library keeps the memory that is freed. By
/// itself it returns it to the system from 2 MB on and has it back a page at a time, 256 for each body: with 16 requests
/// in flight in the clear, 1,500 bodies a second came from the same machine, and 3,900 with these settings in the
/// environment or by `mallopt`. The transport leaves them as they are, for they are the process's.
///
/// ```text
/// MALLOC_TRIM_THRESHOLD_=268435456 MALLOC_MMAP_THRESHOLD_=33554432
/// ```
///
/// A transport need not be shut down: when the last reference goes, the requests in flight run to their end and the
/// thread ends after them.
public final class CurlHTTPTransport: HTTPStreamingTransport {
    private let inboxes: [LoopInbox]
    private let configuration: CurlConfiguration

    /// Makes a transport and starts its thread. Nothing is connected yet.
    ///
    /// - Parameters:
    ///   - configuration: Limits, times and trust.
    ///   - observer: Told once what each request has cost when it has ended, whichever way, also if it was turned away;
    ///     not of those that make no sense, are cancelled before they are handed over, or come when the transport's thread
    ///     has ended. `nil`, the default, costs nothing. It is called on that thread, which serves all requests: it must
    ///     return at once and never wait.
    /// - Throws: `HTTPTransportError` with the code `invalidConfiguration` if an option makes no sense, or
    ///   `internalFailure` if the machine has no thread or descriptors left, or if this system's libcurl lacks an option
    ///   that safety depends on.
    public init(
        configuration: CurlConfiguration = CurlConfiguration(),
        observer: (@Sendable (HTTPTransportMetrics) -> Void)? = nil
    ) throws(HTTPTransportError) {
        try configuration.validate()
        try CurlLibrary.initialize()
        self.configuration = configuration
        var inboxes: [LoopInbox] = []
        do throws(HTTPTransportError) {
            for _ in 0..<configuration.threads { inboxes.append(try Self.startLoop(configuration, observer)) }
        } catch {
            Self.letGo(inboxes)
            throw error
        }
        self.inboxes = inboxes
    }

    deinit {
        Self.letGo(inboxes)
    }

    /// Sends one request and returns the whole response, whatever its status.
    ///
    /// A cancelled caller returns at once; its request leaves the queue, or its connection is closed. The total
    /// time-out counts from this call.
    ///
    /// - Parameter request: What to send. `Content-Length` and `Transfer-Encoding` are refused among its header
    ///   fields: they follow from the body.
    /// - Returns: The response, its content encoding undone: gzip, which is asked for where the system has zlib.
    /// - Throws: `HTTPTransportError`, or `CancellationError`. After an `internalFailure` of the loop itself, such as of
    ///   its descriptors, every further request fails in the same way: make a new transport.
    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await sendWhole(Exchange(try encoded(request), timeout: request.timeout ?? configuration.timeout))
    }

    /// Sends a form, with files that are read while they are sent, and returns the whole response.
    ///
    /// - Parameters:
    ///   - request: Where to and how. It has no body of its own, and no `Content-Type`.
    ///   - form: The fields.
    /// - Throws: As ``send(_:)`` does; with the code `invalidRequest` if a file cannot be read, or the request has a body
    ///   or the method `GET`.
    public func send(_ request: HTTPRequest, form: HTTPMultipartForm) async throws -> HTTPResponse {
        guard request.body.isEmpty, request.method != .get else {
            throw HTTPTransportError.invalidRequest("A request with a form is not a GET and has no other body.")
        }
        return try await sendWhole(Exchange(request, form: form, timeout: request.timeout ?? configuration.timeout))
    }

    /// Sends one request and returns when the head of its response is complete.
    ///
    /// The body arrives as fast as it is read: some 256 KB are held for a reader who pauses, then the server waits. It
    /// occupies a place among the requests to its origin until it is read to its end, or let go, or its reader's task is
    /// cancelled, either of which closes the connection. No total time-out holds for it; ``CurlConfiguration/idleTimeout``
    /// does.
    ///
    /// - Parameter request: What to send.
    /// - Throws: As ``send(_:)`` does; so does the body, for what goes wrong after the head.
    public func stream(_ request: HTTPRequest) async throws -> HTTPStreamedResponse {
        let channel = BodyChannel()
        let timeout = request.timeout ?? configuration.timeout
        let exchange = Exchange(try encoded(request), timeout: timeout, channel: channel)
        let head = try await perform(exchange)
        let inbox = inbox(for: request.url)
        do throws(HTTPTransportError) {
            let decoder = try ContentDecoder(head.headers, from: request.url.origin)
            let reader = BodyReader(exchange, channel, inbox: inbox, decoder: decoder)
            return HTTPStreamedResponse(status: head.status, headers: head.headers, body: HTTPResponseBody(reader))
        } catch {
            try? inbox.post(.cancel(exchange))
            throw exchange.describing(error)
        }
    }

    /// The thread that serves a URL's origin, as an executor for tasks that mostly send and wait.
    ///
    /// A task elsewhere goes on, after each response, on a thread that must be woken for it, and wakes the transport's for
    /// the next request. A task that prefers this executor changes threads for neither: up to 64 small requests at a time
    /// in the clear cost an eighth to a quarter less processor time, and one after the other up to a fifth more of them
    /// are answered in a second.
    ///
    /// ```swift
    /// import CurlTransport
    /// import HTTPTransport
    ///
    /// func statuses(of urls: [HTTPURL], over transport: CurlHTTPTransport) async throws -> [Int] {
    ///     guard let first = urls.first else { return [] }
    ///     return try await withTaskExecutorPreference(transport.executor(for: first)) {
    ///         try await withThrowingTaskGroup(of: Int.self) { group in
    ///             for url in urls {
    ///                 group.addTask { try await transport.send(HTTPRequest(method: .get, url: url)).status }
    ///             }
    ///             return try await group.reduce(into: []) { $0.append($1) }
    ///         }
    ///     }
    /// }
    /// ```
    ///
    /// For what such tasks do between their requests, all requests of the thread wait; gzip is done on the task that sends
    /// or receives. It must be brief and must never block: to wait there, at a lock or a semaphore, for a response of the
    /// same thread is to wait for ever. Work that takes long belongs into
    /// `withTaskExecutorPreference(globalConcurrentExecutor) { … }`.
    ///
    /// Tasks run in the order in which they can go on, whatever their priorities. The thread blocks `SIGPIPE`: a process
    /// that is begun there inherits that.
    ///
    /// The executor may outlive the transport: then its tasks run on the threads that all tasks share.
    ///
    /// - Parameter url: Where the tasks send to; with one thread, as by default, all URLs have the same. Tasks may send to
    ///   others too, which costs what it costs from anywhere else.
    public func executor(for url: HTTPURL) -> any TaskExecutor { inbox(for: url) }

    /// Ends the transport: refuses new requests, lets those accepted finish, cancels what is left when the time is
    /// over, closes all connections and ends the thread. Returns when all of that is done.
    ///
    /// Requests that are refused or cancelled by it fail with the code `shutDown`. Calls after the first wait for the
    /// same end; the earliest deadline counts. Cancelling the calling task does not shorten it.
    ///
    /// - Parameter drainTime: How long accepted requests may still take; 10 seconds by default.
    public func shutdown(drainingFor drainTime: Duration = .seconds(10)) async {
        let deadline = Moment.now.advanced(byAtMost: drainTime)
        await withTaskGroup { group in
            for inbox in inboxes {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        do throws(HTTPTransportError) {
                            try inbox.post(.shutDown(deadline: deadline, waiter: continuation))
                        } catch {
                            continuation.resume()
                        }
                    }
                }
            }
        }
    }
}

extension CurlHTTPTransport {
    private static func startLoop(
        _ configuration: CurlConfiguration,
        _ observer: (@Sendable (HTTPTransportMetrics) -> Void)?
    ) throws(HTTPTransportError) -> LoopInbox {
        let multi = try CurlMulti(configuration: configuration)
        let inbox = LoopInbox(wake: multi.makeWaker())
        // Made here, where it can still be said that this libcurl cannot do what we ask.
        _ = try Transfer(configuration: configuration)
        try LoopThread.start {
            var loop = CurlLoop(multi: multi, inbox: inbox, configuration: configuration, observer: observer)
            loop.run()
        }
        return inbox
    }

    private static func letGo(_ inboxes: [LoopInbox]) {
        for inbox in inboxes { try? inbox.post(.shutDown(deadline: nil, waiter: nil)) }
    }

    private func inbox(for url: HTTPURL) -> LoopInbox {
        guard inboxes.count > 1 else { return inboxes[0] }
        return inboxes[Int(UInt(bitPattern: url.origin.hashValue) % UInt(inboxes.count))]
    }

    private func sendWhole(_ exchange: Exchange) async throws -> HTTPResponse {
        var response = try await perform(exchange)
        guard !response.body.isEmpty, response.headers["Content-Encoding"] != nil else { return response }
        do throws(HTTPTransportError) {
            var decoder = try ContentDecoder(response.headers, from: exchange.request.url.origin)
            response.body = try decoder.decode(response.body, upTo: configuration.maximumResponseBytes)
            return response
        } catch {
            throw exchange.describing(error)
        }
    }

    /// Hands an exchange to its loop and waits for the response, or for its head if it is streamed.
    private func perform(_ exchange: Exchange) async throws -> HTTPResponse {
        let inbox = inbox(for: exchange.request.url)
        return try await withTaskCancellationHandler {
            try await unsafe withUnsafeThrowingContinuation { continuation in
                guard exchange.begin(unsafe Exchange.Waiter(continuation)) else { return }
                do throws(HTTPTransportError) {
                    try inbox.post(.start(exchange))
                } catch {
                    exchange.finish(.failure(error))
                }
            }
        } onCancel: {
            if exchange.cancel() { try? inbox.post(.cancel(exchange)) }
        }
    }

    /// The request with its body in gzip, if it is to be and gains by it.
    private func encoded(_ request: HTTPRequest) throws(HTTPTransportError) -> HTTPRequest {
        guard let threshold = configuration.gzipsBodiesFrom, !request.body.isEmpty, request.body.count >= threshold,
            request.headers["Content-Encoding"] == nil, let body = GzipEncoder.encode(request.body)
        else { return request }
        var request = request
        request.body = body
        try request.headers.append(name: "Content-Encoding", value: "gzip")
        return request
    }
}
