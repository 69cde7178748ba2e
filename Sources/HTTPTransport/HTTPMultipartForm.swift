// SPDX-License-Identifier: Apache-2.0
//
// Forms with files: what is sent as multipart/form-data.

/// The fields of a form, in order ([RFC 7578](https://www.rfc-editor.org/rfc/rfc7578)).
///
/// ```swift
/// import HTTPTransport
///
/// func upload(_ path: String) throws -> HTTPMultipartForm {
///     var form = HTTPMultipartForm()
///     try form.append(name: "title", value: "Holidays")
///     try form.append(name: "photo", file: path, contentType: "image/jpeg")
///     return form
/// }
/// ```
public struct HTTPMultipartForm: Hashable, Sendable {
    /// Where a part's bytes come from.
    package enum Content: Hashable, Sendable {
        case bytes([UInt8])
        /// Read while it is sent; never in memory as a whole.
        case file(path: String)
    }

    package struct Part: Hashable, Sendable {
        package let name: String
        package let content: Content
        package let fileName: String?
        package let contentType: String?
    }

    package private(set) var parts: [Part] = []

    /// A form without fields.
    public init() {}

    /// Adds a field with a text.
    ///
    /// - Throws: ``HTTPTransportError`` with ``HTTPTransportError/Code/invalidRequest`` if the name is empty or contains
    ///   a control character.
    public mutating func append(name: String, value: String) throws(HTTPTransportError) {
        try append(name: name, bytes: Array(value.utf8))
    }

    /// Adds a field with bytes.
    ///
    /// - Parameters:
    ///   - name: The field's name.
    ///   - bytes: Its content.
    ///   - fileName: What the server is told is the name of the file; `nil` if it is none.
    ///   - contentType: The type of the content; `nil` to say nothing.
    /// - Throws: ``HTTPTransportError`` with ``HTTPTransportError/Code/invalidRequest`` that names the part which is
    ///   empty or contains a control character.
    public mutating func append(
        name: String,
        bytes: [UInt8],
        fileName: String? = nil,
        contentType: String? = nil
    ) throws(HTTPTransportError) {
        try add(Part(name: name, content: .bytes(bytes), fileName: fileName, contentType: contentType))
    }

    /// Adds a field with the content of a file, which is read while it is sent.
    ///
    /// - Parameters:
    ///   - name: The field's name.
    ///   - path: The file. It must be there, and stay as it is, until the request has been sent.
    ///   - fileName: What the server is told is the name of the file; by default the last part of the path.
    ///   - contentType: The type of the content; `nil` to leave it to the name's extension.
    /// - Throws: ``HTTPTransportError`` with ``HTTPTransportError/Code/invalidRequest`` that names the part which is
    ///   empty or contains a control character.
    public mutating func append(
        name: String,
        file path: String,
        fileName: String? = nil,
        contentType: String? = nil
    ) throws(HTTPTransportError) {
        try add(Part(name: name, content: .file(path: path), fileName: fileName, contentType: contentType))
    }

    private mutating func add(_ part: Part) throws(HTTPTransportError) {
        guard !part.name.isEmpty else { throw .invalidRequest("A field of the form has no name.") }
        for (what, text) in [("name", part.name), ("file name", part.fileName), ("content type", part.contentType)] {
            guard let text, text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { continue }
            throw .invalidRequest(
                "The \(what) '\(text.prefix(64).printable)' of a field of the form contains a control character."
            )
        }
        if case .file(let path) = part.content, path.isEmpty || path.utf8.contains(0) {
            throw .invalidRequest("The field '\(part.name)' of the form has no valid path of a file.")
        }
        parts.append(part)
    }
}

extension HTTPMultipartForm: CustomStringConvertible, CustomDebugStringConvertible {
    /// The names of the fields; never their contents.
    public var description: String { "form of \(parts.map(\.name.printable).joined(separator: ", "))" }

    /// The same as the description: nothing more is shown to a debugger or a log.
    public var debugDescription: String { description }
}
