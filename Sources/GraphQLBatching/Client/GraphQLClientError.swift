// SPDX-License-Identifier: Apache-2.0
//
// Why a caller has no value, or not the whole of it.

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

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
    /// Errors of a response with other outcomes that name no field.
    public var requestErrors: [GraphQLServerError] = []
    /// The status of the HTTP response, if there was one and it matters.
    public var status: Int?
    /// The start of the body of an HTTP response that is not GraphQL, at most 512 bytes.
    public var bodyPrefix: String?
    /// What lies beneath, such as an error of the transport or of the decoder; for a mutation whose outcome is unknown
    /// because of a sibling, the error of that, as ``GraphQLServerError``.
    public var underlying: (any Error)?
    var extensions: ArraySlice<UInt8>?
    /// Whether a refusal was certainly before execution: there is no `data`
    /// ([GraphQL, section 7.1](https://spec.graphql.org/September2025/#sec-Data)), or each error names a place in the text or
    /// has a code of its checks. With `data` of null and neither, servers also tell of what failed after all had run.
    package var isBeforeExecution = false

    init(
        _ code: Code,
        _ message: String,
        errors: [GraphQLServerError] = [],
        requestErrors: [GraphQLServerError] = [],
        extensions: ArraySlice<UInt8>? = nil,
        status: Int? = nil,
        bodyPrefix: String? = nil,
        underlying: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.errors = errors
        self.requestErrors = requestErrors
        self.extensions = extensions
        self.status = status
        self.bodyPrefix = bodyPrefix
        self.underlying = underlying
    }
}

extension GraphQLClientError {
    /// Decodes the top-level `extensions` of the response, such as costs or how long to wait; they concern all fields
    /// that were sent together.
    ///
    /// - Returns: `nil` if there was no response, or it has none.
    /// - Throws: What the decoder throws.
    public func extensions<Extensions: Decodable>(
        as type: Extensions.Type,
        using decoder: JSONDecoder = JSONDecoder()
    ) throws -> Extensions? {
        try extensions.map { try decoder.decode(type, from: Data($0)) }
    }
}

extension GraphQLClientError: CustomStringConvertible {
    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}
