// SPDX-License-Identifier: Apache-2.0
//
// The least of a server that listens at a Unix socket.

import Foundation

/// Answers each request with its method and target, over one connection each, until it is stopped.
final class UnixSocketServer: Sendable {
    /// Where it listens.
    let path: String
    private let listener: Int32
    private let answers: Bool

    /// - Parameter answers: False for one that takes connections and reads nothing.
    init(answers: Bool = true) throws {
        self.answers = answers
        path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString.prefix(8)).sock").path
        #if os(Linux)
            listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #else
            listener = socket(AF_UNIX, SOCK_STREAM, 0)
        #endif
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let bound = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) }
        }
        guard bound == 0, listen(listener, 8) == 0 else {
            close(listener)
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        guard answers else { return }
        Thread.detachNewThread { [listener] in Self.serve(listener) }
    }

    /// Ends it; the thread ends with it.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        unlink(path)
        if !answers { close(listener) }
    }

    private static func serve(_ listener: Int32) {
        defer { close(listener) }
        while case let connection = accept(listener, nil, nil), connection >= 0 {
            defer { close(connection) }
            var bytes = [UInt8](repeating: 0, count: 4_096)
            let count = recv(connection, &bytes, bytes.count, 0)
            let words = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
            let text = words.prefix(2).joined(separator: " ")
            let reply = Array("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\(text)".utf8)
            _ = send(connection, reply, reply.count, 0)
        }
    }
}
