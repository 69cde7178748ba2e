// SPDX-License-Identifier: Apache-2.0
//
// Parts of JSON that is known to be well formed, as slices of the same bytes.

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension ArraySlice<UInt8> {
    var isJSONNull: Bool { elementsEqual("null".utf8) }

    /// The elements of an array.
    ///
    /// - Throws: ``GraphQLResponseError`` if this is not an array.
    func jsonElements() throws(GraphQLResponseError) -> [Self] {
        let ranges = try scan { (scanner) throws(GraphQLResponseError) in
            guard scanner.take("[") else { throw GraphQLResponseError(.notAResponse, "it is not a list", offset: 0) }
            var ranges: [Range<Int>] = []
            guard !scanner.take("]") else { return ranges }
            repeat { ranges.append(try scanner.skipValue()) } while scanner.take(",")
            guard scanner.take("]") else {
                throw GraphQLResponseError(.malformed, "expected ',' or ']'", offset: scanner.position)
            }
            try scanner.expectEnd()
            return ranges
        }
        return ranges.map { self[startIndex + $0.lowerBound..<startIndex + $0.upperBound] }
    }

    /// Values one after the other, with nothing but white space between them.
    ///
    /// - Throws: ``GraphQLResponseError`` if one is malformed.
    func jsonLines() throws(GraphQLResponseError) -> [Self] {
        let ranges = try scan { (scanner) throws(GraphQLResponseError) in
            var ranges: [Range<Int>] = []
            while scanner.peek() != 0 { ranges.append(try scanner.skipValue()) }
            return ranges
        }
        return ranges.map { self[startIndex + $0.lowerBound..<startIndex + $0.upperBound] }
    }

    /// The value of a member of an object, `nil` if it has none of that name.
    ///
    /// - Throws: ``GraphQLResponseError`` if this is not an object.
    func jsonMember(_ name: String) throws(GraphQLResponseError) -> Self? {
        let range = try scan { (scanner) throws(GraphQLResponseError) -> Range<Int>? in
            var found: Range<Int>?
            try scanner.forEachMember { (scanner, key) throws(GraphQLResponseError) in
                let isNamed = try scanner.text(of: key) == name
                let range = try scanner.skipValue()
                if isNamed { found = range }
            }
            return found
        }
        return range.map { self[startIndex + $0.lowerBound..<startIndex + $0.upperBound] }
    }

    /// A string, or a whole number as text: what an id may be.
    var jsonID: String? {
        let decoder = JSONDecoder()
        if first == UInt8(ascii: "\"") { return try? decoder.decode(String.self, from: Data(self)) }
        return (try? decoder.decode(Int.self, from: Data(self))).map { String($0) }
    }

    private func scan<Output>(
        _ body: (inout JSONScanner) throws(GraphQLResponseError) -> Output
    ) throws(GraphQLResponseError) -> Output {
        try withUnsafeBufferPointer { (bytes) throws(GraphQLResponseError) in
            var scanner = JSONScanner(UnsafeRawBufferPointer(bytes))
            return try body(&scanner)
        }
    }
}
