// SPDX-License-Identifier: Apache-2.0
//
// What known errors say of whether something was done.

internal import GraphQLBatching
internal import HTTPTransport

enum ThrownErrors {
    /// What an error says of items that were sent; `nil` if it is not known.
    static func outcome<Output>(of error: any Error, mayRepeat: Bool) -> BulkOutcome<Output>? {
        switch error {
        case let error as HTTPTransportError:
            error.mayHaveReachedServer ? .unknown(error, mayRepeat: mayRepeat) : transportFailure(error)
        case let error as GraphQLClientError:
            error.outcome(mayRepeat: mayRepeat)
        default:
            nil
        }
    }

    /// Nothing was sent. What can never be sent is not tried again.
    private static func transportFailure<Output>(_ error: HTTPTransportError) -> BulkOutcome<Output> {
        let isForGood = [.invalidRequest, .invalidConfiguration, .shutDown].contains(error.code)
        return isForGood ? .failure(error) : .transient(error)
    }
}

extension Error {
    /// Whether a server says that it had too many requests.
    var isTooManyRequests: Bool {
        (self as? BulkError)?.status == 429 || (self as? GraphQLClientError)?.status == 429
    }

    /// Whether a failure says of an idempotency key that nothing was done under it, ever. A server that looked at the key
    /// would have answered with the success. Not so if it looked at the sender alone, or if the key is in use.
    @usableFromInline var answersKey: Bool {
        switch self {
        case let error as BulkError: ![401, 403, 407, 409].contains(error.status)
        case let error as GraphQLClientError: error.code == .fieldFailed
        default: true
        }
    }
}
