// SPDX-License-Identifier: Apache-2.0
//
// Content encodings undone by us and not by curl, which takes the beginning of a gzip file for all of it.

import CZlib
import HTTPTransport

/// The contents of gzip in pieces ([RFC 1952](https://www.rfc-editor.org/rfc/rfc1952)).
///
/// It is inside a member, or behind one and before the next. Only behind one may the input end. The checksum and the
/// length of each member are compared; bytes behind a member that do not begin another are refused.
@safe final class GzipDecoder: @unchecked Sendable {  // Its owner calls it from one task at a time.
    /// Whether there is a zlib on this system; else nothing is decoded, and no server asked for gzip.
    static let isAvailable = czlib_is_available()

    private let stream: OpaquePointer
    /// Where the bytes come from, for errors.
    private let origin: String
    private var input: ArraySlice<UInt8> = []
    private var isInsideMember = false
    private var hasBegun = false

    init(origin: String) throws(HTTPTransportError) {
        guard let stream = unsafe czlib_make_decoder() else { throw Self.noMemory }
        unsafe self.stream = unsafe stream
        self.origin = origin
    }

    deinit {
        unsafe czlib_free(stream)
    }

    /// Adds bytes, behind those that are not decoded yet.
    func append(_ bytes: [UInt8]) {
        if input.isEmpty { input = bytes[...] } else { input += bytes }
    }

    /// Decodes a piece of at most this size; empty when more input is needed.
    func next(atMost limit: Int) throws(HTTPTransportError) -> [UInt8] {
        while true {
            if !isInsideMember {
                guard !input.isEmpty else { return [] }
                try beginMember()
            }
            let output = try decode(atMost: limit)
            if !output.isEmpty || isInsideMember && input.isEmpty { return output }
        }
    }

    /// Says that no more input comes.
    func finish() throws(HTTPTransportError) {
        guard isInsideMember else { return }
        throw .invalidResponse("ends in the middle of its gzip encoding", from: origin)
    }

    private static let noMemory = HTTPTransportError.internalFailure("there is no memory to decode a response")

    private func beginMember() throws(HTTPTransportError) {
        guard !hasBegun || input.first == 0x1f else {
            throw .invalidResponse("has bytes behind its gzip encoding", from: origin)
        }
        if hasBegun, unsafe !czlib_begin_member(stream) { throw Self.noMemory }
        hasBegun = true
        isInsideMember = true
    }

    private func decode(atMost limit: Int) throws(HTTPTransportError) -> [UInt8] {
        var status = czlib_more
        var left = input.count
        // Text is a quarter of its size in gzip, more or less.
        let capacity = min(limit, max(1 << 10, 4 * input.count))
        let output = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            var room = capacity
            if let start = buffer.baseAddress {
                unsafe input.withUnsafeBufferPointer {
                    status = unsafe czlib_decode(stream, $0.baseAddress, &left, start, &room)
                }
            }
            count = capacity - room
        }
        input = left == 0 ? [] : input.suffix(left)
        switch status {
        case czlib_more: break
        case czlib_end: isInsideMember = false
        case czlib_exhausted: throw Self.noMemory
        default: throw .invalidResponse("is not in the gzip encoding that it says", from: origin)
        }
        return output
    }
}
