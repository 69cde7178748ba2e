// SPDX-License-Identifier: Apache-2.0
//
// Values from and to JSON, by way of Foundation's coders.

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension GraphQLValue {
    /// Encodes a Swift value, as for the input of a mutation.
    ///
    /// It becomes what the encoder makes of it as JSON. JSON does not tell `1.0` from `1`, so a float without a fraction
    /// may become an ``int(_:)``, which GraphQL takes for a `Float` as well.
    ///
    /// - Parameters:
    ///   - value: The value to encode.
    ///   - encoder: The encoder to use; its strategies decide about dates, data and keys.
    /// - Throws: What the encoder throws; `DecodingError` for a whole number beyond 64 bits with sign.
    public init(encoding value: some Encodable, using encoder: JSONEncoder = JSONEncoder()) throws {
        self = try JSONDecoder().decode(GraphQLValue.self, from: encoder.encode(value))
    }
}

extension GraphQLValue: Codable {
    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }

        init?(intValue: Int) { nil }
    }

    /// Decodes any value. Booleans, whole numbers and fractions stay apart; a string is a ``string(_:)``.
    ///
    /// - Throws: `DecodingError` for a whole number beyond 64 bits with sign, which would lose digits, and for nesting
    ///   beyond ``GraphQLDocument/maximumDepth``, which could exhaust a thread's stack.
    public init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: AnyKey.self) {
            try Self.checkDepth(of: decoder)
            self = .object(
                try container.allKeys.reduce(into: [:]) {
                    $0[$1.stringValue] = try container.decode(Self.self, forKey: $1)
                }
            )
        } else if var container = try? decoder.unkeyedContainer() {
            try Self.checkDepth(of: decoder)
            var elements: [GraphQLValue] = []
            while !container.isAtEnd { elements.append(try container.decode(Self.self)) }
            self = .list(elements)
        } else {
            self = try Self.scalar(try decoder.singleValueContainer())
        }
    }

    private static func checkDepth(of decoder: any Decoder) throws {
        guard decoder.codingPath.count < GraphQLDocument.maximumDepth else {
            let description = "nesting of more than \(GraphQLDocument.maximumDepth) levels"
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: description))
        }
    }

    private static func scalar(_ container: any SingleValueDecodingContainer) throws -> Self {
        if container.decodeNil() { return .null }
        if let value = try? container.decode(String.self) { return .string(value) }
        if let value = try? container.decode(Bool.self) { return .boolean(value) }
        if let value = try? container.decode(Int.self) { return .int(value) }
        if (try? container.decode(UInt64.self)) != nil {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a number beyond 64 bits with sign")
        }
        return .float(try container.decode(Double.self))
    }

    /// Encodes the value. A case of an enum becomes a string.
    ///
    /// - Throws: `EncodingError` for a reference to a variable, which has no value of its own.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .object(let members):
            var container = encoder.container(keyedBy: AnyKey.self)
            for (key, value) in members { try container.encode(value, forKey: AnyKey(stringValue: key)) }
        case .list(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(element) }
        default:
            var container = encoder.singleValueContainer()
            try encodeScalar(to: &container)
        }
    }

    private func encodeScalar(to container: inout any SingleValueEncodingContainer) throws {
        switch self {
        case .boolean(let value): try container.encode(value)
        case .int(let value): try container.encode(value)
        case .float(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .enumCase(let name): try container.encode(name.text)
        case .variable(let name):
            throw EncodingError.invalidValue(
                self,
                EncodingError.Context(
                    codingPath: container.codingPath,
                    debugDescription: "the variable '$\(name.shown)' has no value of its own"
                )
            )
        case .null, .list, .object: try container.encodeNil()
        }
    }
}
