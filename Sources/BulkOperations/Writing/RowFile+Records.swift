// SPDX-License-Identifier: Apache-2.0
//
// A run as a file: a row for the end of each item.

public import GraphQLBatching

extension RowFile {
    /// The columns of a file of records: `index`, `end`, `attempts`, `error`, `output`.
    public static let recordColumns = ["index", "end", "attempts", "error", "output"]

    /// Writes how an item ended, as it comes from a run:
    ///
    /// ```swift
    /// import BulkOperations
    /// import GraphQLBatching
    ///
    /// func run(_ runner: BulkRunner<BulkClosure<Int, Int>>, on inputs: [Int], reportingTo path: String) async throws {
    ///     let report = RowFile(path, format: .markdown, columns: RowFile.recordColumns)
    ///     _ = try await runner.forEach(of: inputs) { records in
    ///         for record in records { try report.write(record) { .int($0) } }
    ///     }
    ///     try report.close()
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - record: How the item ended: `succeeded`, `failed`, `unknown` or `not sent` in the column `end`, and its error as
    ///     text.
    ///   - output: What to write of the output of an item that was done; nothing by default.
    /// - Throws: What ``write(_:)-([GraphQLValue])`` throws, such as for a file that has other columns than
    ///   ``recordColumns``, and what `output` throws.
    public func write<Input, Output>(
        _ record: BulkRecord<Input, Output>,
        output: (Output) throws -> GraphQLValue = { _ in .null }
    ) throws {
        var (end, error, value) = ("succeeded", GraphQLValue.null, GraphQLValue.null)
        switch record.end {
        case .succeeded(let result): value = try output(result)
        case .failed(let reason): (end, error) = ("failed", .string("\(reason)"))
        case .unknown(let reason): (end, error) = ("unknown", .string("\(reason)"))
        case .notSent: end = "not sent"
        }
        try write([.int(record.index), .string(end), .int(record.attempts), error, value])
    }
}
