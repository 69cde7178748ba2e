// SPDX-License-Identifier: Apache-2.0
//
// The books of a body between the loop, which fills it, and its reader, who empties it. No effects.

import HTTPTransport

/// A bounded buffer with at most one reader who waits.
///
/// Bytes go to the reader who waits, or into the buffer; when it is full, to nobody: the producer is to keep them and to
/// pause until it is told to go on, which is when the reader has emptied the buffer. So whoever waits finds it empty. After
/// the end, the reader gets what is in the buffer, then the end or the error, once or as often as asked.
struct BodyBuffer<Reader: Sendable>: Sendable {
    enum Arrival: Sendable {
        case buffered
        case handOver(Reader)
        case pause
    }

    enum Reading: Sendable {
        case chunk([UInt8], resumesProducer: Bool)
        case end
        case failure(any Error)
        case wait
        /// Another reader waits already.
        case refuse
    }

    private enum End: Sendable {
        case complete
        case failed(any Error)
    }

    /// How many bytes make it full. What arrives while there are fewer is taken whole.
    private let limit: Int
    private var bytes: [UInt8] = []
    private var isPaused = false
    private var end: End?
    private var reader: Reader?

    init(limit: Int) {
        self.limit = limit
    }

    /// Whether no more comes from the producer.
    var hasEnded: Bool { end != nil }

    /// For bytes that are there; they are taken unless it says to pause.
    mutating func append(_ new: UnsafeRawBufferPointer) -> Arrival {
        if let reader {
            self.reader = nil
            return .handOver(reader)
        }
        guard bytes.count < limit else {
            isPaused = true
            return .pause
        }
        unsafe bytes.append(contentsOf: new)
        return .buffered
    }

    /// No more comes; the reader who waits, to be told so.
    mutating func finish(throwing error: (any Error)?) -> Reader? {
        guard end == nil else { return nil }
        end = error.map { .failed($0) } ?? .complete
        return reader.take()
    }

    /// A reader asks.
    mutating func read(_ newReader: Reader) -> Reading {
        guard reader == nil else { return .refuse }
        if !bytes.isEmpty {
            defer {
                bytes = []
                isPaused = false
            }
            return .chunk(bytes, resumesProducer: isPaused)
        }
        switch end {
        case .complete: return .end
        case .failed(let error): return .failure(error)
        case nil:
            reader = newReader
            return .wait
        }
    }
}
