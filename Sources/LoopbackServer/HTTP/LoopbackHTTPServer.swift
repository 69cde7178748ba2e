// SPDX-License-Identifier: Apache-2.0
//
// An embedded HTTP/1.1 server on 127.0.0.1 for tests, examples and benchmarks: its life, from binding to joining.

import Synchronization

/// An HTTP/1.1 server on 127.0.0.1, at a port of the system's choosing.
///
/// ```swift
/// let server = try LoopbackHTTPServer { request in
///     LoopbackReply(status: 200, body: request.body)
/// }
/// defer { server.stop() }
/// print(server.url)
/// ```
///
/// One thread serves all connections with sockets that do not block. Connections are kept alive, requests on one may
/// be pipelined and are answered in their order. The handler runs on that thread: while it runs, nothing else is
/// served, so it computes and returns, and never waits. A reply that is to come later says so by its steps.
///
/// A server that nobody holds any more stops.
package final class LoopbackHTTPServer: Sendable {
    /// How large a request may be.
    package struct Limits: Hashable, Sendable {
        /// The bytes of the request line with the header fields; beyond them the answer is 431.
        package var headBytes = 64 << 10
        /// The bytes of a body; beyond them the answer is 413.
        package var bodyBytes = 64 << 20

        package init() {}
    }

    /// The port it listens on.
    package let port: Int
    /// `http://127.0.0.1:PORT`, without a slash at the end.
    package let url: String

    private let service: LoopbackService
    private let wake: WakePipe
    private let thread: Mutex<LoopThread?>

    /// Binds a port and starts to serve.
    ///
    /// - Parameters:
    ///   - latency: How long each reply's first byte is held back, as if the way were long. See ``latency``.
    ///   - limits: How large a request may be.
    ///   - refusing: Makes of the reply that refuses a request, which the handler never sees, the one to send, for tests
    ///     that inject faults. The connection ends after it.
    ///   - handler: Makes the reply of each request, on the server's thread. It must not block, nor call ``stop()``.
    /// - Throws: ``LoopbackServerError`` if the system has no socket or thread to give.
    package init(
        latency: Duration = .zero,
        limits: Limits = Limits(),
        refusing: @escaping @Sendable (LoopbackReply) -> LoopbackReply = { $0 },
        handler: @escaping @Sendable (LoopbackRequest) -> LoopbackReply
    ) throws {
        let service = LoopbackService(latency: latency, limits: limits, refusing: refusing, handler: handler)
        let wake = try WakePipe()
        let listener = try Listener()
        self.service = service
        self.wake = wake
        port = listener.port
        url = "http://127.0.0.1:\(listener.port)"
        do {
            thread = Mutex(
                try LoopThread {
                    EventLoop(service: service, listener: listener, wake: wake).run()
                }
            )
        } catch {
            listener.close()
            wake.close()
            throw error
        }
    }

    deinit { stop() }

    /// How long each reply's first byte is held back after the handler has returned. Other connections are served
    /// meanwhile. It may change at any time, for the requests that come after.
    package var latency: Duration {
        get { service.latency }
        set { service.latency = newValue }
    }

    /// What has been served so far.
    package var statistics: LoopbackStatistics { service.counters.snapshot }

    /// Closes all sockets and joins the thread. Replies that are not out are cut off. It may be called more than once,
    /// from any thread but the server's own.
    package func stop() {
        thread.withLock { thread in
            guard let running = thread.take() else { return }
            wake.signal()
            running.join()
            wake.close()
        }
    }
}

/// Why a server could not start.
package struct LoopbackServerError: Error, CustomStringConvertible {
    package let description: String
}
