// SPDX-License-Identifier: Apache-2.0
//
// What may differ between files of comma-separated values.

/// How a file of comma-separated values is written.
public struct CSVOptions: Hashable, Sendable {
    /// What stands between fields.
    public struct Separator: Hashable, Sendable {
        let byte: UInt8

        /// `,`, as in [RFC 4180](https://www.rfc-editor.org/rfc/rfc4180).
        public static let comma = Separator(byte: UInt8(ascii: ","))
        /// `;`, as spreadsheets write where the comma stands in numbers.
        public static let semicolon = Separator(byte: UInt8(ascii: ";"))
        /// A tab.
        public static let tab = Separator(byte: UInt8(ascii: "\t"))
    }

    /// What stands between fields; a comma by default.
    public var separator: Separator
    /// The names of the columns if the file does not begin with them; `nil`, the default, if its first row is the header.
    public var header: CSVHeader?
    /// The most bytes that a row may have, 1 MiB by default. A larger row is reported and skipped, so that a quote which
    /// nobody closed does not gather the rest of the file in memory.
    public var maximumRowBytes: Int

    /// Options.
    ///
    /// - Parameters:
    ///   - separator: What stands between fields.
    ///   - header: The names of the columns if the file does not begin with them.
    ///   - maximumRowBytes: The most bytes that a row may have, at least 1.
    public init(separator: Separator = .comma, header: CSVHeader? = nil, maximumRowBytes: Int = 1 << 20) {
        self.separator = separator
        self.header = header
        self.maximumRowBytes = max(1, maximumRowBytes)
    }
}
