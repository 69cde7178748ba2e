// SPDX-License-Identifier: Apache-2.0
//
// An address that swallows connections: nothing refuses them, and nobody answers.

/// A port of 127.0.0.1 at which connecting neither succeeds nor fails.
///
/// Its queue of connections to accept is full and nobody takes any, so that the system drops what asks for one more.
package final class LoopbackBlackHole: Sendable {
    /// The port.
    package let port: Int
    /// `http://127.0.0.1:PORT`, without a slash at the end.
    package var url: String { "http://127.0.0.1:\(port)" }

    private let listener: Listener
    private let fillers: [Int32]

    /// Binds a port and fills its queue.
    ///
    /// - Throws: ``LoopbackServerError`` if the system has no socket to give.
    package init() throws {
        let listener = try Listener(backlog: 0)
        self.listener = listener
        port = listener.port
        fillers = (0..<8).map { _ in Descriptor.beginConnecting(toPort: listener.port) }
    }

    deinit {
        for filler in fillers where filler >= 0 { Descriptor.close(filler) }
        listener.close()
    }
}
