// SPDX-License-Identifier: Apache-2.0
//
// Lines from bytes: a state machine that is told pieces and tells lines with their numbers.

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Cuts bytes at line feeds. A carriage return before one is left off, a byte order mark of UTF-8 too, and lines of white
/// space are skipped.
@usableFromInline
struct LineParser: RowParser {
    @usableFromInline
    struct Line: Sendable {
        @usableFromInline let number: Int
        @usableFromInline let bytes: [UInt8]
    }

    private let limit: Int
    private var number = 1
    private var line: [UInt8] = []
    private var isTooLarge = false

    init(limit: Int) { self.limit = limit }

    @usableFromInline
    mutating func parse(_ bytes: UnsafeRawBufferPointer, into rows: inout [Result<Line, RowError>]) {
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            guard let feed = memchr(start, Int32(UInt8(ascii: "\n")), rest.count) else { return append(rest) }
            let count = start.distance(to: UnsafeRawPointer(feed))
            append(UnsafeRawBufferPointer(start: start, count: count))
            end(into: &rows)
            rest = UnsafeRawBufferPointer(rebasing: rest[(count + 1)...])
        }
    }

    @usableFromInline
    mutating func finish(into rows: inout [Result<Line, RowError>]) { end(into: &rows) }

    private mutating func append(_ more: UnsafeRawBufferPointer) {
        guard !isTooLarge else { return }
        isTooLarge = line.count + more.count > limit
        if isTooLarge { line.removeAll() } else { line.append(contentsOf: more) }
    }

    private mutating func end(into rows: inout [Result<Line, RowError>]) {
        defer {
            number += 1
            line.removeAll(keepingCapacity: true)
            isTooLarge = false
        }
        guard !isTooLarge else {
            let message = "the line has more than \(limit) bytes; raise the limit"
            return rows.append(.failure(RowError(.tooLarge, line: number, message)))
        }
        if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        guard !line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) else { return }
        rows.append(.success(Line(number: number, bytes: line)))
    }
}
