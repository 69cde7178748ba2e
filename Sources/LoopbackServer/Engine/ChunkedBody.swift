// SPDX-License-Identifier: Apache-2.0
//
// A body in chunks, put together as they arrive.

/// Decodes the chunked transfer coding ([RFC 9112, section 7.1](https://www.rfc-editor.org/rfc/rfc9112#section-7.1)).
struct ChunkedBody {
    /// What comes next.
    private enum Part {
        /// A line with the size of a chunk.
        case size
        /// So many bytes of a chunk.
        case data(Int)
        /// The line break behind a chunk.
        case dataEnd
        /// Trailer fields, up to a blank line. They are dropped.
        case trailer
    }

    private var part = Part.size
    private var body: [UInt8] = []
    private var trailerBytes = 0

    /// Consumes what is there, from `position` on. Gives the body when all of it has come, and begins anew.
    mutating func take(
        from bytes: [UInt8],
        at position: inout Int,
        limits: LoopbackHTTPServer.Limits
    ) throws(RequestFault) -> [UInt8]? {
        while true {
            if case .data(let remaining) = part {
                let end = min(position + remaining, bytes.count)
                body.append(contentsOf: bytes[position..<end])
                let missing = remaining - (end - position)
                position = end
                guard missing == 0 else {
                    part = .data(missing)
                    return nil
                }
                part = .dataEnd
            }
            guard let line = try takeLine(from: bytes, at: &position, limits: limits) else { return nil }
            switch part {
            case .size:
                let size = try Self.size(bytes[line])
                guard size <= limits.bodyBytes - body.count else { throw .bodyTooLarge(limits) }
                part = size == 0 ? .trailer : .data(size)
            case .dataEnd:
                guard line.isEmpty else { throw .malformed("A chunk is longer than its size.") }
                part = .size
            case .trailer:
                guard line.isEmpty else { continue }
                defer { self = ChunkedBody() }
                return body
            case .data: continue
            }
        }
    }

    private mutating func takeLine(
        from bytes: [UInt8],
        at position: inout Int,
        limits: LoopbackHTTPServer.Limits
    ) throws(RequestFault) -> Range<Int>? {
        guard let feed = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else {
            guard bytes.count - position <= limits.headBytes else { throw .headTooLarge(limits) }
            return nil
        }
        guard feed > position, bytes[feed - 1] == UInt8(ascii: "\r") else {
            throw .malformed("A line of a chunked body does not end in CR LF.")
        }
        defer { position = feed + 1 }
        if case .trailer = part {
            trailerBytes += feed - position
            guard trailerBytes <= limits.headBytes else { throw .headTooLarge(limits) }
        }
        return position..<feed - 1
    }

    /// The size at the start of a line; an extension behind `;` is dropped.
    private static func size(_ line: ArraySlice<UInt8>) throws(RequestFault) -> Int {
        let digits = line.prefix { $0 != UInt8(ascii: ";") && !$0.isHorizontalSpace }
        guard !digits.isEmpty, digits.count <= 15 else { throw .malformed("A chunk has no proper size.") }
        var size = 0
        for byte in digits {
            guard let digit = byte.hexadecimalDigit else { throw .malformed("A chunk has no proper size.") }
            size = size << 4 | digit
        }
        return size
    }
}
