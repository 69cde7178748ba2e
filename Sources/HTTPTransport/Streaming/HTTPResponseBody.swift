// SPDX-License-Identifier: Apache-2.0
//
// The body of a streamed response, whoever produces it.

/// The chunks of a body, in order: never empty, of whatever sizes the network brings.
///
/// A body from the network is read once, by one reader. It arrives as fast as it is read: a reader who pauses makes
/// the server pause. A reader who stops early, is cancelled, or lets go of the body and its iterator closes the
/// transfer. The end of the sequence is the end of the whole body; a body that is cut short throws.
///
/// ```swift
/// import HTTPTransport
///
/// func size(of response: HTTPStreamedResponse) async throws -> Int {
///     var count = 0
///     for try await chunk in response.body { count += chunk.count }
///     return count
/// }
/// ```
public struct HTTPResponseBody: AsyncSequence, Sendable {
    /// A chunk.
    public typealias Element = [UInt8]
    /// What a transport throws: ``HTTPTransportError``, or `CancellationError`.
    public typealias Failure = any Error

    private let makeNext: @Sendable () -> Next

    fileprivate typealias Next = (isolated (any Actor)?) async throws -> [UInt8]?

    /// A body that consists of the chunks of a sequence.
    public init<Base>(_ base: Base) where Base: AsyncSequence & Sendable, Base.Element == [UInt8] {
        makeNext = {
            var iterator = base.makeAsyncIterator()
            return { isolation in try await iterator.next(isolation: isolation) }
        }
    }

    /// A body that is in memory already.
    public init(_ bytes: [UInt8]) {
        makeNext = {
            var rest = bytes.isEmpty ? nil : bytes
            return { _ in rest.take() }
        }
    }

    /// Starts to read. Of a body from the network, all iterators share the one reading position.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(nextChunk: makeNext())
    }

    /// Reads the chunks.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let nextChunk: Next

        /// The next chunk, or `nil` at the end of the body.
        ///
        /// - Throws: What the body's producer throws; `CancellationError` if the calling task is cancelled.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> [UInt8]? {
            try await nextChunk(actor)
        }
    }
}
