// SPDX-License-Identifier: Apache-2.0
//
// What it costs to write a document of many aliases, and to find each one's part of the response.

import Foundation
import GraphQLBatching

extension Subject {
    /// Documents that are written and responses that are split.
    static let documents = Subject(
        name: "documents",
        workloads: [.aliases, .mutations, .coalesced, .parse, .split, .splitTiny, .splitEscaped, .encodeInput]
    )
}

extension Workload {
    /// An operation is a top-level field: made, put in a document of a thousand, checked, printed and written as the
    /// body of a request. The floor appends the same bytes.
    static let aliases = documents("aliases", kind: .query) { RequestSample.query(ofAliases: $0) }

    /// The same for mutations, each with an input object and a selection of its own.
    static let mutations = documents("mutations", kind: .mutation) { RequestSample.mutation(ofAliases: $0) }

    private static let aliasesOfDocument = 1_000

    private static func documents(
        _ name: String,
        kind: GraphQLOperation.Kind,
        operation: @escaping @Sendable (Range<Int>) throws -> RequestSample
    ) -> Workload {
        let pieces: @Sendable (Int) throws -> [[UInt8]] = { n in
            try RequestSample.pieces(of: operation(0..<min(n, aliasesOfDocument)).body())
        }
        let floor = Job(name: "append-bytes") { n in
            let pieces = try pieces(n)
            return {
                for _ in 0..<n / aliasesOfDocument { try expect(appended(pieces), atLeast: aliasesOfDocument) }
                return n / aliasesOfDocument
            }
        }
        return .time(name, upTo: 100_000, floor: floor, batches: .exactly { $0 / aliasesOfDocument }) { n in
            {
                for start in stride(from: 0, to: n, by: aliasesOfDocument) {
                    let body = try operation(start..<start + aliasesOfDocument).body()
                    try expect(body.count, atLeast: 60 * aliasesOfDocument)
                }
                return n / aliasesOfDocument
            }
        }
    }

    /// The text of a document of a thousand aliases, an operation being an alias. The floor looks at each byte.
    static let parse = Workload.time(
        "parse",
        upTo: 10_000,
        floor: Job(name: "sum-bytes") { n in
            let bytes = Array(try RequestSample.query(ofAliases: 0..<n).request().query.utf8)
            return {
                try expect(bytes.reduce(into: 0) { $0 &+= Int($1) }, atLeast: n)
                return 0
            }
        },
        batches: .exactly { _ in 0 }
    ) { n in
        let text = try RequestSample.query(ofAliases: 0..<n).request().query
        return {
            let document = try GraphQLDocument(parsing: text)
            try expect(document.operations[0].selectionSet.selections.count, atLeast: n)
            return 0
        }
    }

    /// An input of a mutation, a Swift value that becomes a GraphQL one. The floor is Foundation's encoder alone.
    static let encodeInput = Workload.time(
        "encode-input",
        upTo: 10_000,
        floor: Job(name: "JSONEncoder") { n in
            let encoder = JSONEncoder()
            return {
                for index in 0..<n { try expect(encoder.encode(ResourceInput(index)).count, atLeast: 1) }
                return 0
            }
        },
        batches: .exactly { _ in 0 }
    ) { n in
        {
            for index in 0..<n {
                guard case .object(let members) = try GraphQLValue(encoding: ResourceInput(index)) else {
                    throw MeasurementError(message: "an input is not an object")
                }
                try expect(members.count, atLeast: 5)
            }
            return 0
        }
    }
}

/// Appends pieces to a new array, one after the other.
@inline(never)
private func appended(_ pieces: [[UInt8]]) -> Int {
    var bytes: [UInt8] = []
    for piece in pieces { bytes.append(contentsOf: piece) }
    return bytes.count
}

/// Ends the run if there is less than there must be.
@inline(never)
func expect(_ count: Int, atLeast least: Int) throws(MeasurementError) {
    guard count >= least else { throw MeasurementError(message: "there are \(count); there must be \(least)") }
}
