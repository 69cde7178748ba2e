// SPDX-License-Identifier: Apache-2.0
//
// What a refused request says of what was in it.

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif
internal import HTTPTransport

extension HTTPResponse {
    /// What a response that is not a success says of what was sent.
    ///
    /// 429 and 425 say that nothing was done; 503 does if it has a `Retry-After`, otherwise it may come from something on
    /// the way that lost the server while it worked, as 408 and all other 5xx may.
    ///
    /// - Parameters:
    ///   - isRead: Whether the request changes nothing, so that there is nothing to be unknown.
    ///   - mayRepeat: Whether it does no harm if it is done twice.
    func refusal<Output>(isRead: Bool, mayRepeat: Bool) -> BulkOutcome<Output> {
        let error = refusalError()
        switch status {
        case 425, 429:
            return .transient(error, retryAfter: retryAfter())
        case 503 where retryAfter() != nil:
            return .transient(error, retryAfter: retryAfter())
        case 408, 499, 500, 502..., 200..<300:
            return isRead ? .transient(error) : .unknown(error, mayRepeat: mayRepeat)
        default:
            return .failure(error)
        }
    }

    /// The response as an error, with what the server says in its body.
    func refusalError() -> BulkError {
        let problem = (try? JSONDecoder().decode(ProblemBody.self, from: Data(body)))?.error
        var error = problem?.error(status: status) ?? BulkError(.requestFailed, "The server answered \(status).")
        error.code = .requestFailed
        error.status = status
        return error
    }
}

/// `{error: {code, message, details}}`
private struct ProblemBody: Decodable {
    var error: ServerProblem
}

/// What a server says of an item that it did not do.
struct ServerProblem: Decodable, Sendable {
    struct Detail: Decodable, Sendable {
        var field: String?
        var message: String?
    }

    var code: String?
    var message: String?
    var details: [Detail]?

    func error(status: Int) -> BulkError {
        var error = BulkError(
            .itemFailed,
            message ?? "The server answered \(status) and does not say why.",
            status: status
        )
        error.serverCode = code
        error.details = (details ?? []).map { BulkError.Detail(field: $0.field ?? "", message: $0.message ?? "") }
        return error
    }
}

extension ServerProblem {
    /// What an item's own status says of it, in the answer to a request with many: the server itself speaks, so that 503
    /// is a refusal.
    func outcome<Output>(status: Int, mayRepeat: Bool) -> BulkOutcome<Output> {
        let error = error(status: status)
        return switch status {
        case 425, 429, 503: .transient(error)
        case 408, 500...: .unknown(error, mayRepeat: mayRepeat)
        default: .failure(error)
        }
    }
}
