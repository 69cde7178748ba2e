// SPDX-License-Identifier: Apache-2.0
//
// Why a caller has no value, or not the whole of it.

/// The reason why a field has no value.
///
/// The codes tell apart what matters to whoever decides what to do next: whether the server acted, may have acted, or
/// certainly did not.
public struct GraphQLClientError: Error, Sendable {
    /// What kind of failure it is. Compare with the static members; more may come.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case invalidOption, fieldFailed, partialData, requestRejected, outcomeUnknown
            case httpError, invalidResponse, transportFailed, decodingFailed
        }

        private let kind: Kind

        /// The client was made with an option that cannot be.
        public static let invalidOption = Code(kind: .invalidOption)
        /// The field ran and failed: see ``GraphQLClientError/errors``.
        public static let fieldFailed = Code(kind: .fieldFailed)
        /// The field ran and has a value with errors inside, and the caller asked for a value without.
        public static let partialData = Code(kind: .partialData)
        /// The server refused the whole request; nothing of it ran.
        public static let requestRejected = Code(kind: .requestRejected)
        /// A mutation went out and nobody can say whether it ran. Do not repeat it blindly.
        public static let outcomeUnknown = Code(kind: .outcomeUnknown)
        /// A bad status, and no GraphQL body that can be believed: see ``GraphQLClientError/status``. A mutation did not
        /// run: where it may have, the code is ``outcomeUnknown``.
        public static let httpError = Code(kind: .httpError)
        /// What came back is not a GraphQL response to what was asked.
        public static let invalidResponse = Code(kind: .invalidResponse)
        /// No response at all: see ``GraphQLClientError/underlying``. A mutation never reached the server.
        public static let transportFailed = Code(kind: .transportFailed)
        /// The field ran, and its value is not what the caller wants to decode: see ``GraphQLClientError/underlying``.
        public static let decodingFailed = Code(kind: .decodingFailed)

        /// The code's name.
        public var description: String { kind.rawValue }
    }

    /// What kind of failure it is.
    public var code: Code
    /// What happened, for a person.
    public var message: String
    /// The server's errors that concern this caller, their paths as if the field had been sent alone.
    public var errors: [GraphQLServerError] = []
    /// The status of the HTTP response, if there was one and it matters.
    public var status: Int?
    /// The start of the body of an HTTP response that is not GraphQL, at most 512 bytes.
    public var bodyPrefix: String?
    /// What lies beneath, such as an error of the transport or of the decoder.
    public var underlying: (any Error)?

    init(
        _ code: Code,
        _ message: String,
        errors: [GraphQLServerError] = [],
        status: Int? = nil,
        bodyPrefix: String? = nil,
        underlying: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.errors = errors
        self.status = status
        self.bodyPrefix = bodyPrefix
        self.underlying = underlying
    }
}

extension GraphQLClientError: CustomStringConvertible {
    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}
