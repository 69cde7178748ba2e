// SPDX-License-Identifier: Apache-2.0
//
// One run: from the rows of the file to the account of each.

import BulkOperations
import CurlTransport
import GraphQLBatching
import HTTPTransport
import LoopbackServer

struct Importer: Sendable {
    let options: Options
    let failures: Leftovers
    let unknown: Leftovers
    let complaints = Complaints()
    private let report: RowFile?
    private let key: APIKey?
    private let bytes: ByteCount

    /// - Throws: ``UsageError`` for what can be told before anything is sent.
    init(_ options: Options) throws {
        self.options = options
        func path(_ kind: String) -> String {
            Leftovers.path(kind, beside: options.file, format: options.format)
        }
        failures = try Leftovers(options.failures ?? path("failed"), format: options.format)
        unknown = try Leftovers(options.unknown ?? path("unknown"), format: options.format)
        report = try options.report.map {
            RowFile($0, format: try OptionValue.reportFormat($0), columns: RowFile.recordColumns)
        }
        key = try APIKey.read(file: options.apiKeyFile)
        bytes = ByteCount(path: options.file == "-" ? nil : options.file)
    }

    /// Runs to the end, or to where the task is cancelled.
    ///
    /// - Throws: Why the run could not begin.
    func run() async throws -> BulkSummary {
        let server = try DemoServer(options, bytes: bytes)
        defer { server?.stop() }
        guard let endpoint = try options.endpoint ?? server.map({ try HTTPURL($0.url(for: options.mode)) }) else {
            return try await send(API.checking)
        }
        let transport = try CurlHTTPTransport()
        do {
            let api = try API(endpoint: endpoint, transport: transport, key: key, path: options.path)
            if let health = options.health { try await api.check(health) }
            let summary = try await send(through: api)
            await transport.shutdown()
            return summary
        } catch {
            await transport.shutdown()
            throw error
        }
    }

    private func send(through api: API) async throws -> BulkSummary {
        switch options.mode {
        case .rest: try await send(api.requests)
        case .envelope: try await send(api.envelopes)
        case .graphql: try await send(try api.mutations)
        case .job: try await send(api.jobs)
        case .check: try await send(API.checking)
        }
    }

    private func send<Operation: BulkOperation<ImportRow, Created>>(_ operation: Operation) async throws -> BulkSummary
    {
        let base: FileBytes =
            options.file == "-" ? .standardInput : FileBytes(options.file, pieceBytes: bytes.pieceBytes)
        let file = CountedBytes(base: base, count: bytes)
        switch options.format {
        case .csv:
            let mapping = CSVMapping(options.columns.isEmpty ? nil : options.columns)
            return try await send(CSVRows(file).results.map { ImportRow($0, mapping) }, operation)
        case .jsonl:
            return try await send(JSONLines(file).results.map { ImportRow($0) }, operation)
        }
    }

    private func send<Operation: BulkOperation<ImportRow, Created>, Rows: AsyncSequence & Sendable>(
        _ rows: Rows,
        _ operation: Operation
    ) async throws -> BulkSummary where Rows.Element == ImportRow {
        let runner = try BulkRunner(Checked(operation), options: bulkOptions)
        let progress = BulkProgressUpdates(every: options.printsTrace ? .milliseconds(1) : .milliseconds(100))
        let display = Display(bytes: bytes, printsTrace: options.printsTrace, laterRowCost: options.laterRowCost)
        async let displayed: Void = display.show(progress)
        let summary = try await runner.forEach(of: rows, journal: journal, progress: progress) { records in
            for record in records { try keep(record) }
        }
        await displayed
        try failures.close()
        try unknown.close()
        try report?.close()
        return summary
    }

    private var bulkOptions: BulkOptions {
        get throws {
            var bulk = BulkOptions()
            bulk.name = "bulk-import"
            bulk.maxConcurrentChunks = options.concurrency
            bulk.usesIdempotencyKeys = options.mode != .graphql
            bulk.chunking =
                switch (options.chunk, options.mode) {
                case (let chunk?, _): .fixed(chunk)
                case (nil, .rest): .fixed(1)
                case (nil, .job), (nil, .check): .fixed(1_000)
                case (nil, .envelope): .adaptive(target: .milliseconds(200), from: 50, between: 10...1_000)
                case (nil, .graphql): .adaptive(target: .milliseconds(200), from: 50, between: 10...500)
                }
            if let failures = options.stopAfter { bulk.failureMode = .stop(afterFailures: failures) }
            bulk.rateLimiter = try BulkRateLimiter(options.rate)
            return bulk
        }
    }

    /// The account of this file on its way to this API.
    private var journal: BulkJournal<Created>? {
        options.journal.map { path in
            let endpoint = options.endpoint.map { "\($0)" } ?? "a server of our own"
            return BulkJournal(at: path, fingerprint: "\(options.file) by \(options.mode.rawValue) to \(endpoint)")
        }
    }

    /// Writes a row to the file of those that are like it.
    private func keep(_ record: BulkRecord<ImportRow, Created>) throws {
        let row = record.input
        try report?.write(record) { .string($0.id) }
        switch record.end {
        case .succeeded: return
        case .failed(let error):
            complaints.add(error, line: row.line, isUnreadable: row.source == nil)
            try row.source.map(failures.write)
        case .unknown(let error):
            complaints.add(error, line: row.line, isUnreadable: false)
            try row.source.map(unknown.write)
        case .notSent:
            try row.source.map(failures.write)
        }
    }
}

/// An operation that refuses rows which could not be read.
private struct Checked<Base: BulkOperation<ImportRow, Created>>: BulkOperation {
    let base: Base

    init(_ base: Base) { self.base = base }

    var maxChunkSize: Int? { base.maxChunkSize }

    var keysWholeChunks: Bool { base.keysWholeChunks }

    func prepare() async throws { try await base.prepare() }

    func validate(_ row: ImportRow) throws {
        _ = try row.input.get()
        try base.validate(row)
    }

    @concurrent
    func perform(_ chunk: BulkChunk<ImportRow>) async throws -> [BulkOutcome<Created>] { try await base.perform(chunk) }
}
