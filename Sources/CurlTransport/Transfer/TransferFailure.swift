// SPDX-License-Identifier: Apache-2.0
//
// From what curl reports to what a caller reads: a code for the program, words for the person.

import CCurl
import HTTPTransport

/// How a transfer ended without a response.
struct TransferFailure {
    /// curl's result; it may be "no error" where we see one.
    var code: CURLcode
    /// curl's own words.
    var reason: String
    /// Why our own checks stopped it, if they did.
    var refusal: ResponseAccumulator.Refusal?
    /// How far the request had come.
    var phase: HTTPTransportError.Phase
    /// Whether the final head of the response has come.
    var isHeadComplete: Bool
    /// How often the request was about to be sent; 0 if no connection came about.
    var attempts: Int
    /// Whether curl was allowed to send it again.
    var mayBeRepeated: Bool
    /// Whether a proxy is between us and the origin.
    var usesProxy: Bool
    /// The limit that has passed, if curl timed out.
    var connectTimeout: Duration

    /// `CURLE_TOO_LARGE`, which headers before 8.6 do not name: libraries from then on say it where others say that
    /// they are out of memory.
    private static let tooLarge = CURLcode(rawValue: 100)

    /// - Parameter origin: `scheme://host:port`.
    func error(from origin: String) -> HTTPTransportError {
        if let refusal { return refusal.error(from: origin) }
        let (kind, message) = attempts == 0 ? beforeSending(to: origin) : afterSending(to: origin)
        var error = HTTPTransportError(kind, message, mayHaveReachedServer: attempts > 0)
        if code != CURLE_OK { error.cause = HTTPTransportError.Cause(code: Int(code.rawValue), reason: reason) }
        return error
    }

    private func beforeSending(to origin: String) -> (HTTPTransportError.Code, String) {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED:
            (.connectionFailed, "Cannot connect to \(origin): \(reason).")
        case CURLE_OPERATION_TIMEDOUT:
            (.timedOut, "No connection to \(origin) within \(connectTimeout): \(reason).")
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT:
            (.invalidRequest, "libcurl refuses the URL of \(origin): \(reason).")
        case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_BAD_FUNCTION_ARGUMENT:
            (.internalFailure, "libcurl cannot send to \(origin): \(reason).")
        case CURLE_PROXY,
            CURLE_RECV_ERROR where usesProxy:
            (.connectionFailed, "The proxy does not connect to \(origin): \(reason).")
        case CURLE_READ_ERROR:
            (.invalidRequest, "A file of the form for \(origin) cannot be read.")
        case _ where phase == .tls || origin.hasPrefix("https:"):
            (.secureConnectionFailed, "No trusted connection to \(origin): \(reason).")
        default:
            (.connectionFailed, "Cannot connect to \(origin): \(reason).")
        }
    }

    private func afterSending(to origin: String) -> (HTTPTransportError.Code, String) {
        switch code {
        case CURLE_OK:
            (.connectionLost, "The connection to \(origin) ended inside the header of the response.")
        case CURLE_ABORTED_BY_CALLBACK where !mayBeRepeated:
            (
                .connectionLost,
                "The connection to \(origin) ended before the response; "
                    + "the request is not idempotent and was not sent again."
            )
        case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_UNSUPPORTED_PROTOCOL:
            (.invalidResponse, "The response from \(origin) is not valid: \(reason).")
        case CURLE_RECV_ERROR where reason.contains("chunk"):
            (.invalidResponse, "The response from \(origin) has chunks that are not valid: \(reason).")
        case CURLE_READ_ERROR:
            (.invalidRequest, "A file of the form for \(origin) cannot be read to its end.")
        case CURLE_OPERATION_TIMEDOUT:
            (.timedOut, "No response from \(origin) in time: \(reason).")
        case CURLE_OUT_OF_MEMORY where phase == .send, Self.tooLarge where phase == .send:
            (.internalFailure, "libcurl has no memory for the request to \(origin).")
        // What libcurl says of a header field that is longer than it takes, 100 KB.
        case CURLE_OUT_OF_MEMORY where !isHeadComplete, Self.tooLarge where !isHeadComplete:
            (.responseTooLarge, "The header of the response from \(origin) has a field that is too large for libcurl.")
        case CURLE_OUT_OF_MEMORY, Self.tooLarge:
            (.internalFailure, "libcurl has no memory for the response from \(origin).")
        default:
            (.connectionLost, "The connection to \(origin) broke before the response was complete: \(reason).")
        }
    }
}

extension ResponseAccumulator.Refusal {
    fileprivate func error(from origin: String) -> HTTPTransportError {
        switch self {
        case .headTooLarge(let limit):
            .tooLarge("The header of the response from \(origin) is larger than the limit of \(limit) bytes.")
        case .bodyTooLarge(let limit):
            .bodyTooLarge(limit: limit, from: origin)
        case .malformed(let reason):
            .invalidResponse(reason, from: origin)
        }
    }
}

extension HTTPTransportError {
    /// The response that a server gave breaks the rules of HTTP.
    static func invalidResponse(_ reason: String, from origin: String) -> Self {
        Self(.invalidResponse, "The response from \(origin) \(reason).", mayHaveReachedServer: true)
    }

    /// The machine or libcurl let us down; nothing was sent.
    static func internalFailure(_ reason: String) -> Self {
        Self(.internalFailure, "The transport failed: \(reason).", mayHaveReachedServer: false)
    }

    /// The body passes the limit, as it came or decoded.
    static func bodyTooLarge(limit: Int, from origin: String) -> Self {
        .tooLarge("The body of the response from \(origin) is larger than the limit of \(limit) bytes.")
    }

    fileprivate static func tooLarge(_ message: String) -> Self {
        Self(.responseTooLarge, message, mayHaveReachedServer: true)
    }
}
