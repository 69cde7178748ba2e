// SPDX-License-Identifier: Apache-2.0
//
// A thread with a name on which a broken connection raises no signal.

import CCurl
import HTTPTransport

#if canImport(Darwin)
    import Darwin
    import ObjectiveC
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

enum LoopThread {
    /// At most 15 characters, Linux's limit.
    private static let name = "CurlTransport"

    private final class Body {
        let run: () -> Void
        init(_ run: @escaping () -> Void) { self.run = run }
    }

    /// Runs a closure on a new thread, which ends, and lets go of the closure, when the closure returns.
    ///
    /// - Throws: `internalFailure` if the system gives no thread.
    static func start(_ run: sending @escaping () -> Void) throws(HTTPTransportError) {
        let body = unsafe Unmanaged.passRetained(Body(run))
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        let code = unsafe pthread_create(&thread, nil, runBody, body.toOpaque())
        guard code == 0 else {
            unsafe body.release()
            throw HTTPTransportError(
                .internalFailure,
                "The system gives no thread for the transport: \(unsafe String(cString: strerror(code))).",
                mayHaveReachedServer: false
            )
        }
        #if canImport(Darwin)
            if let thread = unsafe thread { unsafe pthread_detach(thread) }
        #else
            pthread_detach(thread)
        #endif
    }

    /// Runs a closure and lets go of what Objective-C keeps for the end of a pool, of which a thread has none by itself.
    static func withAutoreleasePool(_ run: () -> Void) {
        #if canImport(ObjectiveC)
            autoreleasepool { run() }
        #else
            run()
        #endif
    }

    #if canImport(Darwin)
        private static let runBody: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { body in
            unsafe main(body)
            return nil
        }
    #else
        private static let runBody: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { body in
            if let body = unsafe body { unsafe main(body) }
            return nil
        }
    #endif

    private static func main(_ body: UnsafeMutableRawPointer) {
        unsafe ccurl_name_thread(name)
        // TLS libraries write without MSG_NOSIGNAL, and curl does not guard those writes under CURLOPT_NOSIGNAL.
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGPIPE)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        unsafe Unmanaged<Body>.fromOpaque(body).takeRetainedValue().run()
    }
}
