// SPDX-License-Identifier: Apache-2.0
//
// What an error of the GraphQL client says of the item whose field it is.

internal import GraphQLBatching
internal import HTTPTransport

extension GraphQLClientError {
    /// What the error says of a mutation.
    ///
    /// - Parameter mayRepeat: Whether it does no harm if the mutation runs twice.
    func outcome<Output>(mayRepeat: Bool) -> BulkOutcome<Output> {
        switch code {
        case .outcomeUnknown, .invalidResponse: .unknown(self, mayRepeat: mayRepeat)
        // It ran, and what came of it would not be understood the next time either.
        case .decodingFailed, .partialData: .unknown(self)
        case .transportFailed:
            (underlying as? HTTPTransportError).map { .thrown($0, mayRepeat: mayRepeat) } ?? .transient(self)
        case .httpError, .requestRejected: [425, 429, 503].contains(status) ? .transient(self) : .failure(self)
        default: .failure(self)
        }
    }

    /// What the error says of something that is read.
    func outcomeOfReading<Output>() -> BulkOutcome<Output> {
        switch code {
        case .decodingFailed, .partialData: .failure(self)
        case .httpError where [408, 499].contains(status) || (status ?? 0) >= 500: .transient(self)
        default: (outcome(mayRepeat: true) as BulkOutcome<Output>).ofReading
        }
    }
}
