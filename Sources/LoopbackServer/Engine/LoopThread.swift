// SPDX-License-Identifier: Apache-2.0
//
// A thread that can be joined.

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

struct LoopThread: ~Copyable {
    private let handle: pthread_t

    init(body: @escaping @Sendable () -> Void) throws(LoopbackServerError) {
        let start = Unmanaged.passRetained(Start(body: body))
        #if canImport(Darwin)
            var handle: pthread_t?
            let result = pthread_create(&handle, nil, { Start.run($0) }, start.toOpaque())
        #else
            var handle = pthread_t()
            let result = pthread_create(&handle, nil, { $0.flatMap(Start.run) }, start.toOpaque())
        #endif
        guard result == 0 else {
            start.release()
            throw .system("start a thread", code: result)
        }
        #if canImport(Darwin)
            guard let handle else { throw .system("start a thread", code: EAGAIN) }
        #endif
        self.handle = handle
    }

    consuming func join() { pthread_join(handle, nil) }
}

/// What a new thread is given.
private final class Start: Sendable {
    private let body: @Sendable () -> Void

    init(body: @escaping @Sendable () -> Void) { self.body = body }

    static func run(_ pointer: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        Unmanaged<Start>.fromOpaque(pointer).takeRetainedValue().body()
        return nil
    }
}
