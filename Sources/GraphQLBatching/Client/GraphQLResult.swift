// SPDX-License-Identifier: Apache-2.0
//
// A value with the errors inside it.

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// The value of a field together with what went wrong below it.
public struct GraphQLResult<Value: Sendable>: Sendable {
    /// The value. Where an error struck below it, it holds nulls.
    public var value: Value
    /// The server's errors below this field, their paths as if the field had been sent alone. Empty for a success.
    public var errors: [GraphQLServerError]
    /// Errors of the request that name no field. They do not make a success a failure.
    public var requestErrors: [GraphQLServerError]
    let extensions: ArraySlice<UInt8>?

    /// Decodes the top-level `extensions` of the response, such as costs; they concern all fields that were sent
    /// together.
    ///
    /// - Returns: `nil` if the response has none.
    /// - Throws: What the decoder throws.
    public func extensions<Extensions: Decodable>(
        as type: Extensions.Type,
        using decoder: JSONDecoder = JSONDecoder()
    ) throws -> Extensions? {
        try extensions.map { try decoder.decode(type, from: Data($0)) }
    }
}
