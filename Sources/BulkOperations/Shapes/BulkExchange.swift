// SPDX-License-Identifier: Apache-2.0
//
// One request on behalf of a chunk, and what its end says if it is not a success.

internal import HTTPTransport

/// Sends requests for chunks.
struct BulkExchange: Sendable {
    let transport: any HTTPClientTransport

    /// A successful response, or else the outcome of all that was in the request.
    enum Reply<Output: Sendable>: Sendable {
        case success(HTTPResponse)
        case refused(BulkOutcome<Output>)
    }

    /// Sends a request.
    ///
    /// - Parameters:
    ///   - mayRepeat: Whether it does no harm if what is in it is done twice.
    ///   - send: What sends it; the transport by default.
    func send<Input, Output>(
        _ request: HTTPRequest,
        for chunk: BulkChunk<Input>,
        mayRepeat: Bool,
        by send: (@Sendable (HTTPRequest) async throws -> HTTPResponse)? = nil
    ) async -> Reply<Output> {
        var request = request
        let isRead = request.method == .get
        request.isIdempotent = request.isIdempotent || mayRepeat
        do {
            let response = try await (send ?? transport.send)(request)
            chunk.learn(from: response)
            return response.isSuccess
                ? .success(response) : .refused(response.refusal(isRead: isRead, mayRepeat: request.isIdempotent))
        } catch {
            let outcome: BulkOutcome<Output> = .thrown(error, mayRepeat: request.isIdempotent)
            return .refused(isRead ? outcome.ofReading : outcome)
        }
    }

    /// Asks whether a server is well.
    ///
    /// - Throws: ``BulkError`` with ``BulkError/Code/requestFailed`` if it says that it is not; what the transport throws.
    func check(_ request: HTTPRequest?) async throws {
        guard let request else { return }
        let response = try await transport.send(request)
        guard !response.isSuccess else { return }
        var error = response.refusalError()
        error.message = "The health check failed with the status \(response.status): \(error.message)"
        throw error
    }
}

extension BulkOutcome {
    /// The outcome of something that is read: there is nothing to be unknown, and no harm in asking again.
    var ofReading: Self {
        guard case .unknown(let error, _) = self else { return self }
        return .transient(error)
    }
}
