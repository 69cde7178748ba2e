// SPDX-License-Identifier: Apache-2.0
//
// The system calls of the server, in the forms it needs: nothing blocks, and no broken pipe raises a signal.

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A socket that listens on 127.0.0.1.
struct Listener: Sendable {
    let descriptor: Int32
    let port: Int

    /// - Parameter backlog: How many connections may wait to be accepted.
    init(backlog: Int32 = 1024) throws(LoopbackServerError) {
        let descriptor = Descriptor.makeSocket()
        guard descriptor >= 0 else { throw .system("open a socket") }
        do throws(LoopbackServerError) {
            port = try Self.bindAndListen(descriptor, backlog: backlog)
        } catch {
            Descriptor.close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    func close() { Descriptor.close(descriptor) }

    private static func bindAndListen(_ descriptor: Int32, backlog: Int32) throws(LoopbackServerError) -> Int {
        var address = sockaddr_in(loopbackPort: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
            }
        }
        guard isBound, listen(descriptor, backlog) == 0, Descriptor.setNonBlocking(descriptor) else {
            throw .system("listen on 127.0.0.1")
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    enum Accepted {
        case descriptor(Int32)
        /// Nobody is waiting.
        case none
        /// The process or the system has no descriptor left.
        case exhausted
    }

    /// Takes the next connection that waits.
    func accept() -> Accepted {
        while true {
            let accepted = systemAccept(descriptor)
            guard accepted < 0 else {
                Descriptor.setNonBlocking(accepted)
                Descriptor.setOption(accepted, level: Int32(IPPROTO_TCP), TCP_NODELAY, Int32(1))
                #if canImport(Darwin)
                    Descriptor.setOption(accepted, level: SOL_SOCKET, SO_NOSIGPIPE, Int32(1))
                #endif
                return .descriptor(accepted)
            }
            switch errno {
            case EINTR, ECONNABORTED: continue
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
            default: return .none
            }
        }
    }
}

private func systemAccept(_ descriptor: Int32) -> Int32 { accept(descriptor, nil, nil) }

/// A pipe that wakes the server's thread.
struct WakePipe: Sendable {
    let readEnd: Int32
    private let writeEnd: Int32

    init() throws(LoopbackServerError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .system("open a pipe") }
        (readEnd, writeEnd) = (ends[0], ends[1])
        Descriptor.setNonBlocking(readEnd)
        Descriptor.setNonBlocking(writeEnd)
    }

    func signal() {
        var byte: UInt8 = 1
        _ = write(writeEnd, &byte, 1)
    }

    func close() {
        Descriptor.close(readEnd)
        Descriptor.close(writeEnd)
    }
}

enum Descriptor {
    /// What a transfer came to.
    enum Transfer {
        case bytes(Int)
        /// Try again when the socket is ready.
        case wouldBlock
        case failed
    }

    /// A socket for TCP; below zero if the system has none to give.
    static func makeSocket() -> Int32 {
        #if canImport(Glibc)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        return socket(AF_INET, kind, 0)
    }

    /// A socket that connects to 127.0.0.1 and waits for nothing.
    static func beginConnecting(toPort port: Int) -> Int32 {
        let descriptor = makeSocket()
        setNonBlocking(descriptor)
        var address = sockaddr_in(loopbackPort: port)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return descriptor
    }

    static func receive(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        transfer { recv(descriptor, buffer.baseAddress, buffer.count, 0) }
    }

    static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Transfer {
        #if canImport(Darwin)
            let flags: Int32 = 0  // SO_NOSIGPIPE is set on the socket
        #else
            let flags = Int32(MSG_NOSIGNAL)
        #endif
        return transfer { systemSend(descriptor, bytes, flags) }
    }

    static func close(_ descriptor: Int32) { systemClose(descriptor) }

    /// Closes a connection by a reset instead of an orderly end.
    static func reset(_ descriptor: Int32) {
        setOption(descriptor, level: SOL_SOCKET, SO_LINGER, linger(l_onoff: 1, l_linger: 0))
        systemClose(descriptor)
    }

    /// Ends the outgoing half of a connection.
    static func shutDownWriting(_ descriptor: Int32) { shutdown(descriptor, Int32(SHUT_WR)) }

    @discardableResult
    static func setNonBlocking(_ descriptor: Int32) -> Bool {
        fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 && fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0
    }

    static func setOption<Value: BitwiseCopyable>(
        _ descriptor: Int32,
        level: Int32,
        _ option: Int32,
        _ value: Value
    ) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Value>.size))
    }

    private static func transfer(_ call: () -> Int) -> Transfer {
        while true {
            let count = call()
            guard count < 0 else { return .bytes(count) }
            switch errno {
            case EINTR: continue
            case EAGAIN, EWOULDBLOCK: return .wouldBlock
            default: return .failed
            }
        }
    }
}

extension sockaddr_in {
    /// A port of 127.0.0.1; 0 for one of the system's choosing.
    fileprivate init(loopbackPort port: Int) {
        self.init()
        sin_family = sa_family_t(AF_INET)
        sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        sin_port = in_port_t(port).bigEndian
    }
}

private func systemSend(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, _ flags: Int32) -> Int {
    send(descriptor, bytes.baseAddress, bytes.count, flags)
}

private func systemClose(_ descriptor: Int32) { _ = close(descriptor) }

extension LoopbackServerError {
    /// A system call that failed, by default with the thread's `errno`.
    static func system(_ action: String, code: Int32 = errno) -> Self {
        Self(description: "Cannot \(action): \(String(cString: strerror(code))).")
    }
}
