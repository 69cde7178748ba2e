// SPDX-License-Identifier: Apache-2.0
//
// A form as curl wants it. Files are read by curl, piece by piece, while they are sent.

import CCurl
import HTTPTransport

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// An owned form of curl's. It lives for as long as a handle has it set.
@safe struct MimeForm: ~Copyable {
    let pointer: OpaquePointer

    /// An empty form.
    init(for easy: borrowing EasyHandle) throws(HTTPTransportError) {
        guard let pointer = unsafe curl_mime_init(easy.pointer) else { throw Self.noMemory }
        unsafe self.pointer = unsafe pointer
    }

    deinit {
        unsafe curl_mime_free(pointer)
    }

    /// Adds a field.
    ///
    /// - Throws: `invalidRequest` that names a file which cannot be read.
    func append(_ part: HTTPMultipartForm.Part) throws(HTTPTransportError) {
        guard let field = unsafe curl_mime_addpart(pointer) else { throw Self.noMemory }
        try check(unsafe curl_mime_name(field, part.name))
        switch part.content {
        case .bytes(let bytes):
            let code = unsafe bytes.withUnsafeBytes { bytes in
                let start = unsafe bytes.bindMemory(to: CChar.self).baseAddress
                return if let start = unsafe start {
                    unsafe curl_mime_data(field, start, bytes.count)
                } else {
                    unsafe curl_mime_data(field, "", 0)
                }
            }
            try check(code)
        case .file(let path):
            guard isRegularFile(path) else {
                throw .invalidRequest("The file '\(path.printable)' of the form is not there, or is no regular file.")
            }
            guard unsafe curl_mime_filedata(field, path) == CURLE_OK else {
                throw .invalidRequest("The file '\(path.printable)' of the form cannot be read.")
            }
        }
        if let fileName = part.fileName { try check(unsafe curl_mime_filename(field, fileName)) }
        if let contentType = part.contentType { try check(unsafe curl_mime_type(field, contentType)) }
    }

    private static let noMemory = HTTPTransportError.internalFailure("there is no memory for the form")

    private func check(_ code: CURLcode) throws(HTTPTransportError) {
        guard code == CURLE_OK else { throw Self.noMemory }
    }
}

/// Whether it can be read to an end without waiting for anybody: to open a pipe may take for ever.
private func isRegularFile(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}
