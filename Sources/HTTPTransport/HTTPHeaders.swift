// SPDX-License-Identifier: Apache-2.0
//
// Header fields in their order, checked when added, redacted when shown.

/// Header fields, in the order in which they were added.
///
/// ```swift
/// import HTTPTransport
///
/// func headers(token: String) throws -> HTTPHeaders {
///     var headers = HTTPHeaders()
///     try headers.append(name: "Authorization", value: "Bearer \(token)")
///     return headers
/// }
/// ```
///
/// A name is a token and a value holds no CR, LF or NUL
/// ([RFC 9110, section 5](https://www.rfc-editor.org/rfc/rfc9110#section-5)), so that a value from outside can never
/// become a header, or a request, of its own.
///
/// They are kept as one text, and not as one of each: a response has many, and most are never looked at. Two are equal if
/// they have the same names and values, byte for byte, in the same order.
public struct HTTPHeaders: Hashable, Sendable {
    /// One field.
    public struct Field: Hashable, Sendable {
        /// The name, as it was given. Compare it without regard to case.
        public let name: String
        /// The value, without white space around it.
        public let value: String
    }

    /// Where a field ends in the text: its name, and its value, which follows. It begins where the one before ends.
    private struct Ends: Hashable {
        var name: Int
        var value: Int
    }

    private var text: [UInt8] = []
    private var ends: [Ends] = []

    /// All fields, in order.
    ///
    /// - Complexity: O(*n*) in the length of all of them.
    public var fields: [Field] { ends.indices.map(field) }

    /// No fields.
    public init() {}

    /// Adds a field behind those that are there.
    ///
    /// - Throws: ``HTTPTransportError`` with ``HTTPTransportError/Code/invalidRequest`` that names the field; never
    ///   its value, which may be a secret.
    public mutating func append(name: String, value: String) throws(HTTPTransportError) {
        guard !name.isEmpty, name.utf8.allSatisfy(\.isTokenCharacter) else {
            throw .invalidRequest("'\(name.prefix(64).printable)' is not a valid name for a header field.")
        }
        guard value.utf8.allSatisfy(\.isValueCharacter) else {
            throw .invalidRequest("The value of the header field '\(name)' contains a control character.")
        }
        append(name.utf8, value.utf8[...].trimmingHorizontalSpace)
    }

    /// Adds a field that has come as a line of bytes, with or without its line break.
    ///
    /// - Returns: Whether it is one; if not, nothing is added.
    package mutating func append(line: Span<UInt8>) -> Bool {
        line.withUnsafeBufferPointer { line in
            guard let colon = line.firstIndex(where: { !$0.isTokenCharacter }), colon > 0,
                line[colon] == UInt8(ascii: ":")
            else { return false }
            var (start, end) = (colon + 1, line.count)
            if line[end - 1] == UInt8(ascii: "\n") { end -= 1 }
            if line[end - 1] == UInt8(ascii: "\r") { end -= 1 }
            while start < end, line[start].isHorizontalSpace { start += 1 }
            while start < end, line[end - 1].isHorizontalSpace { end -= 1 }
            let value = UnsafeBufferPointer(rebasing: line[start..<end])
            guard value.areValueCharacters else { return false }
            if ends.isEmpty {
                text.reserveCapacity(256)
                ends.reserveCapacity(8)
            }
            append(UnsafeBufferPointer(rebasing: line[..<colon]), value)
            return true
        }
    }

    /// Replaces every field of this name by one.
    ///
    /// - Throws: As ``append(name:value:)`` does; the fields are then as they were.
    public mutating func set(name: String, value: String) throws(HTTPTransportError) {
        var changed = HTTPHeaders()
        for index in ends.indices where !isField(index, named: name) {
            changed.append(text[nameRange(index)], text[valueRange(index)])
        }
        try changed.append(name: name, value: value)
        self = changed
    }

    /// The value of the first field of this name, compared without regard to case.
    ///
    /// - Complexity: O(*n*) in the number of fields.
    public subscript(name: String) -> String? {
        ends.indices.first { isField($0, named: name) }.map { field($0).value }
    }

    /// The values of all fields of this name, in order.
    public func values(of name: String) -> [String] {
        ends.indices.filter { isField($0, named: name) }.map { field($0).value }
    }

    private mutating func append(_ name: some Collection<UInt8>, _ value: some Collection<UInt8>) {
        text.append(contentsOf: name)
        let nameEnd = text.count
        text.append(contentsOf: value)
        ends.append(Ends(name: nameEnd, value: text.count))
    }

    private func field(_ index: Int) -> Field {
        Field(
            name: String(decoding: text[nameRange(index)], as: UTF8.self),
            value: String(decoding: text[valueRange(index)], as: UTF8.self)
        )
    }

    private func isField(_ index: Int, named name: String) -> Bool {
        text[nameRange(index)].isEqualIgnoringCase(to: name.utf8)
    }

    private func nameRange(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1].value)..<ends[index].name }

    private func valueRange(_ index: Int) -> Range<Int> { ends[index].name..<ends[index].value }
}

extension UnsafeBufferPointer<UInt8> {
    /// All are looked at, many at a time, which is faster than to stop at the first that is none.
    fileprivate var areValueCharacters: Bool {
        var refused: UInt8 = 0
        for byte in self { refused |= byte.isValueCharacter ? 0 : 1 }
        return refused == 0
    }
}

extension UInt8 {
    fileprivate var isValueCharacter: Bool { self != 0x7f && (self >= 0x20 || self == 0x09) }

    /// Whether this is a `tchar` ([RFC 9110, section 5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2)): a bit
    /// each of the first and of the second 64 characters.
    fileprivate var isTokenCharacter: Bool {
        let bits: UInt64 = self < 0x40 ? 0x03ff_6cfa_0000_0000 : 0x57ff_ffff_c7ff_fffe
        return self < 0x80 && bits &>> UInt64(self & 0x3f) & 1 == 1
    }
}

extension HTTPHeaders: CustomStringConvertible, CustomDebugStringConvertible {
    /// Names with their values: of fields that carry no secret by their nature; all other values as `…`.
    public var description: String { fields.map(\.description).joined(separator: ", ") }

    /// The same as the description: nothing more is shown to a debugger or a log.
    public var debugDescription: String { description }
}

extension HTTPHeaders.Field: CustomStringConvertible, CustomDebugStringConvertible {
    /// The name with its value if a field of this name carries no secret by its nature, else with `…`.
    public var description: String { "\(name): \(isPublic ? value : "…")" }

    /// The same as the description: nothing more is shown to a debugger or a log.
    public var debugDescription: String { description }

    private var isPublic: Bool {
        ["accept", "content-type", "content-length", "content-encoding", "retry-after", "server", "date"]
            .contains { name.isEqualIgnoringCase(to: $0) }
    }
}
