// SPDX-License-Identifier: Apache-2.0
//
// The decisions a user can make about a client.

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif
public import HTTPTransport

/// The options of a ``GraphQLClient``. They are checked when they are made.
public struct GraphQLClientConfiguration: Sendable {
    /// The largest number of fields that are coalesced into one document; 50 by default. Many servers refuse
    /// documents with more aliases than some limit of theirs, a few as low as 10.
    public let maxAliases: Int

    /// Header fields of every request, such as an authorization; none by default. `Accept` and `Content-Type` are set
    /// by the client.
    public let headers: HTTPHeaders

    /// The longest time for a request, time in the transport's queue included; `nil`, the default, for the transport's
    /// own limit.
    public let timeout: Duration?

    /// Decodes the results. It must not be changed once the client is in use.
    public let decoder: JSONDecoder

    /// The defaults.
    public init() {
        maxAliases = 50
        headers = HTTPHeaders()
        timeout = nil
        decoder = JSONDecoder()
    }

    /// Chooses options.
    ///
    /// - Parameters:
    ///   - maxAliases: The largest number of fields in a document, at least 1.
    ///   - headers: Header fields of every request.
    ///   - timeout: The longest time for a request, more than zero.
    ///   - decoder: Decodes the results.
    /// - Throws: ``GraphQLClientError`` with ``GraphQLClientError/Code/invalidOption`` that names the option.
    public init(
        maxAliases: Int = 50,
        headers: HTTPHeaders = HTTPHeaders(),
        timeout: Duration? = nil,
        decoder: JSONDecoder = JSONDecoder()
    ) throws(GraphQLClientError) {
        guard maxAliases >= 1 else {
            throw GraphQLClientError(.invalidOption, "maxAliases is \(maxAliases); it must be at least 1.")
        }
        if let timeout, timeout <= .zero {
            throw GraphQLClientError(.invalidOption, "timeout is \(timeout); it must be more than zero.")
        }
        self.maxAliases = maxAliases
        self.headers = headers
        self.timeout = timeout
        self.decoder = decoder
    }
}
