// SPDX-License-Identifier: Apache-2.0
//
// A response, split into one slice of bytes for each top-level field.

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A response of a GraphQL server
/// ([GraphQL, section 7.1](https://spec.graphql.org/September2025/#sec-Response-Format)).
///
/// One scan over the body finds where each member of `data` begins and ends; no tree is built. Whoever waits for a
/// member decodes its bytes alone, into a type of their own, on their own task.
public struct GraphQLResponse: Sendable {
    /// What the entry `data` holds.
    public enum DataState: Hashable, Sendable {
        /// There is no such entry: the request failed before anything ran.
        case absent
        /// It is null: an error reached the top.
        case null
        /// It is an object.
        case object
    }

    /// The body as it came.
    public let body: [UInt8]
    /// What the entry `data` holds.
    public private(set) var data = DataState.absent
    /// The errors that the server reports, in its order.
    public private(set) var errors: [GraphQLServerError] = []

    private var dataRange: Range<Int>?
    private var extensionsRange: Range<Int>?
    private var members = ResponseMembers()

    /// Scans the body of a response.
    ///
    /// A byte-order mark is skipped, entries that the specification does not know are ignored, `errors` may be null.
    /// Values inside `data` are checked to be JSON and otherwise left alone; so a fault that only a decoder sees, such
    /// as bytes that are not UTF-8 or half of a surrogate pair, costs its own member and no other.
    ///
    /// - Throws: ``GraphQLResponseError``: with the offset in the body if it is not JSON (to the last byte) or nests
    ///   more than 512 levels; if a key comes twice; if it has neither `data` nor `errors`, or they are not of their
    ///   form.
    /// - Complexity: O(*n*) in the length of the body. The members share its storage.
    public init(parsing body: [UInt8]) throws(GraphQLResponseError) {
        self.body = body
        var errorsRange: Range<Int>?
        try body.withUnsafeBufferPointer { (bytes) throws(GraphQLResponseError) in
            var scanner = JSONScanner(UnsafeRawBufferPointer(bytes))
            guard scanner.peek() == "{" else {
                let range = try scanner.skipValue()
                throw GraphQLResponseError(.notAResponse, "the body is not an object", offset: range.lowerBound)
            }
            var seen: Set<String> = []
            try scanner.forEachMember { (scanner, key) throws(GraphQLResponseError) in
                let name = try scanner.text(of: key)
                guard ["data", "errors", "extensions"].contains(name) else {
                    _ = try scanner.skipValue()
                    return
                }
                guard seen.insert(name).inserted else { throw .duplicate(name, at: key.offset) }
                switch name {
                case "data": try scanData(&scanner)
                case "errors": errorsRange = try scanner.skipValue()
                default: extensionsRange = try scanner.skipValue()
                }
            }
            try scanner.expectEnd()
        }
        if let errorsRange { errors = try Self.errors(body[errorsRange]) }
        guard data != .absent || !errors.isEmpty else {
            throw GraphQLResponseError(.notAResponse, "the body has neither data nor errors")
        }
    }

    private mutating func scanData(_ scanner: inout JSONScanner) throws(GraphQLResponseError) {
        guard scanner.peek() == "{" else {
            let range = try scanner.skipValue()
            guard body[range].elementsEqual("null".utf8) else {
                throw GraphQLResponseError(.notAResponse, "'data' is not an object", offset: range.lowerBound)
            }
            data = .null
            dataRange = range
            return
        }
        data = .object
        let start = scanner.position
        try scanner.forEachMember { (scanner, key) throws(GraphQLResponseError) in
            let name = key.isEscaped ? try scanner.text(of: key) : nil
            let value = try scanner.skipValue()
            members.append(ResponseMembers.Member(name: key.range, value: value), escapedName: name)
        }
        if let position = members.index(in: body) {
            let member = members.members[position]
            throw .duplicate(members.name(of: position, in: body), at: member.name.lowerBound - 1)
        }
        dataRange = start..<scanner.position
    }

    private static func errors(_ slice: ArraySlice<UInt8>) throws(GraphQLResponseError) -> [GraphQLServerError] {
        do {
            return try JSONDecoder().decode([GraphQLServerError]?.self, from: Data(slice)) ?? []
        } catch {
            throw GraphQLResponseError(.notAResponse, "'errors' is not a list of errors", offset: slice.startIndex)
        }
    }
}

// MARK: - Members

extension GraphQLResponse {
    /// The keys of `data` in the order of the response.
    ///
    /// - Complexity: O(*n*) in their number.
    public var responseNames: [String] { members.members.indices.map { members.name(of: $0, in: body) } }

    /// The JSON of a member of `data`; `nil` if there is none of that name. It shares the storage of the body.
    public func slice(for name: GraphQLName) -> ArraySlice<UInt8>? {
        members.value(of: name.text, in: body).map { body[$0] }
    }

    /// The JSON of the entry `extensions`, which holds what the server says of the request as a whole.
    public var extensions: ArraySlice<UInt8>? {
        extensionsRange.map { body[$0] }
    }

    /// Decodes a member of `data`. Only its own bytes are read.
    ///
    /// - Parameters:
    ///   - type: What to decode it as.
    ///   - name: The response name: a field's alias, or its name if it has none.
    ///   - decoder: The decoder to use.
    /// - Throws: ``GraphQLResponseError`` with ``GraphQLResponseError/Code/missingMember`` if there is no such member;
    ///   otherwise what the decoder throws.
    public func decode<T: Decodable>(
        _ type: T.Type = T.self,
        at name: GraphQLName,
        using decoder: JSONDecoder = JSONDecoder()
    ) throws -> T {
        guard let slice = slice(for: name) else {
            throw GraphQLResponseError(.missingMember, "'data' has no member '\(name.shown)'")
        }
        return try decoder.decode(type, from: Data(slice))
    }

    /// Decodes all of `data`.
    ///
    /// - Parameters:
    ///   - type: What to decode it as.
    ///   - decoder: The decoder to use.
    /// - Throws: ``GraphQLResponseError`` with ``GraphQLResponseError/Code/missingMember`` if there is no `data`;
    ///   otherwise what the decoder throws.
    public func decode<T: Decodable>(
        _ type: T.Type = T.self,
        using decoder: JSONDecoder = JSONDecoder()
    ) throws -> T {
        guard let dataRange else { throw GraphQLResponseError(.missingMember, "the response has no 'data'") }
        return try decoder.decode(type, from: Data(body[dataRange]))
    }
}

extension GraphQLResponseError {
    fileprivate static func duplicate(_ name: String, at offset: Int) -> Self {
        Self(.duplicateKey, "the key '\(name.prefix(64))' comes twice", offset: offset)
    }
}
