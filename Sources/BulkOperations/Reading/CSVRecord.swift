// SPDX-License-Identifier: Apache-2.0
//
// The row that is being read: its bytes until it ends, then its fields.

/// Gathers the fields of one row after the other. The first row is the header if none is given.
struct CSVRecord {
    /// The line on which the row begins.
    var line = 1
    /// Whether the field that is being read has quotes.
    var isQuoted = false

    private var header: CSVHeader?
    private let limit: Int
    /// The fields without quotes, one behind the other.
    private var bytes: [UInt8] = []
    /// Where each field that is complete ends in ``bytes``.
    private var ends: [Int] = []
    /// What is wrong with the row; its first fault counts. Nothing more of it is kept then.
    private var fault: RowError?
    /// Whether nothing can be read because there is no header.
    private var isBroken = false

    init(header: CSVHeader?, limit: Int) {
        self.header = header
        self.limit = limit
    }

    mutating func append(_ more: UnsafeRawBufferPointer) {
        guard fault == nil else { return }
        guard bytes.count + ends.count + more.count <= limit else { return reportSize() }
        bytes.append(contentsOf: more)
    }

    mutating func append(_ byte: UInt8) {
        withUnsafeBytes(of: byte) { append($0) }
    }

    mutating func endField() {
        isQuoted = false
        guard fault == nil else { return }
        guard bytes.count + ends.count < limit else { return reportSize() }
        ends.append(bytes.count)
    }

    mutating func report(_ error: RowError) {
        if fault == nil { fault = error }
    }

    /// Ends the row.
    mutating func end(into rows: inout [Result<CSVRow, RowError>]) {
        defer { reset() }
        guard !isBroken, !isBlank else { return }
        do throws(RowError) {
            if let fault { throw fault }
            ends.append(bytes.count)
            let fields = try fields()
            if let header {
                rows.append(.success(try CSVRow(header, fields, line: line)))
            } else {
                header = try CSVHeader(fields, line: line)
            }
        } catch {
            isBroken = header == nil
            rows.append(.failure(isBroken ? Self.fatal(error) : error))
        }
    }

    /// Ends the file, and with it the row that has begun.
    mutating func finish(into rows: inout [Result<CSVRow, RowError>]) {
        if !ends.isEmpty || !bytes.isEmpty || isQuoted || fault != nil { end(into: &rows) }
        guard header == nil, !isBroken else { return }
        rows.append(.failure(RowError(.header, "the file is empty; it must begin with the names of its columns")))
    }

    /// Whether the row is a line without any byte that stands for nothing.
    private var isBlank: Bool {
        bytes.isEmpty && ends.isEmpty && !isQuoted && fault == nil && header?.names.count != 1
    }

    private mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        isQuoted = false
        fault = nil
    }

    private func fields() throws(RowError) -> [String] {
        var fields: [String] = []
        fields.reserveCapacity(ends.count)
        let invalid: Int? = bytes.withUnsafeBufferPointer { bytes in
            // Validating is several times slower, and pointless for ASCII.
            let isASCII = bytes.reduce(0, |) < 0x80
            var start = 0
            for (index, end) in ends.enumerated() {
                let field = UnsafeBufferPointer(rebasing: bytes[start..<end])
                if isASCII {
                    fields.append(String(decoding: field, as: UTF8.self))
                } else {
                    guard let text = String(validating: field, as: UTF8.self) else { return index }
                    fields.append(text)
                }
                start = end
            }
            return nil
        }
        if let invalid {
            let name = header.flatMap { $0.names.indices.contains(invalid) ? $0.names[invalid] : nil }
            let field = name.map { "the field \(String(reflecting: $0))" } ?? "field \(invalid + 1)"
            throw RowError(.invalidText, line: line, "\(field) is not UTF-8; convert the file to UTF-8")
        }
        return fields
    }

    private mutating func reportSize() {
        report(
            RowError(
                .tooLarge,
                line: line,
                "the row has more than \(limit) bytes; close its quotes, or raise the limit"
            )
        )
    }

    /// A fault of the header, without which nothing can be read.
    private static func fatal(_ error: RowError) -> RowError {
        error.code == .header
            ? error : RowError(.header, line: error.line, column: error.column, "in the header: " + error.message)
    }
}
