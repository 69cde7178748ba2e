// SPDX-License-Identifier: Apache-2.0
//
// One connection: what it reads, what it owes, and what it waits for.

/// A connection, driven by the event loop on the server's thread.
///
/// One request is in service at a time. Its reply is a script, of which as much is done at once as can be; a step that
/// waits sets a ``deadline``, and a socket that takes no more bytes makes the rest wait for it. Only when the script is
/// done, the next request is read from the bytes that have come meanwhile.
final class Connection {
    private enum Phase {
        /// Requests are read and answered.
        case serving
        /// No more requests are read; what is owed is sent, then the connection ends.
        case finishing
        /// All is sent and the outgoing half has ended. What still comes is dropped until the client ends its half:
        /// closing earlier would reset the connection and could take the reply with it.
        case lingering
        case closed
    }

    let descriptor: Int32
    /// When to call ``deadlinePassed()``.
    private(set) var deadline: SuspendingClock.Instant?
    /// The event loop's own note: where it keeps this connection.
    var index = 0
    /// The event loop's own note: the deadline that it knows.
    var queuedDeadline: SuspendingClock.Instant?

    private let number: Int
    private let service: LoopbackService
    private var phase = Phase.serving
    private var reader: RequestReader
    private var requests = 0
    private var script: ArraySlice<LoopbackReply.Step> = []
    private var outgoing: [UInt8] = []
    private var sent = 0
    private var clientHasEnded = false

    init(descriptor: Int32, number: Int, service: LoopbackService) {
        self.descriptor = descriptor
        self.number = number
        self.service = service
        reader = RequestReader(limits: service.limits)
    }

    var isClosed: Bool { phase == .closed }

    /// Whether more bytes would be of use: not while so many wait that the client must be slowed down.
    var wantsToReceive: Bool {
        switch phase {
        case .serving: !clientHasEnded && (reader.count < Self.highWater || (deadline == nil && !wantsToSend))
        case .lingering: true
        case .finishing, .closed: false
        }
    }

    var wantsToSend: Bool { sent < outgoing.count }

    private static let highWater = 256 << 10
    private static let lingeringTime = Duration.seconds(1)

    /// Receives what is there.
    func receive(using buffer: UnsafeMutableRawBufferPointer) {
        switch Descriptor.receive(descriptor, into: buffer) {
        case .bytes(0):
            clientHasEnded = true
            if phase == .lingering { return close() }
        case .bytes(let count):
            service.counters.bytesReceived.count(count)
            if phase == .serving { reader.append(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
        case .wouldBlock: return
        case .failed: return close()
        }
        if deadline == nil { advance() }
    }

    func deadlinePassed() {
        deadline = nil
        if phase == .lingering { close() } else { advance() }
    }

    func close() {
        guard phase != .closed else { return }
        phase = .closed
        deadline = nil
        Descriptor.close(descriptor)
    }

    /// Goes on as far as possible: the script, then the next requests, then the end.
    func advance() {
        while phase == .serving || phase == .finishing {
            if let step = script.popFirst() {
                guard perform(step) else { return }
            } else if phase == .finishing {
                guard flush() else { return }
                linger()
            } else {
                if outgoing.count >= Self.highWater, !flush() { return }
                guard serveNext() else { return }
            }
        }
    }

    /// Does a step. Returns whether to go on with the next one now.
    private func perform(_ step: LoopbackReply.Step) -> Bool {
        if case .bytes(let bytes) = step, outgoing.count < Self.highWater {
            outgoing.append(contentsOf: bytes)
            return true
        }
        guard flush() else {
            if phase != .closed { script = [step] + script }
            return false
        }
        switch step {
        case .bytes(let bytes):
            outgoing.append(contentsOf: bytes)
            return true
        case .wait(let duration): deadline = SuspendingClock.now.advanced(by: max(duration, .zero))
        case .close: close()
        case .reset:
            phase = .closed
            Descriptor.reset(descriptor)
        }
        return false
    }

    /// Serves one request. Returns whether there may be another.
    private func serveNext() -> Bool {
        do throws(RequestFault) {
            switch try reader.next() {
            case .request(let head, let body):
                serve(head, body)
                return true
            case .awaitsContinue:
                outgoing.append(contentsOf: "HTTP/1.1 100 Continue\r\n\r\n".utf8)
                flush()
            case .incomplete:
                if flush(), clientHasEnded { close() }
            }
            return false
        } catch {
            refuse(error)
            return true
        }
    }

    private func refuse(_ fault: RequestFault) {
        phase = .finishing
        service.counters.refusals.count(1)
        let reply = service.refusing(
            LoopbackReply(
                status: fault.status,
                headers: [("Content-Type", "text/plain; charset=utf-8")],
                body: Array((fault.reason + "\n").utf8)
            )
        )
        switch reply.content {
        case .message(let message): message.append(to: &outgoing, withBody: true, closes: true)
        case .script(let steps): script = steps[...]
        }
    }

    private func serve(_ head: RequestHead, _ body: [UInt8]) {
        requests += 1
        service.counters.requests.count(1)
        let request = LoopbackRequest(head: head, body: body, connection: number, number: requests)
        let reply = service.handler(request)
        let latency = service.latency
        switch reply.content {
        case .message(let message):
            if !head.keepsAlive { phase = .finishing }
            if latency > .zero {
                var bytes: [UInt8] = []
                message.append(to: &bytes, withBody: !head.isHEAD, closes: !head.keepsAlive)
                script = [.wait(latency), .bytes(bytes)]
            } else {
                message.append(to: &outgoing, withBody: !head.isHEAD, closes: !head.keepsAlive)
            }
        case .script(let steps):
            script = latency > .zero ? [.wait(latency)] + steps : steps[...]
        }
    }

    private func linger() {
        if clientHasEnded { return close() }
        Descriptor.shutDownWriting(descriptor)
        phase = .lingering
        deadline = SuspendingClock.now.advanced(by: Self.lingeringTime)
    }

    /// Sends what is owed. Returns whether all of it has left.
    @discardableResult
    private func flush() -> Bool {
        while sent < outgoing.count {
            // Counted first, so that who has read the reply finds it counted.
            let count = outgoing.count - sent
            service.counters.bytesSent.count(count)
            let result = outgoing.withUnsafeBytes {
                Descriptor.send(descriptor, UnsafeRawBufferPointer(rebasing: $0[sent...]))
            }
            switch result {
            case .bytes(let done):
                sent += done
                service.counters.bytesSent.count(done - count)
            case .wouldBlock:
                service.counters.bytesSent.count(-count)
                return false
            case .failed:
                service.counters.bytesSent.count(-count)
                close()
                return false
            }
        }
        outgoing.removeAll(keepingCapacity: true)
        sent = 0
        return true
    }
}
