// SPDX-License-Identifier: Apache-2.0
//
// Why there is no response, in words for a person and a code for a program.

/// The reason why a request has no complete response.
public struct HTTPTransportError: Error, Hashable, Sendable {
    /// What kind of failure it is. Compare with the static members; more may come.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case invalidRequest, connectionFailed, secureConnectionFailed, connectionLost, timedOut
            case responseTooLarge, invalidResponse, shutDown, internalFailure, invalidConfiguration, queueFull
        }

        private let kind: Kind

        /// The request, or a part of it, is not valid; it was not sent.
        public static let invalidRequest = Code(kind: .invalidRequest)
        /// No connection: the name does not resolve, nothing listens, the network is unreachable.
        public static let connectionFailed = Code(kind: .connectionFailed)
        /// No trusted connection: TLS failed, or the certificate is not valid for this host.
        public static let secureConnectionFailed = Code(kind: .secureConnectionFailed)
        /// The connection broke after it had been made and before the response was complete.
        public static let connectionLost = Code(kind: .connectionLost)
        /// A time limit passed.
        public static let timedOut = Code(kind: .timedOut)
        /// The response is larger than the limit.
        public static let responseTooLarge = Code(kind: .responseTooLarge)
        /// What the server sent is not a valid, complete response.
        public static let invalidResponse = Code(kind: .invalidResponse)
        /// The transport was shut down before or while the request ran.
        public static let shutDown = Code(kind: .shutDown)
        /// An option of the transport has a value that makes no sense.
        public static let invalidConfiguration = Code(kind: .invalidConfiguration)
        /// Too many requests wait already; this one was not sent.
        public static let queueFull = Code(kind: .queueFull)
        /// The transport itself failed; a bug or an exhausted machine.
        public static let internalFailure = Code(kind: .internalFailure)

        /// The code's name.
        public var description: String { kind.rawValue }
    }

    /// What kind of failure it is.
    public var code: Code
    /// What happened, for a person. Holds no header value, no query string and no body.
    public var message: String
    /// Whether any byte of the request may have reached the server. If so, and the request is not idempotent, its
    /// outcome is unknown: it must not be sent again blindly.
    public var mayHaveReachedServer: Bool

    /// Makes an error.
    public init(_ code: Code, _ message: String, mayHaveReachedServer: Bool) {
        self.code = code
        self.message = message
        self.mayHaveReachedServer = mayHaveReachedServer
    }

    package static func invalidRequest(_ message: String) -> Self {
        Self(.invalidRequest, message, mayHaveReachedServer: false)
    }

    /// An option that makes no sense.
    package static func invalidConfiguration(_ option: StaticString, _ reason: String) -> Self {
        Self(.invalidConfiguration, "The option '\(option)' \(reason).", mayHaveReachedServer: false)
    }
}

extension HTTPTransportError: CustomStringConvertible {
    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}
