// SPDX-License-Identifier: Apache-2.0
//
// A process that is made to be killed: it creates records by an envelope and keeps a journal.
//
// usage: JournalledImport URL JOURNAL COUNT

import BulkOperations
import CurlTransport
import HTTPTransport

struct Record: Codable, Sendable {
    var id: String?
    var name: String
}

/// Creates the records, or those that earlier processes did not. Not on the main actor, as an import is not either.
@concurrent
func run(_ arguments: [String]) async throws {
    guard arguments.count == 4, let count = Int(arguments[3]) else {
        throw BulkError(.invalidInput, "usage: JournalledImport URL JOURNAL COUNT")
    }
    let url = try HTTPURL(arguments[1])
    let envelope = BulkEnvelope<Record, Record>(to: url, over: try CurlHTTPTransport()) { item in
        BulkEnvelopeOperation(.post, "/items", body: item.input)
    }
    var options = BulkOptions()
    options.chunking = .fixed(20)
    options.maxConcurrentChunks = 4
    options.usesIdempotencyKeys = true
    let summary = try await BulkRunner(envelope, options: options).forEach(
        of: (0..<count).lazy.map { Record(name: "record \($0)") },
        journal: BulkJournal(at: arguments[2], fingerprint: "\(count) records"),
        { _ in }
    )
    guard summary.isSuccess else { throw BulkError(.unfinished, "\(summary)") }
}

try await run(CommandLine.arguments)
