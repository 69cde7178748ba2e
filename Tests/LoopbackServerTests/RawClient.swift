// SPDX-License-Identifier: Apache-2.0
//
// A client that sends bytes as they are and shows what comes back, for tests of the server.

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A blocking connection to 127.0.0.1. Where nothing comes for ten seconds, reading fails.
struct RawClient: ~Copyable {
    enum Failure: Error {
        case cannotConnect
        /// The time is over.
        case timeout
        /// The connection was reset, or another error of the system.
        case broken(errno: Int32)
        /// The stream ended too early; what came until then.
        case ended(String)
    }

    private let descriptor: Int32
    private var received: [UInt8] = []

    init(port: Int) throws(Failure) {
        #if canImport(Glibc)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        descriptor = socket(AF_INET, kind, 0)
        var time = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        address.sin_port = in_port_t(port).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw .cannotConnect }
    }

    deinit { close(descriptor) }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Ends the outgoing half of the connection.
    func endWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Reads up to and including a text.
    mutating func read(through end: String) throws(Failure) -> String {
        let end = Array(end.utf8)
        while true {
            if let index = received.indices.first(where: { received[$0...].starts(with: end) }) {
                return take(index + end.count)
            }
            guard try receive() else { throw .ended(take(received.count)) }
        }
    }

    /// Reads a response whose body has a Content-Length.
    mutating func readResponse() throws(Failure) -> (head: String, body: String) {
        let head = try read(through: "\r\n\r\n")
        let field = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
        let length = field.flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
        while received.count < length {
            guard try receive() else { throw .ended(head + take(received.count)) }
        }
        return (head, take(length))
    }

    /// Reads until the server ends the connection.
    mutating func readToEnd() throws(Failure) -> String {
        while try receive() {}
        return take(received.count)
    }

    private mutating func take(_ count: Int) -> String {
        defer { received.removeFirst(count) }
        return String(decoding: received.prefix(count), as: UTF8.self)
    }

    /// Receives some bytes; false at the end of the stream.
    private mutating func receive() throws(Failure) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count >= 0 else { throw errno == EAGAIN ? .timeout : .broken(errno: errno) }
        received.append(contentsOf: buffer[..<count])
        return count > 0
    }
}

/// A request for tests, with what the server needs of a head.
func request(_ method: String = "POST", _ target: String = "/", headers: String = "", body: String = "") -> String {
    "\(method) \(target) HTTP/1.1\r\nHost: test\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}
