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
public struct HTTPHeaders: Hashable, Sendable {
    /// One field.
    public struct Field: Hashable, Sendable {
        /// The name, as it was given. Compare it without regard to case.
        public let name: String
        /// The value, without white space around it.
        public let value: String
    }

    /// All fields, in order.
    public private(set) var fields: [Field] = []

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
        fields.append(Field(name: name, value: value.trimmingHorizontalSpace))
    }

    /// Adds a field that has come as bytes, unless ``append(name:value:)`` would refuse it; whether it did.
    package mutating func append(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>) -> Bool {
        guard !name.isEmpty, name.allSatisfy(\.isTokenCharacter), value.allSatisfy(\.isValueCharacter) else {
            return false
        }
        let value = String(decoding: value.trimmingHorizontalSpace, as: UTF8.self)
        fields.append(Field(name: String(decoding: name, as: UTF8.self), value: value))
        return true
    }

    /// Replaces every field of this name by one.
    ///
    /// - Throws: As ``append(name:value:)`` does; the fields are then as they were.
    public mutating func set(name: String, value: String) throws(HTTPTransportError) {
        var changed = self
        changed.fields.removeAll { $0.name.isEqualIgnoringCase(to: name) }
        try changed.append(name: name, value: value)
        self = changed
    }

    /// The value of the first field of this name, compared without regard to case.
    ///
    /// - Complexity: O(*n*) in the number of fields.
    public subscript(name: String) -> String? {
        fields.first { $0.name.isEqualIgnoringCase(to: name) }?.value
    }

    /// The values of all fields of this name, in order.
    public func values(of name: String) -> [String] {
        fields.filter { $0.name.isEqualIgnoringCase(to: name) }.map(\.value)
    }

    /// Makes room for so many fields in all.
    package mutating func reserveCapacity(_ count: Int) {
        fields.reserveCapacity(count)
    }
}

extension UInt8 {
    fileprivate var isValueCharacter: Bool { self != 0x7f && (self >= 0x20 || self == 0x09) }

    fileprivate var isTokenCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "-")...UInt8(ascii: "."), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*")...UInt8(ascii: "+"),
            UInt8(ascii: "^")...UInt8(ascii: "`"), UInt8(ascii: "!"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default:
            false
        }
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
