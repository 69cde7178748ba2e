// SPDX-License-Identifier: Apache-2.0
//
// The buffer of a body, with its reader resumed.

import HTTPTransport

/// What the loop and the reader of a streamed body share.
final class BodyChannel: Sendable {
    typealias Reader = CheckedContinuation<[UInt8]?, any Error>

    /// As much as a fast network brings in a millisecond or two: enough that a reader who keeps up never lets it pause.
    static let limit = 256 << 10

    private let state = Lock(BodyBuffer<Reader>(limit: BodyChannel.limit))

    /// Whether no more comes.
    var hasEnded: Bool { state.withLock { $0.hasEnded } }

    /// Takes bytes; false if it is full, and the producer to keep them and pause. For the loop alone.
    func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let arrival = state.withLock { unsafe $0.append(bytes) }
        switch arrival {
        case .buffered: return true
        case .pause: return false
        case .handOver(let reader):
            unsafe reader.resume(returning: Array(bytes))
            return true
        }
    }

    /// No more comes. The first call counts.
    func finish(throwing error: (any Error)? = nil) {
        let reader = state.withLock { $0.finish(throwing: error) }
        if let error { reader?.resume(throwing: error) } else { reader?.resume(returning: nil) }
    }

    /// The next chunk, or `nil` at the end.
    ///
    /// - Parameter resumeProducer: Called when a producer that has paused is to go on.
    func next(_ resumeProducer: () -> Void) async throws -> [UInt8]? {
        try await withCheckedThrowingContinuation { continuation in
            switch state.withLock({ $0.read(continuation) }) {
            case .chunk(let bytes, let resumesProducer):
                if resumesProducer { resumeProducer() }
                continuation.resume(returning: bytes)
            case .end: continuation.resume(returning: nil)
            case .failure(let error): continuation.resume(throwing: error)
            case .wait: break
            case .refuse: continuation.resume(throwing: Self.twoReaders)
            }
        }
    }

    private static let twoReaders = HTTPTransportError.invalidRequest(
        "Two tasks read the body of a response at once; it has one reader."
    )
}
