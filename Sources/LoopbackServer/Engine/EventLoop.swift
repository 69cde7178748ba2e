// SPDX-License-Identifier: Apache-2.0
//
// The server's thread: waits for sockets and deadlines, and tells connections.

import CLoopback

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Runs until the wake pipe has a byte.
///
/// It waits with `poll`, which every system has. The system looks at each descriptor every time: with 300 connections
/// at work that is a few microseconds a request (measured).
final class EventLoop {
    private let service: LoopbackService
    private let listener: Listener
    private let wake: WakePipe
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    private var deadlines = DeadlineQueue()
    private var accepted = 0
    /// The wake pipe, the listener, and then one for each of ``connections``, in their order.
    private var descriptors: [pollfd]
    private var connections: [Connection] = []

    private static let offset = 2
    /// How long no connection is accepted when the process has no descriptor left: 10 ms.
    private static let pauseOfListener: Int64 = 10_000_000

    init(service: LoopbackService, listener: Listener, wake: WakePipe) {
        self.service = service
        self.listener = listener
        self.wake = wake
        descriptors = [
            pollfd(fd: wake.readEnd, events: Int16(POLLIN), revents: 0),
            pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0),
        ]
    }

    deinit { buffer.deallocate() }

    func run() {
        while true {
            let ready = wait()
            if descriptors[0].revents != 0 { break }
            if ready > 0 { tellConnections() }
            tellOfDeadlines()
            if descriptors[1].revents != 0 { acceptConnections() }
        }
        for connection in connections { connection.close() }
        listener.close()
    }

    private func wait() -> Int32 {
        var timeout = deadlines.earliest().map { SuspendingClock.now.duration(to: $0).clampedNanoseconds }
        if descriptors[1].events == 0 { timeout = min(timeout ?? .max, Self.pauseOfListener) }
        defer { descriptors[1].events = Int16(POLLIN) }
        return loopback_poll(&descriptors, nfds_t(descriptors.count), timeout ?? -1)
    }

    /// Backwards, because a connection that closes is replaced by the last one, which has then had its turn.
    private func tellConnections() {
        for index in connections.indices.reversed() {
            let events = Int32(descriptors[index + Self.offset].revents)
            guard events != 0 else { continue }
            let connection = connections[index]
            if events & Int32(POLLIN) != 0 {
                connection.receive(using: buffer)
            } else if events & Int32(POLLERR | POLLHUP | POLLNVAL) != 0 {
                connection.close()
            }
            if events & Int32(POLLOUT) != 0, !connection.isClosed { connection.advance() }
            update(connection, at: index)
        }
    }

    private func tellOfDeadlines() {
        guard deadlines.earliest() != nil else { return }
        let now = SuspendingClock.now
        while let connection = deadlines.next(at: now) {
            connection.deadlinePassed()
            update(connection, at: connection.index)
        }
    }

    private func acceptConnections() {
        while true {
            switch listener.accept() {
            case .descriptor(let descriptor):
                accepted += 1
                service.counters.connections.count(1)
                let connection = Connection(descriptor: descriptor, number: accepted, service: service)
                connection.index = connections.count
                connections.append(connection)
                descriptors.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
            case .none:
                return
            case .exhausted:
                // For a moment: the listener would only be reported ready again and again.
                descriptors[1].events = 0
                return
            }
        }
    }

    /// Follows what a connection wants after it has had its turn.
    private func update(_ connection: Connection, at index: Int) {
        if connection.isClosed { return remove(at: index) }
        descriptors[index + Self.offset].events =
            Int16(connection.wantsToReceive ? POLLIN : 0) | Int16(connection.wantsToSend ? POLLOUT : 0)
        if let deadline = connection.deadline, deadline != connection.queuedDeadline {
            connection.queuedDeadline = deadline
            deadlines.insert(connection, at: deadline)
        }
    }

    private func remove(at index: Int) {
        connections.swapAt(index, connections.count - 1)
        connections.removeLast()
        descriptors.swapAt(index + Self.offset, descriptors.count - 1)
        descriptors.removeLast()
        if index < connections.count { connections[index].index = index }
    }
}
