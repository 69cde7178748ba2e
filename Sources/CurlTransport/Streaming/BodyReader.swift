// SPDX-License-Identifier: Apache-2.0
//
// The reader's end of a streamed body.

import HTTPTransport

/// The chunks of a body from the network. When nobody holds it any more, the transfer is closed.
final class BodyReader: AsyncSequence, Sendable {
    private let exchange: Exchange
    private let channel: BodyChannel
    private let inbox: LoopInbox
    private let decoder: Lock<ContentDecoder>

    init(_ exchange: Exchange, _ channel: BodyChannel, inbox: LoopInbox, decoder: ContentDecoder) {
        self.exchange = exchange
        self.channel = channel
        self.inbox = inbox
        self.decoder = Lock(decoder)
    }

    deinit {
        stop(because: CancellationError())
    }

    func makeAsyncIterator() -> Iterator { Iterator(reader: self) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let reader: BodyReader

        mutating func next(isolation actor: isolated (any Actor)?) async throws -> [UInt8]? {
            try await reader.next()
        }
    }

    private func next() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try Task.checkCancellation()
            while true {
                if let piece = try decodedPiece() { return piece }
                let bytes = try await channel.next { try? inbox.post(.resume(exchange)) }
                guard let bytes else {
                    try decoder.withLock { decoder throws(HTTPTransportError) in try decoder.finish() }
                    return nil
                }
                decoder.withLock { $0.append(bytes) }
            }
        } onCancel: {
            stop(because: CancellationError())
        }
    }

    private func decodedPiece() throws(HTTPTransportError) -> [UInt8]? {
        do throws(HTTPTransportError) {
            return try decoder.withLock { decoder throws(HTTPTransportError) in try decoder.next() }
        } catch {
            stop(because: error)
            throw error
        }
    }

    private func stop(because error: any Error) {
        guard !channel.hasEnded else { return }
        channel.finish(throwing: error)
        try? inbox.post(.cancel(exchange))
    }
}
