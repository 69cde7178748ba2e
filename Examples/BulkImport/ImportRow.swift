// SPDX-License-Identifier: Apache-2.0
//
// A row of the file as an input, and all of them as a sequence.

import BulkOperations
import GraphQLBatching

/// A row: what is sent, and how it stood in the file.
struct ImportRow: Sendable {
    enum Source: Sendable {
        case csv(CSVRow)
        case json([UInt8])
    }

    /// The members to send, or why there are none.
    let input: Result<[String: GraphQLValue], RowError>
    /// How it stood in the file; `nil` if it could not be read.
    let source: Source?
    let line: Int?

    init(_ result: Result<CSVRow, RowError>, _ mapping: CSVMapping) {
        input = result.flatMap { row in Result { () throws(RowError) in try mapping.input(of: row) } }
        let row = try? result.get()
        source = row.map(Source.csv)
        line = row?.line ?? result.error?.line
    }

    init<Base>(_ result: Result<JSONLines<Base, [String: GraphQLValue]>.Row, RowError>) {
        input = result.map(\.value)
        let row = try? result.get()
        source = row.map { .json($0.json) }
        line = row?.line ?? result.error?.line
    }
}

extension Result {
    fileprivate var error: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}

/// The bytes of a file, counted as they are read.
struct CountedBytes: AsyncSequence, Sendable {
    let base: FileBytes
    let count: ByteCount

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: base.makeAsyncIterator(), count: count) }

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var base: FileBytes.AsyncIterator
        fileprivate let count: ByteCount

        mutating func next() async throws -> [UInt8]? {
            let piece = try await base.next()
            count.add(piece?.count ?? 0)
            return piece
        }
    }
}
