// SPDX-License-Identifier: Apache-2.0
//
// Which content encoding a response has, and what is under it.

import HTTPTransport

/// What undoes the content encoding of one response: bytes in, pieces out.
struct ContentDecoder: Sendable {
    /// What servers are told that they may use; `nil` for nothing.
    static let acceptedEncodings = GzipDecoder.isAvailable ? "gzip" : nil

    /// How much is decoded at once, for memory's sake: a kilobyte may hold a megabyte.
    private static let pieceBytes = 256 << 10

    private let origin: String
    /// `nil` if nothing is encoded.
    private let gzip: GzipDecoder?
    private var plain: [UInt8] = []

    /// - Throws: `invalidResponse` if the encoding is another than we have asked for.
    init(_ headers: HTTPHeaders, from origin: String) throws(HTTPTransportError) {
        self.origin = origin
        let names = headers.values(of: "Content-Encoding").filter { !$0.isEqualIgnoringCase(to: "identity") }
        guard let name = names.first else {
            gzip = nil
            return
        }
        let isGzip = name.isEqualIgnoringCase(to: "gzip") || name.isEqualIgnoringCase(to: "x-gzip")
        guard names.count == 1, isGzip, GzipDecoder.isAvailable else {
            // Of the server's words, only those that are the name of an encoding are repeated.
            let shown = ["br", "deflate", "zstd", "compress", "gzip"].first { $0.isEqualIgnoringCase(to: name) }
            let which = shown.map { "the content encoding '\($0)'" } ?? "a content encoding"
            throw .invalidResponse("is in \(which) that was not asked for", from: origin)
        }
        gzip = try GzipDecoder(origin: origin)
    }

    /// Adds bytes as they came.
    mutating func append(_ bytes: [UInt8]) {
        if let gzip { gzip.append(bytes) } else { plain = bytes }
    }

    /// The next piece; `nil` when more input is needed.
    mutating func next() throws(HTTPTransportError) -> [UInt8]? {
        guard let gzip else {
            defer { plain = [] }
            return plain.isEmpty ? nil : plain
        }
        let piece = try gzip.next(atMost: Self.pieceBytes)
        return piece.isEmpty ? nil : piece
    }

    /// Says that no more input comes.
    ///
    /// - Throws: `invalidResponse` if the encoded bytes are not at their end.
    func finish() throws(HTTPTransportError) {
        try gzip?.finish()
    }

    /// A whole body.
    ///
    /// - Throws: `responseTooLarge` where it passes the limit; `invalidResponse` if it is not what it says.
    mutating func decode(_ body: [UInt8], upTo limit: Int) throws(HTTPTransportError) -> [UInt8] {
        guard gzip != nil else { return body }
        append(body)
        var decoded: [UInt8] = []
        while let piece = try next() {
            guard piece.count <= limit - decoded.count else { throw .bodyTooLarge(limit: limit, from: origin) }
            decoded += piece
        }
        try finish()
        return decoded
    }
}
